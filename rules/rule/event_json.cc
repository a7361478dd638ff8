#include "rules/rule/event_json.h"

#include <charconv>
#include <string_view>

#include <fmt/format.h>

#include "base/json.h"

namespace riposte::rule {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

size_t CountDigits(std::string_view text) {
  size_t count = 0;
  while (count < text.size() && IsDigit(text[count])) ++count;
  return count;
}

// A decimal number of the core schema in its parts: [-+]? whole [. fraction] [e exponent].
struct Decimal {
  bool negative = false;
  std::string_view whole, fraction, exponent;
  bool has_point = false;
};

std::optional<Decimal> SplitDecimal(std::string_view text) {
  Decimal number;
  if (text.starts_with('-') || text.starts_with('+')) {
    number.negative = text[0] == '-';
    text.remove_prefix(1);
  }
  number.whole = text.substr(0, CountDigits(text));
  text.remove_prefix(number.whole.size());
  if (text.starts_with('.')) {
    number.has_point = true;
    text.remove_prefix(1);
    number.fraction = text.substr(0, CountDigits(text));
    text.remove_prefix(number.fraction.size());
  }
  if (number.whole.empty() && number.fraction.empty()) return std::nullopt;
  if (text.starts_with('e') || text.starts_with('E')) {
    number.exponent = text.substr(1);
    text.remove_prefix(1);
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    const size_t digits = CountDigits(text);
    if (digits == 0) return std::nullopt;
    text.remove_prefix(digits);
  }
  if (!text.empty()) return std::nullopt;
  return number;
}

// The same number as JSON writes it: no plus, no leading zeros, digits on both sides of the point.
std::string ToJson(const Decimal& number) {
  const size_t first = number.whole.find_first_not_of('0');
  std::string json = number.negative ? "-" : "";
  json += first == std::string_view::npos ? "0" : number.whole.substr(first);
  if (number.has_point) json += fmt::format(".{}", number.fraction.empty() ? "0" : number.fraction);
  if (!number.exponent.empty()) json += fmt::format("e{}", number.exponent);
  return json;
}

// 0o17 and 0x1F. `failed` is set for one that does not fit into 64 bits.
std::optional<std::string> BasedNumber(std::string_view text, bool& failed) {
  const int base = text.starts_with("0o") ? 8 : text.starts_with("0x") ? 16 : 0;
  if (base == 0 || text.size() == 2) return std::nullopt;
  uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const std::from_chars_result read = std::from_chars(text.data() + 2, end, number, base);
  if (read.ptr != end) return std::nullopt;
  failed = read.ec != std::errc();
  return std::to_string(number);
}

bool IsInfinityOrNan(std::string_view text) {
  if (text == ".nan" || text == ".NaN" || text == ".NAN") return true;
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return text == ".inf" || text == ".Inf" || text == ".INF";
}

class Converter {
 public:
  explicit Converter(text::NodeReader& reader) : reader_(reader) {}

  bool Append(const yaml::Node& node) {
    switch (node.kind) {
      case yaml::Node::Kind::kNull:
        json_ += "null";
        return true;
      case yaml::Node::Kind::kScalar:
        return node.style == yaml::Style::kPlain ? AppendPlain(node) : AppendText(node.value);
      case yaml::Node::Kind::kSequence:
        return AppendList(node);
      case yaml::Node::Kind::kMapping:
        return AppendMapping(node);
    }
    return false;
  }

  std::string Take() { return std::move(json_); }

 private:
  bool AppendText(std::string_view text) {
    json::AppendQuoted(text, json_);
    return true;
  }

  bool AppendPlain(const yaml::Node& node) {
    const std::string_view text = node.value;
    if (text == "true" || text == "True" || text == "TRUE") {
      json_ += "true";
      return true;
    }
    if (text == "false" || text == "False" || text == "FALSE") {
      json_ += "false";
      return true;
    }
    bool failed = IsInfinityOrNan(text);
    const std::optional<std::string> based = BasedNumber(text, failed);
    if (failed) {
      reader_.Error(node.span, "bad-event", fmt::format("JSON has no number '{}'", text),
                    "put quotes around it if it is a text");
      return false;
    }
    if (based) {
      json_ += *based;
    } else if (const std::optional<Decimal> number = SplitDecimal(text)) {
      json_ += ToJson(*number);
    } else {
      return AppendText(text);
    }
    return true;
  }

  bool AppendList(const yaml::Node& node) {
    bool good = true;
    json_ += '[';
    for (size_t i = 0; i < node.items.size(); ++i) {
      if (i > 0) json_ += ',';
      good = Append(node.items[i]) && good;
    }
    json_ += ']';
    return good;
  }

  bool AppendMapping(const yaml::Node& node) {
    bool good = true;
    json_ += '{';
    for (size_t i = 0; i < node.entries.size(); ++i) {
      if (i > 0) json_ += ',';
      json::AppendQuoted(node.entries[i].key, json_);
      json_ += ':';
      good = Append(node.entries[i].value) && good;
    }
    json_ += '}';
    return good;
  }

  text::NodeReader& reader_;
  std::string json_;
};

}  // namespace

std::optional<std::string> EventToJson(const yaml::Node& event, text::NodeReader& reader) {
  Converter converter(reader);
  if (!converter.Append(event)) return std::nullopt;
  return converter.Take();
}

}  // namespace riposte::rule
