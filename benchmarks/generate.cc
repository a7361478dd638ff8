// Random events for machines without recorded ones, as NDJSON on stdout.
//   bench_generate PROFILE COUNT
#include <cstdio>
#include <cstdlib>
#include <string>

#include "rules/schema/load.h"
#include "rules/text/diagnostic.h"
#include "tests/support/event_text.h"

namespace riposte::bench {
namespace {

int Run(int argument_count, char** arguments) {
  if (argument_count != 3) {
    std::fputs("usage: bench_generate PROFILE COUNT\n", stderr);
    return 3;
  }
  text::Diagnostics diagnostics;
  const schema::SchemaPtr schema = schema::LoadSchema({}, diagnostics);
  const schema::Profile* const profile =
      schema == nullptr ? nullptr : schema->FindProfile(arguments[1]);
  if (profile == nullptr) {
    std::fprintf(stderr, "no profile %s\n%s", arguments[1], text::Render(diagnostics).c_str());
    return 3;
  }
  test::EventTextGenerator generator(
      1, {.paths = test::PathsOf(*profile), .texts = {}, .bad_texts = 0});
  const long count = std::strtol(arguments[2], nullptr, 10);
  for (long i = 0; i < count; ++i) {
    std::string event = generator.Next();
    // White space between tokens may be a line break; within strings it is always an escape.
    for (char& c : event)
      if (c == '\n' || c == '\r') c = ' ';
    std::puts(event.c_str());
  }
  return 0;
}

}  // namespace
}  // namespace riposte::bench

int main(int argc, char** argv) { return riposte::bench::Run(argc, argv); }
