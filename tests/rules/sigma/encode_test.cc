#include "rules/sigma/encode.h"

#include <gtest/gtest.h>

namespace riposte::sigma {
namespace {

// RFC 4648, section 10.
TEST(Base64, VectorsOfTheRfc) {
  EXPECT_EQ(Base64(""), "");
  EXPECT_EQ(Base64("f"), "Zg==");
  EXPECT_EQ(Base64("fo"), "Zm8=");
  EXPECT_EQ(Base64("foo"), "Zm9v");
  EXPECT_EQ(Base64("foob"), "Zm9vYg==");
  EXPECT_EQ(Base64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(Base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(Base64("\xff\xfe\xfd"), "//79");
}

// What the forms promise: whatever stands around, one of them is in the encoding.
TEST(Base64Offsets, OneIsInEveryLongerEncoding) {
  for (const std::string& text :
       {std::string("foo"), std::string("/bin/sh"), std::string("a\xff\0b", 4)}) {
    const std::array<std::string, 3> forms = Base64Offsets(text);
    for (size_t before = 0; before < 7; ++before) {
      for (size_t behind = 0; behind < 4; ++behind) {
        const std::string encoded =
            Base64(std::string(before, '\x5a') + text + std::string(behind, '\xa5'));
        EXPECT_NE(encoded.find(forms[before % 3]), std::string::npos)
            << text << " at " << before << ": " << encoded;
      }
    }
  }
}

TEST(Base64Offsets, NothingIsLeftOfTooFewBytes) {
  EXPECT_EQ(Base64Offsets("a")[1], "");
  for (const std::string& form : Base64Offsets("abc")) EXPECT_FALSE(form.empty());
}

// The appendix of the specification.
TEST(ToUtf16, ExamplesOfTheAppendix) {
  EXPECT_EQ(ToUtf16("cmd", Utf16::kLittleEndian), std::string("c\0m\0d\0", 6));
  EXPECT_EQ(ToUtf16("cmd", Utf16::kBigEndian), std::string("\0c\0m\0d", 6));
  EXPECT_EQ(ToUtf16("cmd", Utf16::kWithMark), std::string("\xff\xfe"
                                                          "c\0m\0d\0",
                                                          8));
}

TEST(ToUtf16, BeyondTheBasicPlane) {
  EXPECT_EQ(ToUtf16("\xf0\x9f\x98\x80", Utf16::kBigEndian), std::string("\xd8\x3d\xde\0", 4));
  EXPECT_EQ(ToUtf16("\xc3\xa4", Utf16::kLittleEndian), std::string("\xe4\0", 2));
}

}  // namespace
}  // namespace riposte::sigma
