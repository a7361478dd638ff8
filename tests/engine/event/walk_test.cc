#include "engine/event/walk.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/schema_builder.h"

namespace riposte::event {
namespace {

using schema::FieldType;

class WalkTest : public testing::Test {
 protected:
  WalkTest() {
    schema_.Field("o", FieldType::kObject, "o");
    schema_.Field("o.x", FieldType::kText, "o.x");
    plan_ = std::make_unique<const CompiledPlan>(schema_.schema(), schema_.profile(),
                                                 UsedAlways(schema_.AllFields()));
  }

  PathId PathOf(const std::vector<std::string>& keys) const {
    PathId at = kRootPath;
    for (const std::string& key : keys) at = plan_->Child(at, key, plan_->HashKey(key));
    return at;
  }
  // The raw values of a path: kind, row, text.
  std::string Values(const std::vector<std::string>& keys, std::string_view json) {
    EXPECT_EQ(RejectName(walk_.Run(*plan_, json, Walk::Extent::kEveryValue, raw_)), "none") << json;
    std::string dump;
    for (RawValue* value = raw_.First(PathOf(keys)); value != nullptr; value = raw_.Next(*value)) {
      constexpr std::string_view kKinds = "SNBO";
      dump += dump.empty() ? "" : " ";
      dump += kKinds[static_cast<size_t>(value->kind)];
      dump += std::to_string(value->row) + ":" + std::string(raw_.TextOf(*value));
    }
    return dump;
  }

  test::SchemaBuilder schema_;
  std::unique_ptr<const CompiledPlan> plan_;
  Walk walk_;
  RawEvent raw_;
};

TEST_F(WalkTest, RawValuesInDocumentOrder) {
  constexpr std::string_view kEvent =
      R"({"o":[{"x":["a\tb",1.50]},7,{"x":{"x":1}},{"x":false,"x":2}],"x":"elsewhere"})";
  EXPECT_EQ(Values({"o", "x"}, kEvent), "S1:a\tb N1:1.50 O2: B3:false");
  EXPECT_EQ(Values({"o"}, kEvent), "O1: N0:7 O2: O3:");
  EXPECT_EQ(raw_.rows().size(), 4u);
}

TEST_F(WalkTest, TextWithoutEscapesIsNotCopied) {
  constexpr std::string_view kEvent = R"({"o":{"x":"plain"}})";
  EXPECT_EQ(Values({"o", "x"}, kEvent), "S1:plain");
  EXPECT_EQ(raw_.First(PathOf({"o", "x"}))->text.data(), kEvent.data() + 11);
}

TEST_F(WalkTest, NothingIsLeftOfTheTextBefore) {
  EXPECT_EQ(Values({"o", "x"}, R"({"o":{"x":"a","x":1e999}})"), "S1:a");
  EXPECT_NE(raw_.oddities(), 0u);
  EXPECT_EQ(walk_.Run(*plan_, R"({"o":{"x":"\n",})", Walk::Extent::kPaths, raw_),
            Reject::kInvalidJson);
  EXPECT_EQ(walk_.error_offset(), 15u);
  EXPECT_EQ(Values({"o", "x"}, "{}"), "");
  EXPECT_EQ(raw_.oddities(), 0u);
  EXPECT_EQ(raw_.rows().size(), 1u);
}

}  // namespace
}  // namespace riposte::event
