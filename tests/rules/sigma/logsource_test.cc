#include "rules/sigma/logsource.h"

#include <gtest/gtest.h>

#include "tests/rules/sigma/sigma_text.h"

namespace riposte::sigma {
namespace {

std::optional<Ways> WaysOf(const LogSource& source) {
  return WaysInto(source, test::FlatSchema()->FindProfile("flat")->sigma);
}

TEST(WaysInto, AProductAloneIsItsOwnRoute) {
  EXPECT_EQ(WaysOf({.product = "test"})->size(), 1u);
  EXPECT_TRUE(WaysOf({.product = "test"})->front().empty()) << "each event";
  EXPECT_FALSE(WaysOf({.product = "other"}));
}

TEST(WaysInto, AProductThatIsNotNamedIsEachOfItsRoutes) {
  schema::SigmaMapping format = test::FlatSchema()->FindProfile("flat")->sigma;
  format.routes.erase(format.routes.begin());
  EXPECT_EQ(WaysInto({.product = "test"}, format)->size(), 3u);
}

TEST(WaysInto, CategoryAndServiceMustBothHold) {
  EXPECT_EQ(WaysOf({.category = "proc"})->size(), 2u) << "whatever the product";
  EXPECT_EQ(WaysOf({.product = "test", .category = "proc"})->size(), 2u);
  EXPECT_FALSE(WaysOf({.product = "other", .category = "proc"}));
  const std::optional<Ways> both =
      WaysOf({.product = "test", .category = "proc", .service = "log"});
  ASSERT_EQ(both->size(), 2u);
  EXPECT_EQ(both->front().size(), 2u);
  EXPECT_FALSE(WaysOf({.category = "proc", .service = "none"}));
  EXPECT_FALSE(WaysOf({.category = "none", .service = "log"}));
}

TEST(LogSource, AFilterCoversWhatAsksForMore) {
  const LogSource product{.product = "test"};
  EXPECT_TRUE(product.Covers({.product = "test", .category = "proc"}));
  EXPECT_FALSE(product.Covers({.product = "other"}));
  EXPECT_FALSE((LogSource{.product = "test", .category = "proc"}.Covers(product)));
}

TEST(ReadLogSource, Mistakes) {
  const auto codes = [](std::string_view log_source) {
    return test::Load("title: T\nid: 00000000-0000-4000-8000-000000000001\nlogsource: " +
                      std::string(log_source) + "\ndetection: {a: {b: c}, condition: a}\n")
        .codes();
  };
  EXPECT_EQ(codes("{product: test, definition: any, custom: 1}"), "");
  EXPECT_EQ(codes("{definition: any}"), "missing-key@3:12");
  EXPECT_EQ(codes("test"), "wrong-type@3:12");
  EXPECT_EQ(codes("{product: [test]}"), "wrong-type@3:22");
  EXPECT_EQ(codes("{product: zeek}"), "unreachable-logsource@3:12");
}

}  // namespace
}  // namespace riposte::sigma
