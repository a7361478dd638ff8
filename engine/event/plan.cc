#include "engine/event/plan.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <map>
#include <random>
#include <set>

#include <xxhash.h>

#include "base/unicode.h"

namespace riposte::event {
namespace {

constexpr uint64_t kOddMultiplier = 0x9E3779B97F4A7C15u;

size_t TableSlot(PathId parent, uint64_t hash) {
  return hash ^ static_cast<uint64_t>(parent) * kOddMultiplier;
}

uint64_t RandomSeed() {
  std::random_device device;
  return uint64_t{device()} << 32 | device();
}

// Counted from 1.
uint64_t NextNumber() {
  static std::atomic<uint64_t> last{0};
  return ++last;
}

// Of a field, what its uses come to.
struct Need {
  bool always = false;
  bool once_matched = false;
  std::set<CompiledGuard> guards;
};

// The fields asked for, the guards', the roles' tokens, and the object tokens around each.
std::map<schema::FieldId, Need> AllFields(const schema::Schema& schema,
                                          const schema::Profile& profile,
                                          std::span<const FieldUse> uses) {
  std::map<schema::FieldId, Need> all;
  const auto add = [&](schema::FieldId id, const auto& note) {
    if (profile.Has(id)) note(all[id]);
    for (const schema::FieldId group : schema.catalogue.token(id).groups)
      if (profile.Has(group)) note(all[group]);
  };
  const auto always = [](Need& need) { need.always = true; };
  const auto once_matched = [](Need& need) { need.once_matched = true; };
  for (const FieldUse& use : uses) {
    // A guard that the format does not carry never holds.
    if (use.once_matched) {
      add(use.field, once_matched);
    } else if (use.guard == schema::kNoField) {
      add(use.field, always);
    } else if (profile.Has(use.guard)) {
      add(use.field,
          [&](Need& need) { need.guards.insert({.field = use.guard, .text = use.guard_text}); });
      add(use.guard, always);
    }
  }
  for (const schema::FieldId id : profile.roles)
    if (id != schema::kNoField) add(id, once_matched);
  // That an event lacks them is noted.
  for (const schema::Role role : {schema::Role::kEventTime, schema::Role::kAssetId})
    if (const schema::FieldId id = profile.role(role); id != schema::kNoField) add(id, always);
  return all;
}

std::vector<CompiledStep> CompileSteps(const std::vector<schema::Step>& steps) {
  std::vector<CompiledStep> compiled;
  for (const schema::Step& step : steps) {
    CompiledStep& out = compiled.emplace_back();
    out.kind = step.kind;
    out.key = step.kind == schema::Step::Kind::kSplit ? unicode::Fold(step.key) : step.key;
    out.map_default = step.map_default;
    for (const auto& [from, to] : step.map) out.map.emplace_back(unicode::Fold(from), to);
    // Of two keys that fold to the same text the first one holds.
    std::stable_sort(out.map.begin(), out.map.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
  }
  return compiled;
}

}  // namespace

std::vector<FieldUse> UsedAlways(std::span<const schema::FieldId> fields) {
  std::vector<FieldUse> uses;
  for (const schema::FieldId field : fields) uses.push_back({.field = field});
  return uses;
}

std::shared_ptr<const Plan> Plan::CompileUses(const schema::Schema& schema,
                                              const schema::Profile& profile,
                                              std::span<const FieldUse> uses) {
  return std::make_shared<const CompiledPlan>(schema, profile, uses);
}

std::shared_ptr<const Plan> Plan::Compile(const schema::Schema& schema,
                                          const schema::Profile& profile,
                                          std::span<const schema::FieldId> fields) {
  return CompileUses(schema, profile, UsedAlways(fields));
}

CompiledPlan::CompiledPlan(const schema::Schema& schema, const schema::Profile& profile,
                           std::span<const FieldUse> uses)
    : profile_(profile),
      number_(NextNumber()),
      catalogue_size_(schema.catalogue.size()),
      seed_(RandomSeed()) {
  nodes_.emplace_back();
  std::map<CompiledGuard, uint32_t> guards;
  for (const auto& [id, need] : AllFields(schema, profile, uses)) {
    CompiledField& field = fields_.emplace_back(CompileField(schema, id));
    field.always = need.always;
    field.once_matched = need.once_matched;
    for (const CompiledGuard& guard : need.guards) {
      const auto [found, is_new] = guards.try_emplace(guard, static_cast<uint32_t>(guards_.size()));
      if (is_new) guards_.push_back(guard);
      field.guards.push_back(found->second);
    }
  }
  // An outer token has fewer groups around it than an inner one.
  for (Node& node : nodes_)
    std::stable_sort(
        node.objects.begin(), node.objects.end(), [&](schema::FieldId a, schema::FieldId b) {
          return schema.catalogue.token(a).groups.size() < schema.catalogue.token(b).groups.size();
        });
  FindSameFields();
  TabulateConditions();
  for (const Node& node : nodes_) wanted_.push_back(node.wanted ? 1 : 0);
  BuildTable();
}

CompiledField CompiledPlan::CompileField(const schema::Schema& schema, schema::FieldId id) {
  const schema::FieldSource& source = *profile_.fields[schema::Index(id)];
  CompiledField field{.id = id,
                      .type = schema.catalogue.token(id).type,
                      .time_format = source.time_format,
                      .union_of_all = source.union_of_all,
                      .same_as = schema::kNoField,
                      .lenient = source.lenient,
                      .guards = {},
                      .alternatives = {}};
  for (const schema::Alternative& alternative : source.alternatives) {
    field.alternatives.push_back(CompileAlternative(alternative));
    if (field.type != schema::FieldType::kObject) continue;
    for (const PathId path : field.alternatives.back().paths) {
      std::vector<schema::FieldId>& objects = nodes_[Index(path)].objects;
      if (std::find(objects.begin(), objects.end(), id) == objects.end()) objects.push_back(id);
    }
  }
  return field;
}

CompiledAlternative CompiledPlan::CompileAlternative(const schema::Alternative& alternative) {
  CompiledAlternative compiled{.when = {},
                               .paths = {},
                               .separator = alternative.separator,
                               .constant = alternative.constant,
                               .folded_constant = unicode::Fold(alternative.constant.value_or("")),
                               .steps = CompileSteps(alternative.steps)};
  for (const schema::Condition& condition : alternative.when)
    compiled.when.push_back(CompileCondition(condition));
  for (const schema::Path& path : alternative.paths) compiled.paths.push_back(AddPath(path));
  return compiled;
}

uint32_t CompiledPlan::CompileCondition(const schema::Condition& condition) {
  CompiledCondition compiled{.path = AddPath(condition.path), .any_of = {}};
  for (const std::string& text : condition.any_of) compiled.any_of.push_back(unicode::Fold(text));
  std::sort(compiled.any_of.begin(), compiled.any_of.end());
  // Profiles repeat the same few conditions for many tokens; each is decided once an event.
  for (size_t i = 0; i < conditions_.size(); ++i)
    if (conditions_[i].path == compiled.path && conditions_[i].any_of == compiled.any_of)
      return static_cast<uint32_t>(i);
  conditions_.push_back(std::move(compiled));
  return static_cast<uint32_t>(conditions_.size() - 1);
}

// Profiles have tokens that differ only in what they are for. Rows of an object are its own.
void CompiledPlan::FindSameFields() {
  const auto as_text = [](schema::FieldType type) {
    return type == schema::FieldType::kKeyword ? schema::FieldType::kText : type;
  };
  for (CompiledField& field : fields_) {
    if (field.type == schema::FieldType::kObject) continue;
    const auto same = std::find_if(fields_.begin(), fields_.end(), [&](const CompiledField& other) {
      return as_text(other.type) == as_text(field.type) && other.time_format == field.time_format &&
             other.union_of_all == field.union_of_all && other.lenient == field.lenient &&
             other.alternatives == field.alternatives;
    });
    if (same->id != field.id) field.same_as = same->id;
  }
}

void CompiledPlan::TabulateConditions() {
  // By path, by text.
  std::map<PathId, std::map<std::string, std::vector<uint64_t>>> holding;
  for (size_t i = 0; i < conditions_.size(); ++i) {
    for (const std::string& text : conditions_[i].any_of) {
      std::vector<uint64_t>& words = holding[conditions_[i].path][text];
      words.resize(condition_words());
      words[i / 64] |= uint64_t{1} << i % 64;
    }
  }
  for (const auto& [path, by_text] : holding) {
    std::vector<std::string> texts;
    ConditionedPath& asked = conditioned_paths_.emplace_back();
    asked.path = path;
    for (const auto& [text, words] : by_text) {
      texts.push_back(text);
      asked.holding.insert(asked.holding.end(), words.begin(), words.end());
    }
    asked.texts = TextTable(std::move(texts));
  }
}

PathId CompiledPlan::AddPath(const schema::Path& path) {
  PathId at = kRootPath;
  for (const std::string& key : path.keys) {
    const auto found = std::find_if(nodes_.begin(), nodes_.end(), [&](const Node& node) {
      return node.parent == at && node.key == key;
    });
    const PathId child{static_cast<uint32_t>(found - nodes_.begin())};
    if (found == nodes_.end()) {
      nodes_.push_back({.parent = at, .key = key, .hash = HashKey(key), .objects = {}});
      if (key == schema::kAnyKey) nodes_[Index(at)].any_key = child;
      if (key == schema::kPresence) nodes_[Index(at)].presence = child;
      if (key == schema::kEveryValue) every_value_ = child;
    }
    at = child;
  }
  nodes_[Index(at)].wanted = true;
  return at;
}

void CompiledPlan::BuildTable() {
  table_.assign(std::bit_ceil(2 * nodes_.size()), kNoPath);
  for (size_t i = 1; i < nodes_.size(); ++i) {
    size_t slot = TableSlot(nodes_[i].parent, nodes_[i].hash) & (table_.size() - 1);
    while (table_[slot] != kNoPath) slot = (slot + 1) & (table_.size() - 1);
    table_[slot] = PathId{static_cast<uint32_t>(i)};
  }
}

const CompiledField* CompiledPlan::FindField(schema::FieldId id) const {
  const auto found = std::ranges::lower_bound(fields_, id, {}, &CompiledField::id);
  return found != fields_.end() && found->id == id ? &*found : nullptr;
}

std::vector<std::string_view> CompiledPlan::KeysOf(PathId path) const {
  std::vector<std::string_view> keys;
  for (; path != kRootPath; path = nodes_[Index(path)].parent)
    keys.push_back(nodes_[Index(path)].key);
  std::reverse(keys.begin(), keys.end());
  return keys;
}

PathId CompiledPlan::Child(PathId parent, std::string_view key, uint64_t hash) const {
  for (size_t slot = TableSlot(parent, hash);; ++slot) {
    const PathId child = table_[slot & (table_.size() - 1)];
    if (child == kNoPath) return nodes_[Index(parent)].any_key;
    const Node& node = nodes_[Index(child)];
    if (node.hash == hash && node.parent == parent && node.key == key) return child;
  }
}

uint64_t CompiledPlan::HashKey(std::string_view key) const {
  return XXH3_64bits_withSeed(key.data(), key.size(), seed_);
}

}  // namespace riposte::event
