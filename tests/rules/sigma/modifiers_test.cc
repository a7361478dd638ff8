#include "rules/sigma/modifiers.h"

#include <gtest/gtest.h>

#include "tests/rules/sigma/sigma_text.h"

namespace riposte::sigma {
namespace {

// The codes of an item with the value 'abc', a list of two for `all`.
std::string CodesOf(std::string_view key, std::string_view value = "[abc, def]") {
  const std::string text =
      test::RuleOf("a:\n  " + std::string(key) + ": " + std::string(value) + "\ncondition: a");
  return test::Load(text).codes();
}

TEST(ReadItemKey, WhatGoesTogether) {
  for (const std::string_view key : {"F",
                                     "F|contains",
                                     "F|startswith|cased",
                                     "F|endswith|windash",
                                     "F|contains|all",
                                     "F|windash|contains|all",
                                     "F|all|contains",
                                     "F|base64",
                                     "F|base64offset|contains",
                                     "F|wide|base64offset|contains",
                                     "F|utf16le|base64",
                                     "F|utf16be|base64",
                                     "F|utf16|base64",
                                     "F|windash|base64offset|contains",
                                     "F|re",
                                     "F|re|i",
                                     "F|re|i|m|s",
                                     "F|re|all",
                                     "F|neq",
                                     "F|contains|neq",
                                     "F|fieldref",
                                     "F|fieldref|neq",
                                     "F|fieldref|startswith",
                                     "F|fieldref|contains|cased",
                                     "F|re|neq",
                                     "'|all'",
                                     "'|contains|all'",
                                     "'|re|i'",
                                     "'|cased'"})
    EXPECT_EQ(CodesOf(key), "") << key;
  for (const std::string_view key : {"F|lt", "F|gte|neq", "F|hour", "F|hour|gte", "F|year|neq"})
    EXPECT_EQ(CodesOf(key, "5"), "") << key;
  EXPECT_EQ(CodesOf("F|exists", "true"), "");
  EXPECT_EQ(CodesOf("F|cidr|neq", "10.0.0.0/8"), "");
}

TEST(ReadItemKey, WhatDoesNot) {
  // The column is that of the modifier that is too much.
  const struct {
    std::string_view key, code;
  } kWrong[] = {
      {"F|contain", "unknown-modifier@6:7"},
      {"F|", "unknown-modifier@6:7"},
      {"F|contains|contains", "bad-modifier@6:16"},
      {"F|contains|startswith", "bad-modifier@6:16"},
      {"F|contains|base64", "bad-modifier@6:16"},
      {"F|base64|wide", "bad-modifier@6:14"},
      {"F|base64|windash", "bad-modifier@6:14"},
      {"F|base64|base64offset", "bad-modifier@6:14"},
      {"F|re|contains", "bad-modifier@6:10"},
      {"F|re|cased", "bad-modifier@6:10"},
      {"F|i", "bad-modifier@6:7"},
      {"F|i|re", "bad-modifier@6:7"},
      {"F|re|cidr", "bad-modifier@6:10"},
      {"F|lt|gt", "bad-modifier@6:10"},
      {"F|lt|contains", "bad-modifier@6:10"},
      {"F|lt|windash", "bad-modifier@6:10"},
      {"F|cased|lt", "bad-modifier@6:13"},
      {"F|exists|neq", "bad-modifier@6:14"},
      {"F|hour|minute", "bad-modifier@6:12"},
      {"F|hour|contains", "bad-modifier@6:12"},
      {"F|hour|re", "bad-modifier@6:12"},
      {"F|fieldref|base64", "bad-modifier@6:16"},
      {"F|fieldref|expand", "bad-modifier@6:16"},
      {"F|all|neq", "bad-modifier@6:11"},
      {"'|cidr'", "bad-modifier@6:7"},
      {"'|exists'", "bad-modifier@6:7"},
      {"'|hour'", "bad-modifier@6:7"},
  };
  for (const auto& [key, code] : kWrong) EXPECT_EQ(CodesOf(key), code) << key;
}

TEST(ModifierName, IsAsItIsWritten) {
  EXPECT_EQ(ModifierName(Modifier::kUtf16Le), "utf16le");
  EXPECT_EQ(ModifierName(Modifier::kIgnoreCase), "i");
}

}  // namespace
}  // namespace riposte::sigma
