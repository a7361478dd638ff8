#include "engine/match/matcher.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <utility>

#include <boost/unordered/unordered_flat_map.hpp>

#include "engine/match/anchor.h"
#include "engine/match/program.h"

namespace riposte::match {
namespace {

// A set of small numbers, one bit each.
using Bits = std::vector<uint64_t>;

void SetBit(Bits& bits, uint32_t i) { bits[i / 64] |= uint64_t{1} << (i % 64); }

// A rule of the matcher: its place in the rule set and its program.
struct Compiled {
  uint32_t rule = 0;
  uint32_t root = 0;
};

// Which part of the postings belongs to a key.
struct Postings {
  uint32_t begin = 0, count = 0;
};

struct AnchorField {
  schema::FieldId field = schema::kNoField;
  schema::FieldType type = schema::FieldType::kKeyword;
};

}  // namespace

struct Matcher::Impl {
  size_t rules_in_set = 0;
  std::shared_ptr<const event::Plan> plan;
  Programs programs;
  std::vector<Compiled> compiled;  // ascending by rule; positions in it are what the index holds
  std::vector<AnchorField> anchor_fields;
  boost::unordered_flat_map<AnchorKey, Postings> index;
  std::vector<uint32_t> postings;
  Bits always;  // positions without an anchor

  void BuildIndex(const rule::RuleSet& rules);
  void SetCandidates(const event::Event& event, Bits& candidates) const;
};

struct Matcher::Scratch::Impl {
  WordMemo words;
  Bits candidates;
  std::vector<uint64_t> evaluations;
};

Matcher::Scratch::Scratch() : impl_(std::make_unique<Impl>()) {}
Matcher::Scratch::Scratch(Scratch&&) noexcept = default;
Matcher::Scratch::~Scratch() = default;

const std::vector<uint64_t>& Matcher::Scratch::evaluations() const { return impl_->evaluations; }
void Matcher::Scratch::ResetCounts() { std::ranges::fill(impl_->evaluations, 0); }

Matcher::Matcher(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
Matcher::~Matcher() = default;

void Matcher::Impl::BuildIndex(const rule::RuleSet& rules) {
  const schema::Catalogue& catalogue = rules.schema->catalogue;
  always.assign((compiled.size() + 63) / 64, 0);
  std::vector<std::pair<AnchorKey, uint32_t>> entries;
  std::vector<schema::FieldId> fields;
  for (uint32_t position = 0; position < compiled.size(); ++position) {
    const std::optional<std::vector<Anchor>> anchors =
        ChooseAnchors(rules.rules[compiled[position].rule].query, catalogue);
    if (!anchors) {
      SetBit(always, position);
      continue;
    }
    for (const Anchor& anchor : *anchors) {
      entries.emplace_back(anchor.key, position);
      fields.push_back(anchor.field);
    }
  }
  std::ranges::sort(entries);
  entries.erase(std::ranges::unique(entries).begin(), entries.end());
  for (const auto& [key, position] : entries) {
    Postings& of_key =
        index.try_emplace(key, Postings{.begin = static_cast<uint32_t>(postings.size())})
            .first->second;
    ++of_key.count;
    postings.push_back(position);
  }
  std::ranges::sort(fields);
  fields.erase(std::ranges::unique(fields).begin(), fields.end());
  for (const schema::FieldId field : fields)
    anchor_fields.push_back({.field = field, .type = catalogue.token(field).type});
}

void Matcher::Impl::SetCandidates(const event::Event& event, Bits& candidates) const {
  candidates = always;
  for (const AnchorField& anchor : anchor_fields) {
    for (const event::Value& value : event.values(anchor.field)) {
      const std::optional<AnchorKey> key = KeyOf(anchor.field, anchor.type, value);
      if (!key) continue;
      const auto found = index.find(*key);
      if (found == index.end()) continue;
      for (uint32_t i = 0; i < found->second.count; ++i)
        SetBit(candidates, postings[found->second.begin + i]);
    }
  }
}

std::shared_ptr<const Matcher> Matcher::Compile(const rule::RuleSet& rules,
                                                const schema::Profile& profile) {
  auto impl = std::make_unique<Impl>();
  impl->rules_in_set = rules.rules.size();
  std::vector<schema::FieldId> fields;
  for (uint32_t i = 0; i < rules.rules.size(); ++i) {
    const rule::Rule& rule = rules.rules[i];
    if (!rule.enabled || !rule::RunsOn(rule, profile)) continue;
    impl->compiled.push_back({.rule = i, .root = impl->programs.Add(rule.query)});
    std::ranges::copy(rule.query.Fields(), std::back_inserter(fields));
  }
  std::ranges::sort(fields);
  fields.erase(std::ranges::unique(fields).begin(), fields.end());
  impl->plan = event::Plan::Compile(*rules.schema, profile, fields);
  impl->BuildIndex(rules);
  return std::shared_ptr<const Matcher>(new Matcher(std::move(impl)));
}

const event::Plan& Matcher::plan() const { return *impl_->plan; }
size_t Matcher::rule_count() const { return impl_->compiled.size(); }

void Matcher::FindMatches(const event::Event& event, const Context& context, Scratch& scratch,
                          std::vector<Match>& matches) const {
  Scratch::Impl& work = *scratch.impl_;
  work.evaluations.resize(impl_->rules_in_set);
  work.words.Clear();
  impl_->SetCandidates(event, work.candidates);
  for (size_t i = 0; i < work.candidates.size(); ++i) {
    for (uint64_t bits = work.candidates[i]; bits != 0; bits &= bits - 1) {
      const Compiled& candidate = impl_->compiled[i * 64 + std::countr_zero(bits)];
      ++work.evaluations[candidate.rule];
      if (impl_->programs.Matches(candidate.root, event, context, work.words))
        matches.push_back({.rule = candidate.rule});
    }
  }
}

}  // namespace riposte::match
