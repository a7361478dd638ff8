#include "tests/support/query_generator.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/unicode.h"

namespace riposte::test {
namespace {

using query::NodeId;
using schema::FieldId;
using schema::FieldType;
using schema::Token;

bool IsWordByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

bool IsLetterOrDigit(char c) {
  return (IsWordByte(c) && c != '.' && c != '_' && c != '-') ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool IsQuoteOrStar(char c) { return c == '"' || c == '\'' || c == '`' || c == '*'; }

std::vector<std::string> Folded(const std::vector<std::string>& parts) {
  std::vector<std::string> folded;
  for (const std::string& part : parts) folded.push_back(unicode::Fold(part));
  return folded;
}

size_t CodePoints(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u;
  }));
}

// The nearest boundary of code points at or behind `at`.
size_t Boundary(std::string_view text, size_t at) {
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0u) == 0x80u) ++at;
  return at;
}

text::Span NoSpan() { return {}; }

}  // namespace

const std::vector<std::string>& TrapTexts() {
  static const std::vector<std::string> texts = {
      "powershell.exe",
      "C:\\Windows\\System32\\cmd.exe",
      "\\\\srv\\share\\x.dll",
      "\\path\\to\\danger.exe",
      "C:\\Temp\\",
      "\\\\",
      "\\",
      "\\\\.\\pipe\\x",
      "/usr/bin/python3",
      "cmd.exe /c \"whoami\" && net user",
      "a*b**c",
      "it's `quoted` \"twice\"",
      "qualys.corp.com",
      "102354.qualys",
      "10,125 10.134",
      "7781808c-ad94-bebc-9d48",
      "\xE2\x84\xAA"
      "elvin.exe",  // U+212A Kelvin sign
      "kelvin.exe",
      "\xC5\xBF"
      "vchost.exe",  // U+017F long s
      "svchost.exe",
      "\xCE\xA3\xCE\x91\xCE\xA3",  // capital sigmas
      "\xCF\x83\xCE\xB1\xCF\x82",  // ends in the final sigma U+03C2
      "\xC4\xB0stanbul",           // U+0130
      "i\xCC\x87stanbul",          // i and U+0307
      "STRASSE stra\xC3\x9F"
      "e \xE1\xBA\x9E",
      "\xE6\xBC\xA2\xE5\xAD\x97 \xE3\x82\xAB\xE3\x82\xBF\xE3\x82\xAB\xE3\x83\x8A",
      "\xF0\x9F\x98\x80 smile",
      "\xF0\x90\x90\x80",  // U+10400, folds within four bytes
      "and or not",
      "is null",
      "type: file",
      "[a .. b] (c)",
      "a",
      "ab",
      "abc",
      " padded ",
      "two  blanks\ttab\nline",
      "&&",
      "",
  };
  return texts;
}

QueryGenerator::QueryGenerator(uint64_t seed, const schema::Catalogue& catalogue,
                               QueryOptions options)
    : catalogue_(catalogue), options_(std::move(options)), random_(seed) {}

GeneratedQuery QueryGenerator::Next() {
  expression_ = {};
  objects_.clear();
  Piece piece = Any(options_.max_depth);
  expression_.SetRoot(piece.node);
  return GeneratedQuery{.text = Space(false) + piece.text + Space(false),
                        .expression = std::move(expression_)};
}

QueryGenerator::Piece QueryGenerator::Any(int depth) {
  const size_t choice = Below(10);
  if (depth > 0 && choice < 3) return Junction(depth - 1);
  if (depth > 0 && choice < 4) return Negation(depth - 1);
  if (depth > 0 && choice < 5) {
    const FieldId object = PickField(true);
    if (object != schema::kNoField) return Group(object, depth - 1);
  }
  return OneClause();
}

QueryGenerator::Piece QueryGenerator::Bracketed(Piece piece) {
  piece.text = "(" + Space(false) + piece.text + Space(false) + ")";
  piece.binding = Binding::kPrimary;
  return piece;
}

QueryGenerator::Piece QueryGenerator::Junction(int depth) {
  const bool is_and = Chance(50);
  const Binding binding = is_and ? Binding::kAnd : Binding::kOr;
  std::vector<NodeId> children;
  std::string text;
  for (size_t count = 2 + Below(3); children.size() < count;) {
    Piece piece = Any(depth);
    // `and` needs brackets around `or`; others are for show.
    if (piece.binding < binding || Chance(20)) piece = Bracketed(std::move(piece));
    if (!text.empty()) text += Space(true) + Word(is_and ? "and" : "or") + Space(true);
    text += piece.text;
    children.push_back(piece.node);
  }
  const NodeId node = is_and ? expression_.AddAnd(std::move(children), NoSpan())
                             : expression_.AddOr(std::move(children), NoSpan());
  return Piece{text, node, binding};
}

QueryGenerator::Piece QueryGenerator::Negation(int depth) {
  Piece piece = Any(depth);
  if (piece.binding != Binding::kPrimary || Chance(20)) piece = Bracketed(std::move(piece));
  std::string nots;
  NodeId node = piece.node;
  for (size_t count = 1 + Below(3); count > 0; --count) {
    nots += Word("not") + Space(true);
    node = expression_.AddNot(node, NoSpan());
  }
  return Piece{nots + piece.text, node};
}

QueryGenerator::Piece QueryGenerator::Group(FieldId object, int depth) {
  const std::string name = Name(object);
  objects_.push_back(object);
  Piece inner = Any(depth);
  objects_.pop_back();
  NodeId node = expression_.AddGroup(object, inner.node, NoSpan());
  std::string text = name + Space(false);
  if (Chance(10)) {
    const NodeId null = expression_.AddClause(object, query::IsNull{}, NoSpan());
    node = expression_.AddAnd(
        {expression_.AddNot(null, NoSpan()), expression_.AddNot(node, NoSpan())}, NoSpan());
    text += "!=";
  } else {
    text += Pick({":", "="});
  }
  return Piece{text + Space(false) + Bracketed(std::move(inner)).text, node};
}

QueryGenerator::Piece QueryGenerator::OneClause() {
  const FieldId field = PickField(false);
  const size_t choice = Below(20);
  if (choice == 0) return NullTest(field);
  if (choice == 1) return NotEqual(field);
  if (choice < 4) return Listed(field);
  Clause clause = ClauseFor(field);
  const std::string name = Name(field);
  return Piece{name + Space(false) + clause.text,
               expression_.AddClause(field, std::move(clause.predicate), NoSpan())};
}

QueryGenerator::Piece QueryGenerator::NullTest(FieldId field) {
  const NodeId null = expression_.AddClause(field, query::IsNull{}, NoSpan());
  const bool before = Chance(30), behind = Chance(30);
  std::string text = Name(field) + Space(true);
  if (before) text += Word("not") + Space(true);
  text += Word("is") + Space(true);
  if (behind) text += Word("not") + Space(true);
  return Piece{text + Word("null"), before != behind ? expression_.AddNot(null, NoSpan()) : null};
}

// Any clause of one value, but with `!=`.
QueryGenerator::Piece QueryGenerator::NotEqual(FieldId field) {
  Clause clause = ClauseFor(field);
  while (!clause.scalar) clause = ClauseFor(field);
  const std::string text = Name(field) + Space(false) + "!=" + Space(false) + clause.text.substr(1);
  const NodeId null = expression_.AddClause(field, query::IsNull{}, NoSpan());
  const NodeId equal = expression_.AddClause(field, std::move(clause.predicate), NoSpan());
  return Piece{text, expression_.AddAnd(
                         {expression_.AddNot(null, NoSpan()), expression_.AddNot(equal, NoSpan())},
                         NoSpan())};
}

QueryGenerator::Piece QueryGenerator::Listed(FieldId field) {
  std::vector<NodeId> children;
  std::string text;
  for (size_t count = 1 + Below(4); children.size() < count;) {
    Clause clause = ClauseFor(field);
    if (!clause.scalar) continue;
    if (!text.empty()) text += Space(false) + "," + Space(false);
    text += clause.text.substr(1);
    children.push_back(expression_.AddClause(field, std::move(clause.predicate), NoSpan()));
  }
  text = Name(field) + Space(false) + std::string(Pick({":", "="})) + Space(false) + "[" +
         Space(false) + text + Space(false) + "]";
  return Piece{text, expression_.AddOr(std::move(children), NoSpan())};
}

QueryGenerator::Clause QueryGenerator::ClauseFor(FieldId field) {
  const Token& token = catalogue_.token(field);
  switch (token.type) {
    case FieldType::kText:
      return TextClause();
    case FieldType::kKeyword:
      return KeywordClause(token);
    case FieldType::kNumber:
      return NumberClause();
    case FieldType::kIp:
      return IpClause();
    case FieldType::kDate:
      return DateClause();
    case FieldType::kBool: {
      const bool value = Chance(50);
      const std::string_view quote = Pick({"", "'", "\"", "`"});
      std::string text = ":" + std::string(quote) + Word(value ? "true" : "false");
      return Clause{text += quote, query::BoolIs{value}, true};
    }
    case FieldType::kObject:
      break;
  }
  RIPOSTE_CHECK(false, "an object has no values");
}

QueryGenerator::Clause QueryGenerator::TextClause() {
  if (Chance(40)) return StringClause();
  const std::string text = Text();
  const std::string folded = unicode::Fold(text);
  std::vector<std::string_view> words;
  unicode::Words(folded, words);
  if (words.empty() || Chance(20)) {
    return Clause{":" + Written({text}, true, false), query::Equals{.text = folded}, true};
  }
  query::Phrase phrase{.words = {words.begin(), words.end()}};
  phrase.last_is_prefix = CodePoints(words.back()) >= 3;
  return Clause{":" + Written({text}, false, true), std::move(phrase), true};
}

QueryGenerator::Clause QueryGenerator::KeywordClause(const Token& token) {
  if (!token.values.empty()) {
    const std::string& value = token.values[Below(token.values.size())];
    const std::string folded = unicode::Fold(value);
    if (Chance(80)) {
      return Clause{":" + Written({Word(folded)}, Chance(30), true), query::Equals{.text = folded},
                    true};
    }
    return Clause{":" + Word(folded.substr(0, 2)) + "*",
                  query::Wildcard{.parts = {folded.substr(0, 2), ""}}, true};
  }
  if (Chance(40)) return StringClause();
  const std::string text = Text();
  return Clause{":" + Written({text}, Chance(30), true), query::Equals{.text = unicode::Fold(text)},
                true};
}

QueryGenerator::Clause QueryGenerator::StringClause() {
  static const std::vector<std::pair<std::string, std::string>> kRegexes = {
      {"cmd|power(shell)?", "cmd|power(shell)?"},
      {"^C:\\\\[^\\\\]+\\.exe$", "^C:\\\\[^\\\\]+\\.exe$"},
      {"\\/usr\\/bin\\/.*", "/usr/bin/.*"},
      {"\\d{2,4}[a-f]", "\\d{2,4}[a-f]"},
      {"[\xC5\xBFk\xE2\x84\xAA]vc", "[\xC5\xBFk\xE2\x84\xAA]vc"}};
  const std::string text = Text();
  const size_t choice = Below(3);
  if (choice == 0 && !text.empty()) {
    return Clause{Space(false) + "~" + Space(false) + Written({text}, Chance(30), true),
                  query::Contains{.text = unicode::Fold(text)}};
  }
  if (choice == 1) {
    const auto& [written, pattern] = kRegexes[Below(kRegexes.size())];
    const bool ignore_case = Chance(50);
    return Clause{":" + Space(false) + "/" + written + (ignore_case ? "/i" : "/"),
                  query::Matches{.pattern = pattern, .ignore_case = ignore_case}};
  }
  std::vector<std::string> parts = {text.substr(0, Boundary(text, Below(text.size() + 1)))};
  for (size_t more = 1 + Below(3); more > 0; --more) {
    const std::string part = Text();
    // Stars next to each other are one.
    if (!part.empty() && more > 1) parts.push_back(part);
    if (more == 1) parts.push_back(Chance(50) ? "" : part);
  }
  return Clause{":" + Written(parts, false, true), query::Wildcard{.parts = Folded(parts)}, true};
}

// A clause over values in ascending order, each with how it is written.
template <typename T>
QueryGenerator::Clause QueryGenerator::Ordered(const std::vector<std::string>& written,
                                               const std::vector<T>& values) {
  const size_t low = Below(values.size());
  query::Interval<T> interval;
  const auto quoted = [this](const std::string& text) {
    const std::string_view quote = Pick({"", "'", "\"", "`"});
    return std::string(quote) + text + std::string(quote);
  };
  if (Chance(40)) {
    interval.low = interval.high = values[low];
    return Clause{":" + quoted(written[low]), interval, true};
  }
  if (Chance(50) && low + 1 < values.size()) {
    const size_t high = low + 1 + Below(values.size() - low - 1);
    interval.low = values[low];
    interval.high = values[high];
    interval.low_inclusive = Chance(50);
    interval.high_inclusive = Chance(50);
    const std::string open = interval.low_inclusive ? "[" : "(";
    const std::string close = interval.high_inclusive ? "]" : ")";
    return Clause{":" + Space(false) + open + Space(false) + quoted(written[low]) + Space(false) +
                      std::string(Pick({"..", "..."})) + Space(false) + quoted(written[high]) +
                      Space(false) + close,
                  interval};
  }
  const bool inclusive = Chance(50);
  if (Chance(50)) {
    interval.low = values[low];
    interval.low_inclusive = inclusive;
    return Clause{(inclusive ? ">=" : ">") + Space(false) + quoted(written[low]), interval};
  }
  interval.high = values[low];
  interval.high_inclusive = inclusive;
  return Clause{(inclusive ? "<=" : "<") + Space(false) + quoted(written[low]), interval};
}

QueryGenerator::Clause QueryGenerator::NumberClause() {
  static const std::vector<std::string> kWritten = {"-9223372036854775808",
                                                    "-1.5e3",
                                                    "-1",
                                                    "0",
                                                    "1e-7",
                                                    "0.5",
                                                    "1",
                                                    "2.0",
                                                    "4",
                                                    "8",
                                                    "80",
                                                    "443",
                                                    "8.5e2",
                                                    "65535",
                                                    "9007199254740993",
                                                    "18446744073709551615",
                                                    "1e300"};
  static const std::vector<Number> kValues = [] {
    std::vector<Number> values;
    for (const std::string& written : kWritten) values.push_back(*Number::Parse(written));
    return values;
  }();
  return Ordered(kWritten, kValues);
}

QueryGenerator::Clause QueryGenerator::IpClause() {
  static const std::vector<std::string> kBlocks = {
      "10.0.0.0/8", "192.168.1.77/24", "2001:db8::/32", "0.0.0.0/0", "::/0", "10.1.2.3/32"};
  if (Chance(30)) {
    const std::string& written = kBlocks[Below(kBlocks.size())];
    const IpRange range = *IpRange::ParseCidr(written);
    const std::string_view quote = Pick({"", "'", "\""});
    return Clause{":" + std::string(quote) + written + std::string(quote),
                  query::IpIn{.low = range.first, .high = range.last}, true};
  }
  static const std::vector<std::string> kWritten = {
      "::1",          "1.2.3.4",         "10.0.0.1",    "10.0.0.255", "127.0.0.1",
      "192.168.1.77", "255.255.255.255", "2001:db8::1", "fe80::1"};
  static const std::vector<IpAddress> kValues = [] {
    std::vector<IpAddress> values;
    for (const std::string& written : kWritten) values.push_back(*IpAddress::Parse(written));
    return values;
  }();
  return Ordered(kWritten, kValues);
}

QueryGenerator::Clause QueryGenerator::DateClause() {
  static const std::vector<std::string> kDays = {"1999-12-31", "2024-02-29", "2026-11-25",
                                                 "9999-12-31"};
  if (Chance(30)) {
    const std::string& day = kDays[Below(kDays.size())];
    const query::TimePoint begin{.fixed = *ParseDay(day)};
    const query::TimePoint end{.fixed = *ParseDay(day) + std::chrono::days(1)};
    switch (Below(5)) {
      case 0:
        return Clause{">" + day, query::DateIn{.low = end}};
      case 1:
        return Clause{">=" + day, query::DateIn{.low = begin}};
      case 2:
        return Clause{"<" + day, query::DateIn{.high = begin, .high_inclusive = false}};
      case 3:
        return Clause{"<='" + day + "'", query::DateIn{.high = end, .high_inclusive = false}};
      default:
        return Clause{":" + day, query::DateIn{.low = begin, .high = end, .high_inclusive = false},
                      true};
    }
  }
  static const std::vector<std::string> kWritten = {
      "1970-01-01T00:00:00Z", "2024-09-15T00:30:00.000Z", "2024-09-15T02:30:00.5+0200",
      "2026-11-25 01:10:53", "9999-12-31T23:59:59.999Z"};
  static const std::vector<std::string> kRelative = {"now-1y", "now-3M", "now-1M"};
  static const std::vector<std::string> kRelativeMs = {"now-2w", "now-36h", "now-90m",
                                                       "now-1s", "now",     "now+7d"};
  const auto months = [](int32_t count) {
    return query::TimePoint{.relative = true, .months = count};
  };
  const auto seconds = [](int64_t count) {
    return query::TimePoint{.relative = true, .offset_ms = count * 1000};
  };
  if (Chance(20)) {
    return Ordered<query::TimePoint>(kRelative, {months(-12), months(-3), months(-1)});
  }
  if (Chance(30)) {
    return Ordered<query::TimePoint>(
        kRelativeMs, {seconds(-14 * 86400), seconds(-36 * 3600), seconds(-90 * 60), seconds(-1),
                      seconds(0), seconds(7 * 86400)});
  }
  std::vector<query::TimePoint> values;
  for (const std::string& written : kWritten) values.push_back({.fixed = *ParseTime(written)});
  return Ordered(kWritten, values);
}

std::string_view QueryGenerator::Pick(std::initializer_list<std::string_view> choices) {
  return *(choices.begin() + Below(choices.size()));
}

std::string QueryGenerator::Space(bool needed) {
  if (!needed && Chance(60)) return "";
  return std::string(Pick({" ", " ", " ", "  ", "\n", "\t", "\r\n"}));
}

std::string QueryGenerator::Word(std::string_view word) {
  std::string cased(word);
  if (Chance(60)) return cased;
  const bool all = Chance(50);
  for (char& c : cased) {
    if (c >= 'a' && c <= 'z' && (all || Chance(50))) c = static_cast<char>(c - ('a' - 'A'));
  }
  return cased;
}

std::string QueryGenerator::Text() {
  const std::vector<std::string>& traps = TrapTexts();
  const size_t index = Below(traps.size() + options_.texts.size());
  std::string text = index < traps.size() ? traps[index] : options_.texts[index - traps.size()];
  if (Chance(70)) return text;
  const size_t begin = Boundary(text, Below(text.size() + 1));
  const size_t end = Boundary(text, begin + Below(text.size() - begin + 1));
  return text.substr(begin, end - begin);
}

// The parts with a star between one and the next, quoted in a random way.
std::string QueryGenerator::Written(const std::vector<std::string>& parts, bool backtick,
                                    bool may_be_bare) {
  const bool plain = std::all_of(parts.begin(), parts.end(), [](const std::string& part) {
    return std::all_of(part.begin(), part.end(), IsWordByte) &&
           part.find("..") == std::string::npos;
  });
  std::string bare = parts.front();
  for (size_t i = 1; i < parts.size(); ++i) bare += "*" + parts[i];
  const std::string lower = unicode::Fold(bare);
  if (!backtick && may_be_bare && plain && !bare.empty() && lower != "and" && lower != "or" &&
      lower != "not" && Chance(50)) {
    return bare;
  }
  const char quote = backtick ? '`' : Pick({"\"", "'"}).front();
  std::string raw;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) raw += Chance(10) ? "**" : "*";
    for (size_t at = 0; at < parts[i].size(); ++at) {
      const char c = parts[i][at];
      const char next = at + 1 < parts[i].size() ? parts[i][at + 1] : '\0';
      if (c == '\\') {
        // A pair in front of a letter at the beginning stands for two.
        const bool single_needed = raw.empty() && i == 0 && IsLetterOrDigit(next);
        const bool pair_needed = next == '\0' || next == '\\' || IsQuoteOrStar(next);
        raw += single_needed ? "\\" : (pair_needed || Chance(50)) ? "\\\\" : "\\";
      } else if (c == quote || (c == '*' && !backtick) || (IsQuoteOrStar(c) && Chance(20))) {
        raw += '\\';
        raw += c;
      } else {
        raw += c;
      }
    }
  }
  return quote + raw + quote;
}

std::string QueryGenerator::Name(FieldId field) {
  std::string name = catalogue_.token(field).name;
  if (!objects_.empty()) {
    const std::string& object = catalogue_.token(objects_.back()).name;
    const bool shadowed = catalogue_.Find(object + "." + name) != schema::kNoField;
    if (shadowed || Chance(70)) name.erase(0, object.size() + 1);
  }
  return Word(name);
}

// A token that can stand here: inside a group one of the object's. kNoField if there is none.
FieldId QueryGenerator::PickField(bool object) {
  std::vector<FieldId> fields;
  for (size_t i = 0; i < catalogue_.size(); ++i) {
    const FieldId field{static_cast<uint16_t>(i)};
    const Token& token = catalogue_.token(field);
    if ((token.type == FieldType::kObject) != object) continue;
    const auto inside = [&](const std::vector<FieldId>& groups, FieldId around) {
      return std::find(groups.begin(), groups.end(), around) != groups.end();
    };
    if (!objects_.empty() && !inside(token.groups, objects_.back())) continue;
    // An object is of use if something else stands in it.
    const bool filled = !object || std::any_of(catalogue_.tokens().begin(),
                                               catalogue_.tokens().end(), [&](const Token& other) {
                                                 return other.type != FieldType::kObject &&
                                                        inside(other.groups, field);
                                               });
    if (filled) fields.push_back(field);
  }
  return fields.empty() ? schema::kNoField : fields[Below(fields.size())];
}

}  // namespace riposte::test
