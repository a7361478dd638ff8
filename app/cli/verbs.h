// The verbs, one source file each.
#pragma once

#include "app/cli/command_line.h"

namespace riposte::cli {

Verb BenchVerb();
Verb CheckVerb();
Verb ConfigShowVerb();
Verb ControlArmVerb();
Verb ControlResumeVerb();
Verb ControlShowVerb();
Verb ControlStopVerb();
Verb DemoVerb();
Verb ExplainVerb();
Verb FieldsVerb();
Verb ReloadVerb();
Verb ReplayVerb();
Verb RunVerb();
Verb StateInspectVerb();
Verb StateVerifyVerb();
Verb TestVerb();
Verb VersionVerb();

}  // namespace riposte::cli
