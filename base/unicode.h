// The parts of Unicode 15.0 that verdicts depend on, from tables generated out of the Unicode
// Character Database and committed (base/unicode_generate.py): a verdict must not change with a
// library's release.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace riposte::unicode {

// Appends `text` to `out` with every code point folded by simple case folding (CaseFolding.txt,
// statuses C and S). ASCII is fast. Bytes that are not UTF-8 are copied as they are; callers repair
// first. May be longer or shorter than the input.
void FoldAppend(std::string_view text, std::string& out);
std::string Fold(std::string_view text);

// The same for texts that are ASCII, without a second copy where nothing changes.
enum class AsciiFold : uint8_t { kUnchanged, kFolded, kNotAscii };
// `out` has room for text.size() bytes. On kFolded they are the folded text; else they are
// unspecified.
AsciiFold FoldAscii(std::string_view text, char* out);

// Folds one code point.
char32_t FoldCodePoint(char32_t code_point);

// One code point of a text, or the maximal invalid subsequence that stands in its place.
struct Decoded {
  char32_t code_point = 0xfffd;
  size_t length = 1;  // bytes
  bool valid = false;
};
// Decodes what begins at byte `at`, which must lie within `text`.
Decoded Decode(std::string_view text, size_t at);

// Appends `bytes` to `out` with each maximal invalid UTF-8 subsequence (surrogates and overlong
// forms included) replaced by U+FFFD. Returns whether anything was replaced.
bool RepairUtf8Append(std::string_view bytes, std::string& out);
bool IsValidUtf8(std::string_view bytes);

// Appends the words of `text` to `out`: the segments between UAX 29 word boundaries that hold a
// letter, a digit or an ideograph (Word_Break ALetter, Hebrew_Letter, Numeric or Katakana, general
// category L*, Nd or Nl, or Ideographic). Views into `text`, in order. "qualys.corp.com" is one
// word, "102354.qualys" two, "&&" and "__" none. Time linear in the text's length.
void Words(std::string_view text, std::vector<std::string_view>& out);

}  // namespace riposte::unicode
