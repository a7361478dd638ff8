#include "app/cli/verbs.h"

int main(int argc, char** argv) {
  using namespace riposte::cli;  // NOLINT(google-build-using-namespace): this function is a list of
                                 // them
  return RunCommandLine(
      argc, argv,
      {BenchVerb(), CheckVerb(), ConfigShowVerb(), ControlArmVerb(), ControlResumeVerb(),
       ControlShowVerb(), ControlStopVerb(), DemoVerb(), ExplainVerb(), FieldsVerb(), ReloadVerb(),
       ReplayVerb(), RunVerb(), StateInspectVerb(), StateVerifyVerb(), TestVerb(), VersionVerb()});
}
