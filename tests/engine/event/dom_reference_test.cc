#include "engine/event/dom_reference.h"

#include <string>

#include <gtest/gtest.h>

namespace riposte::event {
namespace {

TEST(DomReference, ParsesOneDocumentAfterTheOther) {
  DomReference dom;
  const auto parses = [&](std::string document) {
    const size_t size = document.size();
    document.append(DomReference::kPadding, '}');  // what stands behind it does not count
    return dom.Parse(std::string_view(document).substr(0, size));
  };
  EXPECT_TRUE(parses(R"({"a":1})"));
  EXPECT_FALSE(parses(R"({"a":1)"));
  EXPECT_TRUE(parses("[" + std::string(100'000, ' ') + "]"));
  EXPECT_FALSE(parses(""));
}

}  // namespace
}  // namespace riposte::event
