#include "tests/support/event_text.h"

#include <array>
#include <utility>

namespace riposte::test {
namespace {

// Texts whose folding or repair is easy to get wrong: Kelvin sign, long s, final sigma, dotted I,
// sharp s, ligature, Cherokee, Deseret, combining marks, NUL, a quote, backslashes, a replacement
// character.
constexpr std::array<std::string_view, 18> kTraps = {
    "\u212Aernel",
    "power\u017Fhell",
    "\u039F\u03A3",
    "\u03BF\u03C2",
    "\u0130stanbul",
    "stra\u00DFe",
    "STRA\u1E9EE",
    "\uFB01le",
    "\uAB70\u13A0",
    "\U00010400\U00010428",
    "e\u0301\u0308",
    std::string_view("a\0b", 3),
    "say \"hi\"",
    R"(C:\Windows\System32\cmd.exe)",
    R"(\\server\share\)",
    "\uFFFD",
    "",
    "\U0001F600",
};

// Bytes for a string that are no UTF-8, and escapes of half a surrogate pair.
constexpr std::array<std::string_view, 10> kBadTexts = {
    "\xFF",     "\xC3",    "\xE2\x82", "\xED\xA0\x80",          "\xF4\x90\x80\x80",
    "\xC0\xAF", "\\uD800", "\\uDC00",  "\\uD83D\\uD83D\\uDE00", "\\uDBFFx"};

constexpr std::array<std::string_view, 17> kNumbers = {"0",
                                                       "-0",
                                                       "-0.0",
                                                       "9223372036854775807",
                                                       "-9223372036854775808",
                                                       "9223372036854775808",
                                                       "18446744073709551615",
                                                       "18446744073709551616",
                                                       "-9223372036854775809",
                                                       "123456789012345678901234567890",
                                                       "1e308",
                                                       "1e309",
                                                       "-1E+999",
                                                       "1e-999",
                                                       "0.1",
                                                       "1.50",
                                                       "5e-324"};

void AppendUnitEscape(unsigned unit, bool upper_case, std::string& out) {
  const char* const digits = upper_case ? "0123456789ABCDEF" : "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += digits[unit >> shift & 15];
}

// The code point of valid UTF-8 at `at`, and its length.
std::pair<char32_t, size_t> DecodeAt(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const char32_t lead = byte(0);
  const size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t code_point = length == 1 ? lead : lead & (0x7Fu >> length);
  for (size_t i = 1; i < length; ++i) code_point = code_point << 6 | (byte(i) & 0x3Fu);
  return {code_point, length};
}

}  // namespace

std::vector<schema::Path> PathsOf(const schema::Profile& profile) {
  std::vector<schema::Path> paths;
  for (const std::optional<schema::FieldSource>& source : profile.fields) {
    if (!source.has_value()) continue;
    for (const schema::Alternative& alternative : source->alternatives) {
      paths.insert(paths.end(), alternative.paths.begin(), alternative.paths.end());
      for (const schema::Condition& condition : alternative.when) paths.push_back(condition.path);
    }
  }
  return paths;
}

EventTextGenerator::EventTextGenerator(uint64_t seed, EventTextOptions options)
    : random_(seed), options_(std::move(options)) {
  for (const schema::Path& path : options_.paths) {
    Tree* at = &tree_;
    for (const std::string& key : path.keys) at = &at->children[key];
    at->wanted = true;
  }
}

std::string EventTextGenerator::Next() {
  std::string out;
  AppendObject(tree_, 0, out);
  return out;
}

std::string EventTextGenerator::Quote(std::string_view text) {
  std::string out = "\"";
  for (size_t at = 0; at < text.size();) {
    const auto [code_point, length] = DecodeAt(text, at);
    const bool must = code_point < 0x20 || code_point == '"' || code_point == '\\';
    if (must && code_point >= 0x20 && !Chance(300)) {
      out += '\\';
      out += static_cast<char>(code_point);
    } else if (code_point == '/' && Chance(100)) {
      out += "\\/";
    } else if (code_point == '\n' && Chance(700)) {
      out += "\\n";
    } else if (must || Chance(options_.escapes)) {
      const bool upper_case = Chance(500);
      if (code_point >= 0x10000) {
        const char32_t rest = code_point - 0x10000;
        AppendUnitEscape(0xD800u + (rest >> 10), upper_case, out);
        AppendUnitEscape(0xDC00u + (rest & 0x3FFu), upper_case, out);
      } else {
        AppendUnitEscape(code_point, upper_case, out);
      }
    } else {
      out += text.substr(at, length);
    }
    at += length;
  }
  if (Chance(options_.bad_texts)) out += kBadTexts[Below(kBadTexts.size())];
  return out + '"';
}

std::string_view EventTextGenerator::Space() {
  static constexpr std::array<std::string_view, 4> kSpaces = {" ", "\n", "\t", " \r\n  "};
  return Chance(100) ? kSpaces[Below(kSpaces.size())] : std::string_view();
}

void EventTextGenerator::AppendObject(const Tree& tree, int depth, std::string& out) {
  out += '{';
  bool first = true;
  for (const auto& [key, child] : tree.children) {
    if (Chance(options_.absent)) continue;
    AppendMember(key, child, depth, first, out);
    if (Chance(options_.duplicates)) AppendMember(key, child, depth, first, out);
  }
  if (Chance(options_.noise)) {
    const Tree nothing;
    std::string key = "x" + std::to_string(Below(5));
    if (Chance(100)) key += Chance(500) ? std::string(40, '-') : "\\n";
    AppendMember(key, nothing, depth, first, out);
    if (Chance(200)) AppendMember("", nothing, depth, first, out);
  }
  out += Space();
  out += '}';
}

void EventTextGenerator::AppendMember(const std::string& key, const Tree& tree, int depth,
                                      bool& first, std::string& out) {
  if (!first) out += ',';
  first = false;
  out += Space();
  out += Quote(key);
  out += Space();
  out += ':';
  out += Space();
  if (Chance(options_.odd_values)) {
    AppendOddValue(depth, out);
  } else if (!tree.children.empty()) {
    AppendBranch(tree, depth, out);
  } else if (options_.arrays > 0 && Chance(options_.arrays)) {
    AppendScalars(out);
  } else {
    AppendScalar(out);
  }
  out += Space();
}

void EventTextGenerator::AppendScalars(std::string& out) {
  out += '[';
  for (size_t count = 2 + Below(8); count > 0; --count) {
    AppendScalar(out);
    if (count > 1) out += ',';
  }
  out += ']';
}

// An object, or an array of objects.
void EventTextGenerator::AppendBranch(const Tree& tree, int depth, std::string& out) {
  if (!Chance(250)) return AppendObject(tree, depth + 1, out);
  out += '[';
  const size_t count = Below(4);
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) out += ',';
    AppendObject(tree, depth + 1, out);
  }
  out += ']';
}

void EventTextGenerator::AppendScalar(std::string& out) {
  const size_t choice = Below(10);
  if (choice < 7) return AppendText(out);
  if (choice < 9) {
    out += NumberText();
  } else {
    out += Chance(500) ? "true" : "false";
  }
}

void EventTextGenerator::AppendOddValue(int depth, std::string& out) {
  const size_t choice = Below(depth > 6 ? 4 : 7);
  switch (choice) {
    case 0:
      out += "null";
      return;
    case 1:
      out += "[]";
      return;
    case 2:
      out += kNumbers[Below(kNumbers.size())];
      return;
    case 3:
      out += Quote(kTraps[Below(kTraps.size())]);
      return;
    case 4:
      out += "{}";
      return;
    case 5:
      return AppendObject(tree_, depth + 1, out);
    default:
      break;
  }
  out += '[';
  const size_t count = 1 + Below(3);
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) out += ',';
    if (Chance(300)) {
      AppendOddValue(depth + 1, out);
    } else {
      AppendScalar(out);
    }
  }
  out += ']';
}

void EventTextGenerator::AppendText(std::string& out) {
  if (options_.texts.empty() || Chance(options_.odd_values)) {
    out += Quote(kTraps[Below(kTraps.size())]);
  } else {
    out += Quote(options_.texts[Below(options_.texts.size())]);
  }
}

std::string EventTextGenerator::NumberText() {
  if (Chance(options_.odd_values)) return std::string(kNumbers[Below(kNumbers.size())]);
  return std::to_string(static_cast<int64_t>(Below(20)) - 5) + (Chance(200) ? ".5" : "");
}

std::string MutateBytes(std::string_view bytes, std::mt19937_64& random) {
  static constexpr std::array<std::string_view, 20> kPieces = {"\"",
                                                               "\\",
                                                               "{",
                                                               "}",
                                                               "[",
                                                               "]",
                                                               ",",
                                                               ":",
                                                               "null",
                                                               "\\u",
                                                               "\x80",
                                                               "\xE2",
                                                               "\\uD800",
                                                               "\\uDC00",
                                                               "\xEF\xBB\xBF",
                                                               std::string_view("\0", 1),
                                                               "e",
                                                               "-0.",
                                                               "1e9",
                                                               "\n"};
  std::string out(bytes);
  const auto below = [&](size_t limit) { return static_cast<size_t>(random() % limit); };
  const size_t edits = 1 + below(4);
  for (size_t i = 0; i < edits && !out.empty(); ++i) {
    const size_t at = below(out.size());
    switch (below(7)) {
      case 0:
        out[at] = static_cast<char>(random());
        break;
      case 1:
        out[at] = static_cast<char>(out[at] ^ (1 << below(8)));
        break;
      case 2:
        out.erase(at, 1 + below(4));
        break;
      case 3:
        out.insert(at, kPieces[below(kPieces.size())]);
        break;
      case 4:
        out.insert(at, out.substr(below(out.size()), below(40)));
        break;
      case 5:
        std::swap(out[at], out[below(out.size())]);
        break;
      default:
        out.replace(at, 1, kPieces[below(kPieces.size())]);
    }
  }
  return out;
}

}  // namespace riposte::test
