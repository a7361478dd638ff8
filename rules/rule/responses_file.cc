#include "rules/rule/responses_file.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "rules/rule/path_glob.h"
#include "rules/rule/remediation_section.h"
#include "rules/rule/trigger_print.h"
#include "rules/rule/trigger_section.h"

namespace riposte::rule {
namespace {

constexpr std::string_view kResponses = "responses";
constexpr std::array<std::string_view, 1> kFileKeys = {kResponses};
constexpr std::array<std::string_view, 7> kKeys = {"id",        "path",    "tag",        "level",
                                                   "max_rules", "trigger", "remediation"};
constexpr std::array<Selector, 4> kSelectors = {Selector::kId, Selector::kPath, Selector::kTag,
                                                Selector::kLevel};
constexpr std::array<std::string_view, 5> kLevels = {"informational", "low", "medium", "high",
                                                     "critical"};

class ResponseReader {
 public:
  ResponseReader(const yaml::Node& entry, const TriggerContext& context)
      : entry_(entry),
        place_(entry.entries.empty() ? entry.span : entry.entries.front().key_span),
        context_(context),
        reader_(context.reader) {}

  std::optional<Response> Read() {
    const size_t errors_before = reader_.diagnostics().error_count();
    ReadSelector();
    ReadMaxRules();
    ReadSections();
    if (reader_.diagnostics().error_count() != errors_before) return std::nullopt;
    response_.source = reader_.source();
    response_.span = text::ToSpan(entry_.span);
    return std::move(response_);
  }

 private:
  static std::optional<Selector> SelectorOf(std::string_view key) {
    const auto* const found = std::ranges::find(kSelectors, key, SelectorName);
    return found == kSelectors.end() ? std::nullopt : std::optional(*found);
  }

  void ReadSelector() {
    const yaml::Entry* selecting = nullptr;
    for (const yaml::Entry& entry : entry_.entries) {
      if (!SelectorOf(entry.key)) continue;
      if (selecting != nullptr) {
        reader_.Error(entry.key_span, "two-selectors",
                      fmt::format("the entry selects by '{}' already", selecting->key),
                      "write an entry for each");
        return;
      }
      selecting = &entry;
    }
    if (selecting == nullptr) {
      reader_.Error(place_, "missing-key", "the entry selects no rule",
                    "add 'id', 'path', 'tag' or 'level'");
      return;
    }
    response_.selector = *SelectorOf(selecting->key);
    response_.selector_span = text::ToSpan(selecting->key_span);
    ReadChoices(selecting->value);
  }

  // One choice, or a list of them.
  void ReadChoices(const yaml::Node& node) {
    if (node.kind != yaml::Node::Kind::kSequence) return ReadChoice(node);
    if (!reader_.List(node, fmt::format("'{}'", SelectorName(response_.selector)))) return;
    for (const yaml::Node& item : node.items) ReadChoice(item);
  }

  void ReadChoice(const yaml::Node& node) {
    std::optional<std::string> text =
        reader_.Text(node, fmt::format("'{}'", SelectorName(response_.selector)));
    if (!text || !CheckChoice(node, *text)) return;
    response_.choices.push_back({.text = std::move(*text), .span = text::ToSpan(node.span)});
  }

  bool CheckChoice(const yaml::Node& node, const std::string& text) {
    switch (response_.selector) {
      case Selector::kId:
        if (Uuid::Parse(text)) return true;
        reader_.Error(node.span, "bad-uuid", fmt::format("'{}' is no UUID", text),
                      "write the 'id' of a rule");
        return false;
      case Selector::kPath: {
        const Result<PathGlob> glob = PathGlob::Parse(text);
        if (glob.ok()) return true;
        reader_.Error(node.span, "bad-path-pattern", glob.status().message(),
                      "write a path from here, such as 'windows/*.yml' or 'windows/**'");
        return false;
      }
      case Selector::kTag:
        if (!text.empty()) return true;
        reader_.Error(node.span, "empty-value", "the tag is empty", "write a tag");
        return false;
      case Selector::kLevel:
        return reader_.Choice(node, "'level'", kLevels).has_value();
    }
    return false;
  }

  void ReadMaxRules() {
    const yaml::Node* node = reader_.Required(entry_, "max_rules", "the entry", place_);
    if (node == nullptr) return;
    response_.max_rules_span = text::ToSpan(node->span);
    const std::optional<int64_t> count = reader_.Count(*node, "'max_rules'");
    if (!count) return;
    response_.max_rules = *count;
    if (*count == 0)
      reader_.Error(node->span, "max-rules-zero", "an entry for no rule does nothing",
                    "write how many rules you mean, or remove the entry");
  }

  void ReadSections() {
    const yaml::Node* trigger = entry_.Find("trigger");
    if (trigger != nullptr) response_.trigger = ReadTrigger(*trigger, context_);
    if (response_.trigger)
      response_.canonical_trigger = PrintTrigger(*response_.trigger, context_.schema.catalogue);
    const auto remediation = std::ranges::find(entry_.entries, "remediation", &yaml::Entry::key);
    if (remediation != entry_.entries.end()) {
      ReadRemediationOf(*remediation);
    } else if (trigger == nullptr) {
      reader_.Error(place_, "missing-key", "the entry gives nothing to the rules that it selects",
                    "add 'remediation'");
    }
  }

  // Without a trigger of its own it goes with those of the rules that the entry arms.
  void ReadRemediationOf(const yaml::Entry& entry) {
    const std::optional<RemediationText> read =
        ReadRemediation(entry.value, entry.key_span, reader_);
    if (!read) return;
    response_.remediation = read->remediation;
    response_.remediation_places = read->places;
    if (response_.trigger)
      CheckRemediation(*read, *response_.trigger, reader_.source(), reader_.diagnostics());
  }

  const yaml::Node& entry_;
  const yaml::Span place_;  // where to point for what is missing
  const TriggerContext& context_;
  text::NodeReader& reader_;
  Response response_;
};

void ReadDocument(const yaml::Node& root, const TriggerContext& context,
                  std::vector<ResponsePtr>& responses) {
  text::NodeReader& reader = context.reader;
  if (root.kind == yaml::Node::Kind::kMapping && root.Find(kResponses) == nullptr) {
    const yaml::Span place = root.entries.empty() ? root.span : root.entries.front().key_span;
    reader.Error(place, "missing-key", "'responses' is missing: this file is for them, by its name",
                 "begin with 'responses:'; a rule goes into a file of another name");
    return;
  }
  if (!reader.Mapping(root, "a file of responses", kFileKeys)) return;
  const yaml::Node& entries = *root.Find(kResponses);
  if (!reader.List(entries, "'responses'")) return;
  for (const yaml::Node& entry : entries.items) {
    if (!reader.Mapping(entry, "an entry of 'responses'", kKeys)) continue;
    if (std::optional<Response> response = ResponseReader(entry, context).Read())
      responses.push_back(std::make_shared<const Response>(std::move(*response)));
  }
}

}  // namespace

bool IsResponsesFile(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return name == "responses.yaml" || name == "responses.yml";
}

std::vector<ResponsePtr> ReadResponses(const text::SourcePtr& source, const schema::Schema& schema,
                                       text::Diagnostics& diagnostics) {
  const size_t errors_before = diagnostics.error_count();
  const yaml::Stream stream = yaml::Parse(source->bytes());
  text::AddProblems(stream, source, diagnostics);
  text::NodeReader reader(source, diagnostics);
  const TriggerContext context{.schema = schema, .profiles = {}, .reader = reader};
  std::vector<ResponsePtr> responses;
  bool empty = true;
  for (const yaml::Document& document : stream.documents) {
    if (document.root.kind == yaml::Node::Kind::kNull && document.root.value.empty()) continue;
    empty = false;
    ReadDocument(document.root, context, responses);
  }
  if (empty && diagnostics.error_count() == errors_before)
    diagnostics.Error(source, {}, "empty-value", "the file holds no response",
                      "begin with 'responses:', or remove it");
  return responses;
}

bool RefuseResponses(const yaml::Node& root, text::NodeReader& reader) {
  if (root.kind != yaml::Node::Kind::kMapping) return false;
  const auto entry = std::ranges::find(root.entries, kResponses, &yaml::Entry::key);
  if (entry == root.entries.end()) return false;
  reader.Error(entry->key_span, "responses-elsewhere",
               "responses are read from a file called 'responses.yaml' only",
               "move them there, or rename this file");
  return true;
}

}  // namespace riposte::rule
