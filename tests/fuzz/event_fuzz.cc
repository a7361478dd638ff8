// Any bytes as a record: the decoder judges as simdjson's DOM does, wrapped to the same rules, and
// reads the same.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/check.h"
#include "engine/event/decode.h"
#include "tests/support/event_dump.h"
#include "tests/support/schema_builder.h"

namespace riposte::event {
namespace {

using schema::FieldType;

// Short names, so that the fuzzer finds them.
test::SchemaBuilder MakeSchema() {
  test::SchemaBuilder schema;
  schema.Field("t", FieldType::kText, "t");
  schema.Field("n", FieldType::kNumber, "n");
  schema.Field("d", FieldType::kDate, "d");
  schema.Field("i", FieldType::kIp, "i");
  schema.Field("b", FieldType::kBool, "b");
  schema.Field("g", FieldType::kObject, "g");
  schema.Field("g.k", FieldType::kKeyword, "g.k");
  schema.Field("g.h", FieldType::kObject, "g.h");
  schema.Field("g.h.k", FieldType::kKeyword, "g.h.k");
  schema::Alternative joined = test::At("g.k");
  joined.paths.push_back(test::PathOf("t"));
  joined.when.push_back({.path = test::PathOf("n"), .any_of = {"1"}});
  schema.Field("j", FieldType::kText, {joined, test::At("o")});
  return schema;
}

struct Target {
  test::SchemaBuilder schema = MakeSchema();
  std::shared_ptr<const Plan> plan =
      Plan::Compile(schema.schema(), schema.profile(), schema.AllFields());
  std::shared_ptr<const Plan> nothing = Plan::Compile(schema.schema(), schema.profile(), {});
  Decoder decoder;
  DomDecoder dom;

  void Run(std::string_view bytes) {
    const Reject without_fields = decoder.Decode(*nothing, bytes);
    const uint32_t oddities = Counted(without_fields);
    const Reject verdict = decoder.Decode(*plan, bytes);
    RIPOSTE_CHECK(decoder.error_offset() <= bytes.size(), "an error is in the record");
    RIPOSTE_CHECK(without_fields == verdict, "the fields asked for do not change the verdict");
    RIPOSTE_CHECK(oddities == Counted(verdict), "nor the oddities");
    const Reject dom_verdict = dom.Decode(*plan, bytes);
    // Where both reject, the reasons may differ: a text may be broken and too deep.
    RIPOSTE_CHECK((verdict == Reject::kNone) == (dom_verdict == Reject::kNone),
                  "the DOM gives another verdict");
    if (verdict != Reject::kNone) return;
    const schema::Catalogue& catalogue = schema.schema().catalogue;
    RIPOSTE_CHECK(
        test::DumpEvent(decoder.event(), catalogue) == test::DumpEvent(dom.event(), catalogue),
        "the DOM reads another event");
  }

  // The oddities that are about the whole text.
  uint32_t Counted(Reject verdict) const {
    if (verdict != Reject::kNone) return 0;
    return decoder.event().oddities() & ~(1u << static_cast<unsigned>(Oddity::kUndecodable));
  }
};

}  // namespace
}  // namespace riposte::event

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static riposte::event::Target target;
  target.Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
