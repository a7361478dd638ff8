#include "rules/rule/document.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "base/digest.h"
#include "rules/qql/parse.h"
#include "rules/query/print.h"
#include "rules/rule/hashes.h"
#include "rules/rule/remediation_section.h"
#include "rules/rule/tests_section.h"
#include "rules/rule/trigger_section.h"

namespace riposte::rule {
namespace {

constexpr std::array<std::string_view, 15> kKeys = {
    "id",     "name",    "description", "severity", "tags",    "references",  "false_positives",
    "author", "enabled", "profiles",    "query",    "trigger", "remediation", "suppress",
    "tests"};
constexpr std::array<std::string_view, 5> kSeverities = {"informational", "low", "medium", "high",
                                                         "critical"};
constexpr size_t kMaxNameBytes = 200;

class RuleReader {
 public:
  RuleReader(const yaml::Document& document, const schema::Schema& schema, text::NodeReader& reader)
      : root_(document.root),
        place_(document.root.entries.empty() ? document.root.span
                                             : document.root.entries.front().key_span),
        schema_(schema),
        reader_(reader) {}

  Rule Read() {
    ReadId();
    ReadName();
    if (const yaml::Node* node = Required("severity")) {
      if (const std::optional<size_t> index = reader_.Choice(*node, "'severity'", kSeverities))
        rule_.severity = static_cast<Severity>(*index);
      rule_.places.severity = text::ToSpan(node->span);
    }
    ReadText("description", rule_.description);
    ReadText("author", rule_.author);
    rule_.places.tags = ReadTexts("tags", rule_.tags);
    rule_.places.references = ReadTexts("references", rule_.references);
    ReadTexts("false_positives", rule_.false_positives);
    if (const yaml::Node* node = root_.Find("enabled")) {
      rule_.enabled = reader_.Bool(*node, "'enabled'").value_or(true);
      rule_.places.enabled = text::ToSpan(node->span);
    }
    ReadProfiles();
    ReadQuery();
    if (const yaml::Node* node = Required("trigger"))
      rule_.trigger = ReadTrigger(*node, reader_).value_or(SingleMatch{});
    ReadSections();
    return std::move(rule_);
  }

 private:
  const yaml::Node* Required(std::string_view key) {
    return reader_.Required(root_, key, "the rule", place_);
  }

  void ReadText(std::string_view key, std::string& text) {
    if (const yaml::Node* node = root_.Find(key))
      text = reader_.Text(*node, fmt::format("'{}'", key)).value_or("");
  }

  // Where the texts stand.
  std::vector<text::Span> ReadTexts(std::string_view key, std::vector<std::string>& texts) {
    std::vector<text::Span> places;
    const yaml::Node* node = root_.Find(key);
    if (node == nullptr) return places;
    texts = reader_.Texts(*node, fmt::format("'{}'", key));
    for (const yaml::Node& item : node->items) places.push_back(text::ToSpan(item.span));
    return places;
  }

  void ReadId() {
    const yaml::Node* node = Required("id");
    if (node == nullptr) return;
    rule_.id_span = text::ToSpan(node->span);
    const std::optional<std::string> text = reader_.Text(*node, "'id'");
    if (!text) return;
    const std::optional<Uuid> id = Uuid::Parse(*text);
    if (id) {
      rule_.id = *id;
    } else {
      reader_.Error(node->span, "bad-uuid", fmt::format("'{}' is no UUID", *text),
                    "a UUID has 8-4-4-4-12 hexadecimal digits; 'uuidgen' makes one");
    }
  }

  void ReadName() {
    const yaml::Node* node = Required("name");
    if (node == nullptr) return;
    rule_.places.name = text::ToSpan(node->span);
    std::optional<std::string> text = reader_.Text(*node, "'name'");
    if (!text) return;
    const bool control =
        std::any_of(text->begin(), text->end(), [](char c) { return c >= 0 && c < ' '; });
    if (text->find_first_not_of(' ') == std::string::npos) {
      reader_.Error(node->span, "empty-value", "'name' is empty", "say what the rule finds");
    } else if (control || text->size() > kMaxNameBytes) {
      reader_.Error(node->span, "bad-name",
                    fmt::format("'name' is one line of at most {} bytes", kMaxNameBytes),
                    "put the rest into 'description'");
    }
    rule_.name = std::move(*text);
  }

  void ReadProfiles() {
    const yaml::Node* node = root_.Find("profiles");
    if (node == nullptr || !reader_.List(*node, "'profiles'")) return;
    for (const yaml::Node& item : node->items) {
      if (!CheckProfile(item, schema_, reader_)) continue;
      rule_.profiles.push_back(item.value);
      rule_.places.profiles.push_back(text::ToSpan(item.span));
    }
  }

  void ReadQuery() {
    const yaml::Node* node = Required("query");
    if (node == nullptr) return;
    rule_.query_span = text::ToSpan(node->span);
    const std::optional<std::string> text = reader_.Text(*node, "'query'");
    if (!text) return;
    if (!node->exact) {
      reader_.Error(
          {.begin = node->span.begin, .end = node->span.begin}, "folded-query",
          "a query over several lines needs a | block: folding its lines loses its columns",
          "write 'query: |'");
      return;
    }
    rule_.query_in_file =
        std::make_shared<const text::Fragment>(text::ToFragment(reader_.source(), *node));
    rule_.query_text = rule_.query_in_file->text();
    std::optional<query::Expression> query =
        qql::Parse(*rule_.query_in_file, schema_.catalogue, reader_.diagnostics());
    if (!query) return;
    rule_.query = std::move(*query);
    rule_.canonical_query = query::Print(rule_.query, schema_.catalogue);
  }

  void ReadSections() {
    for (const yaml::Entry& entry : root_.entries) {
      if (entry.key == "remediation") {
        rule_.remediation = ReadRemediation(entry.value, entry.key_span, reader_);
        rule_.places.remediation = text::ToSpan(entry.key_span);
      } else if (entry.key == "tests") {
        rule_.tests = ReadTests(entry.value, schema_, reader_);
      } else if (entry.key == "suppress") {
        reader_.Error(entry.key_span, "not-available-yet", "'suppress' is not available yet",
                      "leave it out");
      }
    }
  }

  const yaml::Node& root_;
  yaml::Span place_;  // where to point for what is missing
  const schema::Schema& schema_;
  text::NodeReader& reader_;
  Rule rule_;
};

}  // namespace

std::optional<Rule> ReadRule(const yaml::Document& document, const schema::Schema& schema,
                             text::NodeReader& reader) {
  const size_t errors_before = reader.diagnostics().error_count();
  if (!reader.Mapping(document.root, "a rule", kKeys)) return std::nullopt;
  Rule rule = RuleReader(document, schema, reader).Read();
  if (reader.diagnostics().error_count() != errors_before) return std::nullopt;
  rule.source = reader.source();
  rule.span = text::ToSpan(document.span);
  rule.arming_hash = ArmingHash(rule);
  rule.version = Sha256Hex(
      rule.source->bytes().substr(document.span.begin, document.span.end - document.span.begin));
  return rule;
}

}  // namespace riposte::rule
