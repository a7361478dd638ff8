#include "rules/query/print.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

#include "base/check.h"

namespace riposte::query {
namespace {

using schema::Catalogue;
using schema::FieldId;
using schema::FieldType;

// The first instant that dates cannot be written for: the end of a day 9999-12-31.
constexpr Time kEndOfDates{std::chrono::sys_days{std::chrono::year(10000) / 1 / 1}};
constexpr Duration kDay = std::chrono::days(1);

bool IsEscapable(char c) { return c == '"' || c == '\'' || c == '`' || c == '\\' || c == '*'; }

// ASCII letters and digits; a byte beyond ASCII counts as a letter, as in the lexer.
bool IsLetterOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

// Appends `parts` between `quote`s, a star between one part and the next.
void AppendQuoted(const std::vector<std::string>& parts, char quote, std::string& out) {
  out += quote;
  const size_t begin = out.size();
  for (size_t i = 0; i < parts.size(); ++i) {
    const std::string& part = parts[i];
    if (i > 0) out += '*';
    size_t at = 0;
    // Two backslashes that begin a share's name stand for themselves.
    if (out.size() == begin && part.size() > 2 && part.starts_with("\\\\") &&
        IsLetterOrDigit(part[2])) {
      out += "\\\\";
      at = 2;
    }
    for (; at < part.size(); ++at) {
      const char c = part[at];
      const bool last = at + 1 == part.size();
      // Before a star or the closing quote a backslash would be read as an escape.
      if (c == '\\' && (last || IsEscapable(part[at + 1]))) out += '\\';
      if (c == quote || (c == '*' && quote != '`')) out += '\\';
      out += c;
    }
  }
  out += quote;
}

void AppendQuoted(std::string_view text, char quote, std::string& out) {
  AppendQuoted(std::vector<std::string>{std::string(text)}, quote, out);
}

// Appends a pattern whose gaps are not all stars: `?` for each character, and a question mark of
// the text escaped.
void AppendPattern(const Wildcard& wildcard, std::string& out) {
  out += '"';
  for (size_t i = 0; i < wildcard.parts.size(); ++i) {
    if (i > 0) {
      const Gap& gap = wildcard.gaps[i - 1];
      out.append(gap.characters, '?');
      if (gap.open) out += '*';
    }
    for (const char c : wildcard.parts[i]) {
      if (c == '"' || c == '\\' || c == '*' || c == '?') out += '\\';
      out += c;
    }
  }
  out += '"';
}

std::string_view HowName(OtherField::How how) {
  switch (how) {
    case OtherField::How::kEquals:
      return "equals";
    case OtherField::How::kContains:
      return "contains";
    case OtherField::How::kStartsWith:
      return "startswith";
    case OtherField::How::kEndsWith:
      return "endswith";
  }
  RIPOSTE_CHECK(false, "a comparison without a name");
}

void AppendRegex(const Matches& regex, std::string& out) {
  out += '/';
  for (size_t i = 0; i < regex.pattern.size(); ++i) {
    const char c = regex.pattern[i];
    if (c == '/') out += '\\';
    out += c;
    if (c == '\\' && i + 1 < regex.pattern.size()) out += regex.pattern[++i];
  }
  out += regex.ignore_case ? "/i" : "/";
}

std::string DayOf(Time time) { return FormatTime(time).substr(0, 10); }

struct Unit {
  char name;
  int64_t ms;
};
constexpr Unit kUnits[] = {
    {'w', 604'800'000}, {'d', 86'400'000}, {'h', 3'600'000}, {'m', 60'000}, {'s', 1'000}};

std::string Text(const TimePoint& point) {
  if (!point.relative) return '"' + FormatTime(point.fixed) + '"';
  std::string text = "now";
  const auto append = [&text](int64_t count, char unit) {
    if (count > 0) text += '+';
    text += std::to_string(count) + unit;
  };
  if (point.months != 0) append(point.months, 'M');
  for (const Unit& unit : kUnits) {
    if (point.offset_ms == 0 || point.offset_ms % unit.ms != 0) continue;
    append(point.offset_ms / unit.ms, unit.name);
    break;
  }
  return text;
}

std::string Text(const Number& number) { return number.ToString(); }
std::string Text(const IpAddress& address) { return '"' + address.ToString() + '"'; }

// The text of an end. The instant behind the last day is written as that day, on the other side.
template <typename T>
std::string EndText(const T& end, bool&) {
  return Text(end);
}
std::string EndText(const TimePoint& end, bool& inclusive) {
  if (end.relative || end.fixed != kEndOfDates) return Text(end);
  inclusive = !inclusive;
  return '"' + DayOf(end.fixed - kDay) + '"';
}

template <typename T>
void AppendInterval(const Interval<T>& interval, std::string& out) {
  RIPOSTE_CHECK(interval.low || interval.high, "an interval has an end");
  bool low_inclusive = interval.low_inclusive;
  bool high_inclusive = interval.high_inclusive;
  if (!interval.high) {
    const std::string low = EndText(*interval.low, low_inclusive);
    out += (low_inclusive ? " >= " : " > ") + low;
  } else if (!interval.low) {
    const std::string high = EndText(*interval.high, high_inclusive);
    out += (high_inclusive ? " <= " : " < ") + high;
  } else if (*interval.low == *interval.high && low_inclusive && high_inclusive) {
    out += ": " + Text(*interval.low);
  } else {
    const std::string low = EndText(*interval.low, low_inclusive);
    const std::string high = EndText(*interval.high, high_inclusive);
    out += (low_inclusive ? ": [" : ": (") + low + " .. " + high + (high_inclusive ? "]" : ")");
  }
}

bool IsWholeDay(const DateIn& dates) {
  if (!dates.low || !dates.high || dates.low->relative || dates.high->relative) return false;
  const Time low = dates.low->fixed;
  return dates.low_inclusive && !dates.high_inclusive && dates.high->fixed - low == kDay &&
         low == std::chrono::floor<std::chrono::days>(low);
}

// What follows the token of a clause.
class PredicatePrinter {
 public:
  PredicatePrinter(FieldType type, const Catalogue& catalogue, std::string& out)
      : type_(type), catalogue_(catalogue), out_(out) {}

  void operator()(const Phrase& phrase) const {
    std::string words;
    for (const std::string& word : phrase.words) {
      if (!words.empty()) words += ' ';
      words += word;
    }
    out_ += ": ";
    AppendQuoted(words, '"', out_);
  }
  void operator()(const Equals& equals) const {
    out_ += equals.cased ? ": cased " : ": ";
    AppendQuoted(equals.text, type_ == FieldType::kText ? '`' : '"', out_);
  }
  void operator()(const Wildcard& wildcard) const {
    out_ += wildcard.cased ? ": cased " : ": ";
    if (wildcard.gaps.empty()) return AppendQuoted(wildcard.parts, '"', out_);
    out_ += "pattern ";
    AppendPattern(wildcard, out_);
  }
  void operator()(const Contains& contains) const {
    out_ += contains.cased ? " ~ cased " : " ~ ";
    AppendQuoted(contains.text, '"', out_);
  }
  void operator()(const Matches& matches) const {
    out_ += ": ";
    AppendRegex(matches, out_);
  }
  void operator()(const NumberIn& numbers) const { AppendInterval(numbers, out_); }
  void operator()(const IpIn& addresses) const {
    if (addresses.low && addresses.high && addresses.low_inclusive && addresses.high_inclusive &&
        *addresses.low != *addresses.high) {
      const IpRange range{*addresses.low, *addresses.high};
      if (const std::optional<std::string> block = range.ToCidr()) {
        out_ += ": \"" + *block + '"';
        return;
      }
    }
    AppendInterval(addresses, out_);
  }
  void operator()(const DateIn& dates) const {
    if (IsWholeDay(dates)) {
      out_ += ": \"" + DayOf(dates.low->fixed) + '"';
    } else {
      AppendInterval(dates, out_);
    }
  }
  void operator()(const BoolIs& is) const { out_ += is.value ? ": true" : ": false"; }
  void operator()(const OtherField& other) const {
    out_ += ' ';
    out_ += HowName(other.how);
    out_ += other.cased ? " cased field " : " field ";
    out_ += catalogue_.token(other.field).name;
  }
  void operator()(const IsNull&) const { out_ += " is null"; }

 private:
  FieldType type_;
  const Catalogue& catalogue_;
  std::string& out_;
};

// Writes with a stack of its own instead of recursion: trees may be deep.
class Printer {
 public:
  Printer(const Expression& expression, const Catalogue& catalogue)
      : expression_(expression), catalogue_(catalogue) {}

  std::string Run(NodeId node, FieldId object) {
    pending_.push_back(Item{.node = node, .object = object});
    while (!pending_.empty()) {
      const Item item = pending_.back();
      pending_.pop_back();
      if (item.text.empty()) {
        PrintNode(item);
      } else {
        out_ += item.text;
      }
    }
    return std::move(out_);
  }

 private:
  // Either a text or a node.
  struct Item {
    std::string_view text = {};
    NodeId node{};
    Node::Kind parent = Node::Kind::kOr;  // what it stands in; kOr needs no brackets
    FieldId object = schema::kNoField;    // innermost group around it
  };

  void PrintNode(const Item& item) {
    const Node& node = expression_.node(item.node);
    switch (node.kind) {
      case Node::Kind::kAnd:
        return PrintOperator(node, item, " and ", item.parent == Node::Kind::kNot);
      case Node::Kind::kOr:
        return PrintOperator(node, item, " or ",
                             item.parent == Node::Kind::kNot || item.parent == Node::Kind::kAnd);
      case Node::Kind::kNot:
        return PrintNot(node, item);
      case Node::Kind::kClause:
        return PrintClause(node, item.object);
      case Node::Kind::kGroup:
        out_ += NameIn(item.object, node.field);
        out_ += ": (";
        pending_.push_back(Item{.text = ")"});
        pending_.push_back(Item{.node = node.children.front(), .object = node.field});
        return;
    }
  }

  void PrintOperator(const Node& node, const Item& item, std::string_view word, bool brackets) {
    if (brackets) {
      out_ += '(';
      pending_.push_back(Item{.text = ")"});
    }
    for (size_t i = node.children.size(); i-- > 0;) {
      pending_.push_back(
          Item{.node = node.children[i], .parent = node.kind, .object = item.object});
      if (i > 0) pending_.push_back(Item{.text = word});
    }
  }

  void PrintNot(const Node& node, const Item& item) {
    const Node& child = expression_.node(node.children.front());
    if (child.kind == Node::Kind::kClause && std::holds_alternative<IsNull>(child.predicate)) {
      out_ += NameIn(item.object, child.field);
      out_ += " is not null";
      return;
    }
    out_ += "not ";
    pending_.push_back(
        Item{.node = node.children.front(), .parent = Node::Kind::kNot, .object = item.object});
  }

  void PrintClause(const Node& node, FieldId object) {
    out_ += NameIn(object, node.field);
    std::visit(PredicatePrinter(catalogue_.token(node.field).type, catalogue_, out_),
               node.predicate);
  }

  // The name inside a group over `object`: relative to it, as a full name might be taken there for
  // a relative one.
  std::string_view NameIn(FieldId object, FieldId field) const {
    std::string_view name = catalogue_.token(field).name;
    const std::vector<FieldId>& groups = catalogue_.token(field).groups;
    if (std::find(groups.begin(), groups.end(), object) == groups.end()) return name;
    const std::string& prefix = catalogue_.token(object).name;
    for (auto dots = 1 + std::count(prefix.begin(), prefix.end(), '.'); dots > 0; --dots) {
      name.remove_prefix(name.find('.') + 1);
    }
    return name;
  }

  const Expression& expression_;
  const Catalogue& catalogue_;
  std::vector<Item> pending_;
  std::string out_;
};

}  // namespace

std::string Print(const Expression& expression, const Catalogue& catalogue) {
  return PrintNode(expression, expression.root(), schema::kNoField, catalogue);
}

std::string PrintNode(const Expression& expression, NodeId node, FieldId object,
                      const Catalogue& catalogue) {
  return Printer(expression, catalogue).Run(node, object);
}

}  // namespace riposte::query
