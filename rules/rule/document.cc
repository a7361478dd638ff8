#include "rules/rule/document.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/digest.h"
#include "rules/rule/hashes.h"
#include "rules/rule/query_value.h"
#include "rules/rule/remediation_section.h"
#include "rules/rule/suppress_section.h"
#include "rules/rule/tests_section.h"
#include "rules/rule/trigger_print.h"
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
    const yaml::Node* trigger = Required("trigger");
    ReadQuery(trigger != nullptr && HasSteps(*trigger));
    if (trigger != nullptr) trigger_ = ReadTrigger(*trigger, Context());
    ReadSections();
    if (trigger_) {
      rule_.canonical_trigger = PrintTrigger(*trigger_, schema_.catalogue);
      rule_.trigger = std::move(*trigger_);
    }
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

  // Where the trigger has steps, with queries of their own, the rule needs none.
  void ReadQuery(bool may_be_missing) {
    const yaml::Node* node = may_be_missing ? root_.Find("query") : Required("query");
    if (node == nullptr) return;
    std::optional<QueryValue> value = ReadQueryValue(*node, "query", schema_.catalogue, reader_);
    if (!value) return;
    rule_.query = std::move(value->query);
    rule_.query_text = std::move(value->text);
    rule_.canonical_query = std::move(value->canonical);
    rule_.query_in_file = std::move(value->in_file);
    rule_.query_span = text::ToSpan(node->span);
  }

  TriggerContext Context() {
    return {.schema = schema_, .profiles = rule_.profiles, .reader = reader_};
  }

  void ReadSections() {
    for (const yaml::Entry& entry : root_.entries) {
      if (entry.key == "remediation") {
        ReadRemediationOf(entry);
        rule_.places.remediation = text::ToSpan(entry.key_span);
      } else if (entry.key == "tests") {
        rule_.tests = ReadTests(entry.value, schema_, reader_);
      } else if (entry.key == "suppress") {
        rule_.suppress =
            ReadSuppress(entry.value, entry.key_span, trigger_ ? &*trigger_ : nullptr, Context());
      }
    }
  }

  void ReadRemediationOf(const yaml::Entry& entry) {
    const std::optional<RemediationText> read =
        ReadRemediation(entry.value, entry.key_span, reader_);
    if (!read) return;
    rule_.remediation = read->remediation;
    if (trigger_) CheckRemediation(*read, *trigger_, reader_.source(), reader_.diagnostics());
  }

  const yaml::Node& root_;
  yaml::Span place_;  // where to point for what is missing
  const schema::Schema& schema_;
  text::NodeReader& reader_;
  Rule rule_;
  std::optional<Trigger> trigger_;
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
