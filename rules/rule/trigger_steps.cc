#include "rules/rule/trigger_steps.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "rules/rule/query_value.h"

namespace riposte::rule {
namespace {

constexpr std::array<std::string_view, 6> kStepKeys = {"name", "query",    "absent",
                                                       "by",   "at_least", "distinct"};
constexpr std::array<std::string_view, 2> kUntilKeys = {"query", "by"};
constexpr size_t kMaxNameBytes = 200;

// A step, and where to point at for parts of it.
struct PlacedStep {
  Step step;
  yaml::Span by_place;
  yaml::Span name_place;
};

class StepsReader {
 public:
  StepsReader(const yaml::Node& section, std::string_view name, yaml::Span key_span,
              const TriggerContext& context)
      : section_(section),
        name_(name),
        key_span_(key_span),
        context_(context),
        reader_(context.reader) {}

  StepsText Read() {
    const yaml::Node* steps =
        reader_.Required(section_, "steps", fmt::format("'{}'", name_), key_span_);
    if (steps == nullptr || !reader_.List(*steps, "'steps'")) return {};
    const yaml::Node* until = section_.Find("until");
    ReadBy(*steps, until);
    for (const yaml::Node& node : steps->items) steps_.push_back(ReadStep(node));
    CheckNames();
    CheckNumbers(*steps);
    if (until != nullptr) until_ = ReadUntil(*until);
    CheckBy();
    return Result();
  }

 private:
  static bool HasBy(const yaml::Node& step) {
    return step.kind == yaml::Node::Kind::kMapping && step.Find("by") != nullptr;
  }

  // What steps without a `by` of their own have. If each has one, nothing is missing.
  void ReadBy(const yaml::Node& steps, const yaml::Node* until) {
    const bool needed =
        !std::ranges::all_of(steps.items, HasBy) || (until != nullptr && !HasBy(*until));
    if (!needed && section_.Find("by") == nullptr) return;
    std::optional<GroupBy> by = ReadGroupByOf(section_, "by", key_span_, context_);
    if (!by) by_failed_ = true;
    by_ = std::move(by).value_or(GroupBy{});
  }

  PlacedStep ReadStep(const yaml::Node& node) {
    PlacedStep placed{.step = {}, .by_place = node.span, .name_place = node.span};
    Step& step = placed.step;
    step.name = fmt::format("step {}", steps_.size() + 1);
    step.span = text::ToSpan(node.span);
    step.by = by_;
    if (!reader_.Mapping(node, "a step", kStepKeys)) return placed;
    ReadStepQuery(node, step);
    if (const yaml::Node* name = node.Find("name")) {
      placed.name_place = name->span;
      ReadName(*name, step);
    }
    ReadStepBy(node, placed);
    ReadNumbers(node, step);
    return placed;
  }

  void ReadStepQuery(const yaml::Node& node, Step& step) {
    const yaml::Entry* written = nullptr;
    for (const yaml::Entry& entry : node.entries) {
      if (entry.key != "query" && entry.key != "absent") continue;
      if (written != nullptr) {
        reader_.Error(entry.key_span, "two-queries",
                      fmt::format("the step has '{}' already", written->key),
                      "write a step for each");
        return;
      }
      written = &entry;
    }
    if (written == nullptr) {
      reader_.Error(node.span, "missing-key", "a step has neither 'query' nor 'absent'",
                    "add 'query:'");
      return;
    }
    step.absent = written->key == "absent";
    ReadQuery(written->value, written->key, step);
  }

  void ReadQuery(const yaml::Node& node, std::string_view key, Step& step) {
    std::optional<QueryValue> value = ReadQueryValue(node, key, context_.schema.catalogue, reader_);
    if (!value) return;
    step.query = std::move(value->query);
    step.query_text = std::move(value->text);
    step.canonical_query = std::move(value->canonical);
    step.query_in_file = std::move(value->in_file);
    step.query_span = text::ToSpan(node.span);
  }

  void ReadName(const yaml::Node& node, Step& step) {
    std::optional<std::string> name = reader_.Text(node, "a step's 'name'");
    if (!name) return;
    const bool control = std::ranges::any_of(*name, [](char c) { return c >= 0 && c < ' '; });
    if (name->find_first_not_of(' ') == std::string::npos) {
      reader_.Error(node.span, "empty-value", "a step's 'name' is empty",
                    "say what happens, or leave it out");
    } else if (control || name->size() > kMaxNameBytes) {
      reader_.Error(node.span, "bad-name",
                    fmt::format("a step's 'name' is one line of at most {} bytes", kMaxNameBytes),
                    "shorten it");
    }
    step.name = std::move(*name);
  }

  void ReadStepBy(const yaml::Node& node, PlacedStep& placed) {
    const yaml::Node* by = node.Find("by");
    if (by == nullptr) return;
    placed.by_place = by->span;
    const std::optional<GroupBy> fields = ReadGroupBy(*by, "'by'", context_);
    if (!fields) by_failed_ = true;
    placed.step.by = fields.value_or(GroupBy{});
  }

  void ReadNumbers(const yaml::Node& node, Step& step) {
    for (const yaml::Entry& entry : node.entries) {
      if (entry.key != "at_least" && entry.key != "distinct") continue;
      if (step.absent) {
        reader_.Error(entry.key_span, "absent-setting",
                      fmt::format("an absent step has no '{}': one event ends it", entry.key),
                      "leave it out");
      } else if (entry.key == "at_least") {
        step.at_least = ReadAtLeast(entry.value, Sequence::kStagesMax, reader_).value_or(1);
      } else {
        step.distinct =
            ReadDistinct(entry.value, context_).value_or(std::vector<schema::FieldId>{});
      }
    }
  }

  // A query, or {query, by}.
  PlacedStep ReadUntil(const yaml::Node& node) {
    PlacedStep placed{.step = {}, .by_place = node.span, .name_place = node.span};
    placed.step.name = "until";
    placed.step.span = text::ToSpan(node.span);
    placed.step.by = by_;
    if (node.kind != yaml::Node::Kind::kMapping) {
      ReadQuery(node, "until", placed.step);
      return placed;
    }
    reader_.Mapping(node, "'until'", kUntilKeys);
    if (const yaml::Node* query = reader_.Required(node, "query", "'until'", node.span))
      ReadQuery(*query, "query", placed.step);
    ReadStepBy(node, placed);
    return placed;
  }

  void CheckNames() {
    for (size_t i = 0; i < steps_.size(); ++i) {
      const std::string& name = steps_[i].step.name;
      const bool taken =
          std::any_of(steps_.begin(), steps_.begin() + static_cast<std::ptrdiff_t>(i),
                      [&name](const PlacedStep& before) { return before.step.name == name; });
      if (taken)
        reader_.Error(steps_[i].name_place, "duplicate-step",
                      fmt::format("the name '{}' is taken by a step before", name),
                      "'remediate' and reports tell steps by name");
    }
  }

  void CheckNumbers(const yaml::Node& steps) {
    if (steps_.size() > Sequence::kStepsMax) {
      reader_.Error(steps.items[Sequence::kStepsMax].span, "too-many-steps",
                    fmt::format("more than {} steps", Sequence::kStepsMax), "split the rule");
    }
    int64_t stages = 0;
    for (const PlacedStep& placed : steps_) stages += placed.step.at_least;
    if (stages > Sequence::kStagesMax)
      reader_.Error(steps.span, "too-many-steps",
                    fmt::format("the steps ask for {} events together, at most {}", stages,
                                Sequence::kStagesMax),
                    "lower 'at_least' of a step");
  }

  // Values of all steps are compared with each other, field by field.
  void CheckBy() {
    if (by_failed_) return;
    const GroupBy& expected = section_.Find("by") != nullptr ? by_ : steps_.front().step.by;
    for (const PlacedStep& placed : steps_) CheckByOf(placed, expected);
    if (until_) CheckByOf(*until_, expected);
  }

  void CheckByOf(const PlacedStep& placed, const GroupBy& expected) {
    const GroupBy& by = placed.step.by;
    if (by.size() != expected.size()) {
      reader_.Error(placed.by_place, "by-mismatch",
                    fmt::format("'by' has {} here, {} elsewhere", Counted(by.size()),
                                Counted(expected.size())),
                    "the values of all steps are compared, field by field");
      return;
    }
    for (size_t i = 0; i < by.size(); ++i) {
      const schema::Token& here = context_.schema.catalogue.token(by[i]);
      const schema::Token& there = context_.schema.catalogue.token(expected[i]);
      if (Comparable(here.type) == Comparable(there.type)) continue;
      reader_.Error(placed.by_place, "by-mismatch",
                    fmt::format("'{}' is a {}, '{}' a {}: they never equal", here.name,
                                schema::FieldTypeName(here.type), there.name,
                                schema::FieldTypeName(there.type)),
                    "the values of all steps are compared, field by field");
    }
  }

  // Texts and keywords are both compared as whole texts.
  static schema::FieldType Comparable(schema::FieldType type) {
    return type == schema::FieldType::kText ? schema::FieldType::kKeyword : type;
  }

  static std::string Counted(size_t fields) {
    return fmt::format("{} field{}", fields, fields == 1 ? "" : "s");
  }

  StepsText Result() {
    StepsText text;
    text.steps.reserve(steps_.size());
    for (PlacedStep& placed : steps_) text.steps.push_back(std::move(placed.step));
    if (until_) text.until = std::move(until_->step);
    return text;
  }

  const yaml::Node& section_;
  const std::string_view name_;
  const yaml::Span key_span_;
  const TriggerContext& context_;
  text::NodeReader& reader_;
  GroupBy by_;
  bool by_failed_ = false;
  std::vector<PlacedStep> steps_;
  std::optional<PlacedStep> until_;
};

}  // namespace

StepsText ReadSteps(const yaml::Node& section, std::string_view name, yaml::Span key_span,
                    const TriggerContext& context) {
  return StepsReader(section, name, key_span, context).Read();
}

}  // namespace riposte::rule
