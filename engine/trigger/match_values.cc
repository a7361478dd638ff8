#include "engine/trigger/match_values.h"

#include <algorithm>
#include <bit>
#include <utility>
#include <variant>

#include "base/check.h"
#include "base/number.h"
#include "rules/rule/definition.h"

namespace riposte::trigger {
namespace {

// What a part takes of one event or firing.
struct Taken {
  std::string key;
  std::string value;  // of what is measured
  double number = 0;
};

// False if one of the values is not there.
bool AddValues(const event::Event& event, std::span<const RuleParts::Field> fields,
               KeyWriter& key) {
  for (const RuleParts::Field& field : fields) {
    const std::optional<std::string> text = TextOfFirst(event, field.id, field.type);
    if (!text) return false;
    key.AddText(*text);
  }
  return true;
}

bool ReadNumber(std::string_view text, double& number) {
  const std::optional<Number> read = Number::Parse(text);
  if (read) number = read->ToDouble();
  return read.has_value();
}

bool TakeMeasured(const event::Event& event, const RuleParts::Part& part, bool numeric,
                  Taken& taken) {
  if (numeric) {
    const RuleParts::Field& field = part.measured.front();
    const std::optional<std::string> text = TextOfFirst(event, field.id, field.type);
    return text && ReadNumber(*text, taken.number);
  }
  KeyWriter value;
  if (!AddValues(event, part.measured, value)) return false;
  taken.value = std::move(value).Finish(kDistinctBytesMax);
  return true;
}

bool TakeMeasured(std::span<const KeyValue> values, const RuleParts::OfFirings& part, bool numeric,
                  Taken& taken) {
  if (numeric) return ReadNumber(values[part.measured.front()].bytes, taken.number);
  KeyWriter value;
  for (const size_t place : part.measured) value.Add(values[place]);
  taken.value = std::move(value).Finish(kDistinctBytesMax);
  return true;
}

std::string KeyOf(std::span<const KeyValue> values, const RuleParts::OfFirings& part) {
  KeyWriter key;
  for (const size_t place : part.by) key.Add(values[place]);
  return std::move(key).Finish();
}

// What is told of a firing to other rules: the event that completed it, or the last of a
// deadline's.
std::string_view EventOf(const Completion& completion) {
  if (completion.events.empty()) return {};
  const auto completing =
      std::ranges::find(completion.events, completion.completed_by, &Kept::place);
  const bool is_there = !completion.by_deadline && completing != completion.events.end();
  return is_there ? completing->event : completion.events.back().event;
}

// One thing's contributions to one rule: parts with the same key are joined.
class Joiner {
 public:
  Joiner(uint32_t rule, const RuleParts& parts, const Place& place, std::string_view event,
         std::vector<Contribution>& out)
      : rule_(rule), parts_(parts), place_(place), event_(event), out_(out), begin_(out.size()) {}

  void Add(uint32_t number, Taken taken) {
    Contribution& under = UnderKey(std::move(taken.key));
    if (parts_.parts[number].until) {
      under.until = true;
      return;
    }
    const bool first = under.parts == 0;
    under.parts |= StepBit(number);
    const bool has_value = parts_.one_value ? first : (parts_.distinct & StepBit(number)) != 0;
    if (has_value) under.values.push_back(std::move(taken.value));
    if (first) under.number = taken.number;
  }

 private:
  Contribution& UnderKey(std::string key) {
    for (size_t i = begin_; i < out_.size(); ++i)
      if (out_[i].key == key) return out_[i];
    Contribution& added = out_.emplace_back();
    added.rule = rule_;
    added.key = std::move(key);
    added.place = place_;
    added.event = event_;
    return added;
  }

  uint32_t rule_;
  const RuleParts& parts_;
  const Place& place_;
  std::string_view event_;
  std::vector<Contribution>& out_;
  size_t begin_;
};

bool HasWindows(const rule::Rule& rule) {
  return !std::holds_alternative<rule::SingleMatch>(rule.trigger);
}

}  // namespace

MatchValues::MatchValues(rule::RuleSetPtr rules) : rules_(std::move(rules)) {
  const std::vector<rule::Rule>& all = rules_->rules;
  per_rule_.resize(all.size());
  for (size_t i = 0; i < all.size(); ++i) {
    per_rule_[i].definition = rule::DefinitionHash(all[i], *rules_->schema);
    per_rule_[i].parts = PartsOf(all[i], *rules_->schema);
  }
  for (size_t i = 0; i < all.size(); ++i)
    if (all[i].enabled) Connect(static_cast<uint32_t>(i));
  for (size_t i = 0; i < all.size(); ++i) {
    per_rule_[i].takes = all[i].enabled && (HasWindows(all[i]) || !per_rule_[i].feeds.empty());
    if (per_rule_[i].takes) taking_.emplace(all[i].id, static_cast<uint32_t>(i));
  }
}

std::optional<uint32_t> MatchValues::IndexOf(const Uuid& id) const {
  const auto found = taking_.find(id);
  if (found == taking_.end()) return std::nullopt;
  return found->second;
}

// Tells the rules whose firings this one takes.
void MatchValues::Connect(uint32_t rule) {
  const std::vector<RuleParts::Part>& parts = per_rule_[rule].parts.parts;
  for (uint32_t number = 0; number < parts.size(); ++number) {
    if (!parts[number].of_firings) continue;
    const RuleParts::OfFirings& of = *parts[number].of_firings;
    for (size_t i = 0; i < rules_->rules.size(); ++i) {
      if (rules_->rules[i].id != of.rule) continue;
      const auto is_there = [&](size_t place) { return place < per_rule_[i].parts.key_values; };
      RIPOSTE_CHECK(
          std::ranges::all_of(of.by, is_there) && std::ranges::all_of(of.measured, is_there),
          "a firing has no such value");
      std::vector<Feed>& feeds = per_rule_[i].feeds;
      if (feeds.empty() || feeds.back().rule != rule) feeds.push_back({.rule = rule, .parts = {}});
      feeds.back().parts.push_back(number);
    }
  }
}

void MatchValues::OfEvent(const event::Event& event, uint32_t rule, std::span<const uint32_t> parts,
                          const EventPlace& at, uint64_t& next_index,
                          std::vector<Contribution>& out, LeftOut& left_out) const {
  const PerRule& of = per_rule_[rule];
  if (!of.takes) return;
  const size_t begin = out.size();
  const Place place{.time = at.time};
  Joiner joiner(rule, of.parts, place, at.payload, out);
  for (const uint32_t number : parts) {
    const RuleParts::Part& part = of.parts.parts[number];
    Taken taken;
    KeyWriter key;
    if (!AddValues(event, part.by, key)) {
      ++left_out.no_key;
      continue;
    }
    taken.key = std::move(key).Finish();
    if (part.IsMeasured() && !TakeMeasured(event, part, of.parts.numeric, taken)) {
      ++left_out.no_value;
      continue;
    }
    joiner.Add(number, std::move(taken));
  }
  for (size_t i = begin; i < out.size(); ++i) {
    out[i].place.order = OrderOf(next_index++);
    out[i].route = RouteOf(rule, out[i].key);
  }
}

void MatchValues::OfFiring(const Firing& firing, std::vector<Contribution>& out,
                           LeftOut& left_out) const {
  const std::vector<Feed>& feeds = per_rule_[firing.rule].feeds;
  if (feeds.empty()) return;
  std::vector<KeyValue> values;
  const bool has_values =
      SplitKey(firing.key, values) && values.size() == per_rule_[firing.rule].parts.key_values;
  for (const Feed& feed : feeds) {
    if (has_values) {
      AddOfFiring(feed, firing, values, out, left_out);
    } else {
      left_out.no_key += feed.parts.size();
    }
  }
}

void MatchValues::AddOfFiring(const Feed& feed, const Firing& firing,
                              std::span<const KeyValue> values, std::vector<Contribution>& out,
                              LeftOut& left_out) const {
  const RuleParts& parts = per_rule_[feed.rule].parts;
  const size_t begin = out.size();
  const Place place{.time = std::clamp(firing.completion.time, kPlaceTimeMin, kPlaceTimeMax),
                    .order = firing.order};
  Joiner joiner(feed.rule, parts, place, EventOf(firing.completion), out);
  for (const uint32_t number : feed.parts) {
    const RuleParts::Part& part = parts.parts[number];
    Taken taken;
    if (part.IsMeasured() && !TakeMeasured(values, *part.of_firings, parts.numeric, taken)) {
      ++left_out.no_value;
      continue;
    }
    taken.key = KeyOf(values, *part.of_firings);
    joiner.Add(number, std::move(taken));
  }
  for (size_t i = begin; i < out.size(); ++i) out[i].route = RouteOf(feed.rule, out[i].key);
}

bool MatchValues::Accepts(const Contribution& contribution) const {
  if (contribution.rule >= per_rule_.size() || !per_rule_[contribution.rule].takes) return false;
  const RuleParts& parts = per_rule_[contribution.rule].parts;
  if ((contribution.parts & ~parts.known) != 0 || (contribution.until && !parts.has_until))
    return false;
  if (contribution.parts == 0 && !contribution.until) return false;
  const size_t values =
      parts.one_value ? 1 : static_cast<size_t>(std::popcount(contribution.parts & parts.distinct));
  return IsKey(contribution.rule, contribution.key) && contribution.values.size() == values &&
         contribution.event.size() <= kContributionEventMax &&
         contribution.place.time >= kPlaceTimeMin && contribution.place.time <= kPlaceTimeMax &&
         std::ranges::all_of(
             contribution.values,
             [](const std::string& value) { return value.size() <= kDistinctBytesMax; }) &&
         contribution.route == RouteOf(contribution.rule, contribution.key);
}

bool MatchValues::IsKey(uint32_t rule, std::string_view key) const {
  if (key.size() > kKeyBytesMax) return false;
  if (IsHash(key)) return true;
  std::vector<KeyValue> values;
  return SplitKey(key, values) && values.size() == per_rule_[rule].parts.key_values;
}

std::string MatchValues::RouteOf(uint32_t rule, std::string_view key) const {
  const RuleParts& parts = per_rule_[rule].parts;
  std::vector<KeyValue> values;
  if (!parts.asset || !SplitKey(key, values) || *parts.asset >= values.size())
    return std::string(key);
  return std::string(values[*parts.asset].bytes);
}

}  // namespace riposte::trigger
