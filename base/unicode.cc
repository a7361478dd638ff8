#include "base/unicode.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <cstddef>
#include <cstring>

#include "base/unicode_tables.h"

namespace riposte::unicode {
namespace {

constexpr char32_t kReplacement = 0xfffd;

void EncodeAppend(char32_t code_point, std::string& out) {
  const auto continuation = [](char32_t bits) { return static_cast<char>(0x80 | (bits & 0x3f)); };
  if (code_point < 0x80) {
    out.push_back(static_cast<char>(code_point));
  } else if (code_point < 0x800) {
    out.push_back(static_cast<char>(0xc0 | (code_point >> 6)));
    out.push_back(continuation(code_point));
  } else if (code_point < 0x10000) {
    out.push_back(static_cast<char>(0xe0 | (code_point >> 12)));
    out.push_back(continuation(code_point >> 6));
    out.push_back(continuation(code_point));
  } else {
    out.push_back(static_cast<char>(0xf0 | (code_point >> 18)));
    out.push_back(continuation(code_point >> 12));
    out.push_back(continuation(code_point >> 6));
    out.push_back(continuation(code_point));
  }
}

constexpr uint64_t kHighBits = 0x8080808080808080u;
constexpr uint64_t kOnes = 0x0101010101010101u;

uint64_t LoadWord(const char* from) {
  uint64_t word = 0;
  std::memcpy(&word, from, sizeof word);
  return word;
}

// Where the run of ASCII that begins at `at` ends.
size_t EndOfAscii(std::string_view text, size_t at) {
  while (at + 8 <= text.size() && (LoadWord(text.data() + at) & kHighBits) == 0) at += 8;
  while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
  return at;
}

char FoldAsciiByte(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

// Folds `count` ASCII bytes in place, eight at a time: a byte's high bit after adding says whether
// it is at or past a letter.
void FoldAsciiInPlace(char* bytes, size_t count) {
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    uint64_t word = LoadWord(bytes + i);
    const uint64_t at_least_a = word + kOnes * (0x80 - 'A');
    const uint64_t past_z = word + kOnes * (0x80 - 'Z' - 1);
    word |= ((at_least_a & ~past_z) & kHighBits) >> 2;
    std::memcpy(bytes + i, &word, sizeof word);
  }
  for (; i < count; ++i) bytes[i] = FoldAsciiByte(bytes[i]);
}

// What FoldAscii() has seen: the bytes' high bits, and the bits that folding set.
template <typename Word>
struct Seen {
  Word high{}, changed{};
};

// Folds one word of bytes at `from` to `to`.
template <typename Word>
void FoldWord(const char* from, char* to, Seen<Word>& seen) {
  constexpr auto kOnesHere = static_cast<Word>(kOnes);
  Word word = 0;
  std::memcpy(&word, from, sizeof word);
  // Bytes that are not ASCII may spill into the one beside them; then the result is not used.
  const Word at_least_a = word + kOnesHere * (0x80 - 'A');
  const Word past_z = word + kOnesHere * (0x80 - 'Z' - 1);
  const Word change = (at_least_a & ~past_z & static_cast<Word>(kHighBits)) >> 2;
  seen.high |= word & static_cast<Word>(kHighBits);
  seen.changed |= change;
  word |= change;
  std::memcpy(to, &word, sizeof word);
}

// Texts of one to four words: two from each end, which may overlap.
template <typename Word>
void FoldFromBothEnds(std::string_view text, char* out, Seen<Word>& seen) {
  const size_t last = text.size() - sizeof(Word);
  FoldWord(text.data(), out, seen);
  FoldWord(text.data() + last, out + last, seen);
  if (text.size() <= 2 * sizeof(Word)) return;
  FoldWord(text.data() + sizeof(Word), out + sizeof(Word), seen);
  FoldWord(text.data() + last - sizeof(Word), out + last - sizeof(Word), seen);
}

template <typename Word>
AsciiFold Verdict(const Seen<Word>& seen) {
  if (seen.high != 0) return AsciiFold::kNotAscii;
  return seen.changed != 0 ? AsciiFold::kFolded : AsciiFold::kUnchanged;
}

uint8_t BreakValue(char32_t code_point) {
  constexpr char32_t kMask = (1u << kBreakShift) - 1;
  const size_t block = kBreakIndex[code_point >> kBreakShift];
  return kBreakValues[(block << kBreakShift) + (code_point & kMask)];
}

bool IsLetter(WordBreak c) { return c == WordBreak::kALetter || c == WordBreak::kHebrewLetter; }
bool IsLetterJoint(WordBreak c) {
  return c == WordBreak::kMidLetter || c == WordBreak::kMidNumLet || c == WordBreak::kSingleQuote;
}
bool IsNumberJoint(WordBreak c) {
  return c == WordBreak::kMidNum || c == WordBreak::kMidNumLet || c == WordBreak::kSingleQuote;
}
bool IsLineEnd(WordBreak c) {
  return c == WordBreak::kCR || c == WordBreak::kLF || c == WordBreak::kNewline;
}
bool IsIgnored(WordBreak c) {
  return c == WordBreak::kExtend || c == WordBreak::kFormat || c == WordBreak::kZWJ;
}

// Finds the word boundaries of a text, one code point at a time. Characters that WB4 joins to the
// one before them are stepped over: `last_` and `before_last_` are the classes of the last two
// others.
class Segmenter {
 public:
  explicit Segmenter(std::string_view text) : text_(text) {}

  // Moves over the next segment; false at the end of the text.
  bool Next() {
    begin_ = end_;
    is_word_ = false;
    if (begin_ == text_.size()) return false;
    last_ = before_last_ = WordBreak::kOther;
    regional_indicators_ = 0;
    Take(Load());
    while (end_ < text_.size()) {
      const Character next = Load();
      if (Breaks(next)) break;
      Take(next);
    }
    return true;
  }
  std::string_view segment() const { return text_.substr(begin_, end_ - begin_); }
  bool is_word() const { return is_word_; }

 private:
  struct Character {
    WordBreak word_break;
    uint8_t flags;
    size_t length;
  };

  Character LoadAt(size_t at) const {
    const Decoded decoded = Decode(text_, at);
    const uint8_t value = BreakValue(decoded.code_point);
    return {.word_break = static_cast<WordBreak>(value & kWordBreakMask),
            .flags = value,
            .length = decoded.length};
  }
  Character Load() const { return LoadAt(end_); }

  void Take(const Character& next) {
    const bool first = begin_ == end_;
    end_ += next.length;
    is_word_ = is_word_ || (next.flags & kWord) != 0;
    previous_ = next.word_break;
    if (IsIgnored(next.word_break) && !first) return;
    before_last_ = last_;
    last_ = next.word_break;
    regional_indicators_ = last_ == WordBreak::kRegionalIndicator ? regional_indicators_ + 1 : 0;
  }

  // The class of what follows `next`, characters that WB4 joins left out.
  WordBreak ClassAfter(const Character& next) const {
    size_t at = end_ + next.length;
    while (at < text_.size()) {
      const Character character = LoadAt(at);
      if (!IsIgnored(character.word_break)) return character.word_break;
      at += character.length;
    }
    return WordBreak::kOther;
  }

  // Whether there is a boundary between what was taken and `next`.
  bool Breaks(const Character& next) const {
    const WordBreak c = next.word_break;
    if (previous_ == WordBreak::kCR && c == WordBreak::kLF) return false;                // WB3
    if (IsLineEnd(previous_) || IsLineEnd(c)) return true;                               // WB3a, 3b
    if (previous_ == WordBreak::kZWJ && (next.flags & kPictographic)) return false;      // WB3c
    if (previous_ == WordBreak::kWSegSpace && c == WordBreak::kWSegSpace) return false;  // WB3d
    if (IsIgnored(c)) return false;                                                      // WB4
    return !JoinsLetters(next) && !JoinsNumbers(next) && !JoinsOthers(c);
  }

  bool JoinsLetters(const Character& next) const {
    const WordBreak c = next.word_break;
    if (IsLetter(last_)) {
      if (IsLetter(c) || c == WordBreak::kNumeric) return true;         // WB5, 9
      if (IsLetterJoint(c) && IsLetter(ClassAfter(next))) return true;  // WB6
    }
    if (last_ == WordBreak::kHebrewLetter) {
      if (c == WordBreak::kSingleQuote) return true;  // WB7a
      if (c == WordBreak::kDoubleQuote && ClassAfter(next) == WordBreak::kHebrewLetter)
        return true;  // WB7b
    }
    if (IsLetter(before_last_) && IsLetterJoint(last_) && IsLetter(c)) return true;  // WB7
    return before_last_ == WordBreak::kHebrewLetter && last_ == WordBreak::kDoubleQuote &&
           c == WordBreak::kHebrewLetter;  // WB7c
  }

  bool JoinsNumbers(const Character& next) const {
    const WordBreak c = next.word_break;
    if (last_ == WordBreak::kNumeric) {
      if (c == WordBreak::kNumeric || IsLetter(c)) return true;                      // WB8, 10
      if (IsNumberJoint(c) && ClassAfter(next) == WordBreak::kNumeric) return true;  // WB12
    }
    return before_last_ == WordBreak::kNumeric && IsNumberJoint(last_) &&
           c == WordBreak::kNumeric;  // WB11
  }

  bool JoinsOthers(WordBreak c) const {
    const bool extendable =
        IsLetter(last_) || last_ == WordBreak::kNumeric || last_ == WordBreak::kKatakana;
    if (last_ == WordBreak::kKatakana && c == WordBreak::kKatakana) return true;  // WB13
    if (c == WordBreak::kExtendNumLet)
      return extendable || last_ == WordBreak::kExtendNumLet;  // WB13a
    if (last_ == WordBreak::kExtendNumLet)
      return IsLetter(c) || c == WordBreak::kNumeric || c == WordBreak::kKatakana;  // WB13b
    return c == WordBreak::kRegionalIndicator && regional_indicators_ % 2 == 1;     // WB15, 16
  }

  std::string_view text_;
  size_t begin_ = 0;
  size_t end_ = 0;
  bool is_word_ = false;
  WordBreak previous_ = WordBreak::kOther;  // of the character just before, joined or not
  WordBreak last_ = WordBreak::kOther;
  WordBreak before_last_ = WordBreak::kOther;
  size_t regional_indicators_ = 0;  // how many in a row end in `last_`
};

}  // namespace

Decoded Decode(std::string_view text, size_t at) {
  const unsigned char lead = static_cast<unsigned char>(text[at]);
  if (lead < 0x80) return {.code_point = lead, .length = 1, .valid = true};
  if (lead < 0xc2 || lead > 0xf4) return {};
  const size_t needed = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  // The second byte's range shuts out overlong forms, surrogates and what lies beyond U+10FFFF.
  unsigned low = 0x80;
  unsigned high = 0xbf;
  if (lead == 0xe0) low = 0xa0;
  if (lead == 0xed) high = 0x9f;
  if (lead == 0xf0) low = 0x90;
  if (lead == 0xf4) high = 0x8f;
  char32_t code_point = lead & (0x7fu >> needed);
  for (size_t i = 1; i < needed; ++i) {
    if (at + i >= text.size()) return {.code_point = kReplacement, .length = i, .valid = false};
    const unsigned byte = static_cast<unsigned char>(text[at + i]);
    if (byte < low || byte > high) return {.code_point = kReplacement, .length = i, .valid = false};
    code_point = (code_point << 6) | (byte & 0x3f);
    low = 0x80;
    high = 0xbf;
  }
  return {.code_point = code_point, .length = needed, .valid = true};
}

char32_t FoldCodePoint(char32_t code_point) {
  constexpr char32_t kMask = (1u << kFoldShift) - 1;
  if (code_point > 0x10ffff) return code_point;
  const size_t block = kFoldIndex[code_point >> kFoldShift];
  const int32_t delta = kFoldDeltas[kFoldValues[(block << kFoldShift) + (code_point & kMask)]];
  return static_cast<char32_t>(static_cast<int32_t>(code_point) + delta);
}

void FoldAppend(std::string_view text, std::string& out) {
  size_t at = 0;
  while (at < text.size()) {
    const size_t ascii_end = EndOfAscii(text, at);
    if (ascii_end > at) {
      const size_t written = out.size();
      out.append(text, at, ascii_end - at);
      FoldAsciiInPlace(out.data() + written, ascii_end - at);
      at = ascii_end;
    }
    while (at < text.size() && static_cast<unsigned char>(text[at]) >= 0x80) {
      const Decoded decoded = Decode(text, at);
      const char32_t folded = FoldCodePoint(decoded.code_point);
      if (!decoded.valid || folded == decoded.code_point) {
        out.append(text, at, decoded.length);
      } else {
        EncodeAppend(folded, out);
      }
      at += decoded.length;
    }
  }
}

#if defined(__SSE2__)

// Sixteen bytes or more: the last sixteen may overlap those before them.
AsciiFold FoldLongAscii(std::string_view text, char* out) {
  constexpr size_t kVector = sizeof(__m128i);
  __m128i high = _mm_setzero_si128();
  __m128i changed = _mm_setzero_si128();
  const auto fold = [&](size_t at) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    const __m128i is_upper = _mm_and_si128(_mm_cmpgt_epi8(bytes, _mm_set1_epi8('A' - 1)),
                                           _mm_cmpgt_epi8(_mm_set1_epi8('Z' + 1), bytes));
    const __m128i change = _mm_and_si128(is_upper, _mm_set1_epi8(0x20));
    high = _mm_or_si128(high, bytes);
    changed = _mm_or_si128(changed, change);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + at), _mm_or_si128(bytes, change));
  };
  for (size_t at = 0; at + kVector < text.size(); at += kVector) fold(at);
  fold(text.size() - kVector);
  if (_mm_movemask_epi8(high) != 0) return AsciiFold::kNotAscii;
  return _mm_movemask_epi8(_mm_cmpeq_epi8(changed, _mm_setzero_si128())) == 0xFFFF
             ? AsciiFold::kUnchanged
             : AsciiFold::kFolded;
}

#endif

AsciiFold FoldAscii(std::string_view text, char* out) {
#if defined(__SSE2__)
  if (text.size() >= sizeof(__m128i)) return FoldLongAscii(text, out);
#endif
  if (text.size() >= sizeof(uint64_t)) {
    Seen<uint64_t> seen;
    size_t at = 0;
    for (; text.size() - at > 4 * sizeof(uint64_t); at += 2 * sizeof(uint64_t)) {
      FoldWord(text.data() + at, out + at, seen);
      FoldWord(text.data() + at + sizeof(uint64_t), out + at + sizeof(uint64_t), seen);
    }
    FoldFromBothEnds(text.substr(at), out + at, seen);
    return Verdict(seen);
  }
  Seen<uint32_t> seen;
  if (text.size() >= sizeof(uint32_t)) {
    FoldFromBothEnds(text, out, seen);
    return Verdict(seen);
  }
  for (size_t i = 0; i < text.size(); ++i) {
    out[i] = FoldAsciiByte(text[i]);
    seen.high |= static_cast<unsigned char>(text[i]) & 0x80u;
    seen.changed |= static_cast<uint32_t>(out[i] != text[i]);
  }
  return Verdict(seen);
}

std::string Fold(std::string_view text) {
  std::string folded;
  folded.reserve(text.size());
  FoldAppend(text, folded);
  return folded;
}

bool RepairUtf8Append(std::string_view bytes, std::string& out) {
  bool repaired = false;
  size_t copied = 0;
  for (size_t at = EndOfAscii(bytes, 0); at < bytes.size(); at = EndOfAscii(bytes, at)) {
    const Decoded decoded = Decode(bytes, at);
    if (!decoded.valid) {
      repaired = true;
      out.append(bytes, copied, at - copied);
      EncodeAppend(kReplacement, out);
      copied = at + decoded.length;
    }
    at += decoded.length;
  }
  out.append(bytes, copied);
  return repaired;
}

bool IsValidUtf8(std::string_view bytes) {
  for (size_t at = EndOfAscii(bytes, 0); at < bytes.size(); at = EndOfAscii(bytes, at)) {
    const Decoded decoded = Decode(bytes, at);
    if (!decoded.valid) return false;
    at += decoded.length;
  }
  return true;
}

void Words(std::string_view text, std::vector<std::string_view>& out) {
  Segmenter segmenter(text);
  while (segmenter.Next())
    if (segmenter.is_word()) out.push_back(segmenter.segment());
}

}  // namespace riposte::unicode
