// What a Plan is inside engine/event: the wanted paths as a trie, and for each field how its values
// come out of them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event/decode.h"
#include "engine/event/text_table.h"

namespace riposte::event {

// A node of the trie of paths, counted from 0 without gaps. An array's elements stand at the path
// of the array.
enum class PathId : uint32_t {};
constexpr size_t Index(PathId id) { return static_cast<size_t>(id); }
inline constexpr PathId kRootPath{0};
inline constexpr PathId kNoPath{UINT32_MAX};  // below it nothing is wanted

struct CompiledCondition {
  PathId path = kNoPath;
  std::vector<std::string> any_of;  // folded, ascending
};

// A path that conditions ask about.
struct ConditionedPath {
  PathId path = kNoPath;
  TextTable texts;  // folded
  // For each of the texts condition_words() words, whose bits say, by the index of a condition,
  // which hold.
  std::vector<uint64_t> holding;
};

struct CompiledStep {
  schema::Step::Kind kind{};
  std::string key;                                       // folded for kSplit
  std::vector<std::pair<std::string, std::string>> map;  // folded keys, ascending
  std::optional<std::string> map_default;
  bool operator==(const CompiledStep&) const = default;
};

struct CompiledAlternative {
  std::vector<uint32_t> when;  // indexes of conditions()
  std::vector<PathId> paths;
  std::string separator;
  std::optional<std::string> constant;
  std::string folded_constant;
  std::vector<CompiledStep> steps;
  bool operator==(const CompiledAlternative&) const = default;
};

// A value without which an event does not need some fields.
struct CompiledGuard {
  schema::FieldId field = schema::kNoField;
  std::string text;  // folded
  auto operator<=>(const CompiledGuard&) const = default;
};

struct CompiledField {
  schema::FieldId id = schema::kNoField;
  schema::FieldType type{};
  schema::TimeFormat time_format{};
  bool union_of_all = false;
  // A field before it that always has the same values, or kNoField.
  schema::FieldId same_as = schema::kNoField;
  bool lenient = false;
  // Which events need it to be matched: all, or those of which one of the guards holds (indexes of
  // guards()). The others need it only if it is `once_matched`: what plays a role, or is used of
  // events that matched.
  bool always = false;
  std::vector<uint32_t> guards;
  bool once_matched = false;
  std::vector<CompiledAlternative> alternatives;
};

class CompiledPlan final : public Plan {
 public:
  CompiledPlan(const schema::Schema& schema, const schema::Profile& profile,
               std::span<const FieldUse> uses);

  const schema::Profile& profile() const { return profile_; }
  size_t catalogue_size() const { return catalogue_size_; }
  // Not that of any other plan of this process, whatever became of it.
  uint64_t number() const { return number_; }

  size_t path_count() const { return nodes_.size(); }
  // Where each scalar of the event is wanted besides its own place; kNoPath if nowhere.
  PathId every_value() const { return every_value_; }
  // Where null and an empty array at `path` are wanted; kNoPath if nowhere.
  PathId PresenceAt(PathId path) const { return nodes_[Index(path)].presence; }
  // Whether values at the path are wanted.
  bool IsWanted(PathId path) const { return wanted_[Index(path)] != 0; }
  // The object tokens that stand at the path, outermost first: an object there opens a row of each.
  const std::vector<schema::FieldId>& ObjectsAt(PathId path) const {
    return nodes_[Index(path)].objects;
  }
  // The keys from the root to the path.
  std::vector<std::string_view> KeysOf(PathId path) const;

  // The child of a path by an unescaped key, `hash` being HashKey(key): the one of that name, else
  // the one for any key; kNoPath if nothing is wanted there.
  PathId Child(PathId parent, std::string_view key, uint64_t hash) const;
  // Seeded anew for each plan, so that nobody can prepare keys whose hashes collide.
  uint64_t HashKey(std::string_view key) const;

  // Ascending by id.
  const std::vector<CompiledField>& fields() const { return fields_; }
  // Those whose fields the profile has; these fields each event needs.
  const std::vector<CompiledGuard>& guards() const { return guards_; }
  // Null if the plan does not have it.
  const CompiledField* FindField(schema::FieldId id) const;
  const std::vector<CompiledCondition>& conditions() const { return conditions_; }
  const std::vector<ConditionedPath>& conditioned_paths() const { return conditioned_paths_; }
  size_t condition_words() const { return (conditions_.size() + 63) / 64; }

 private:
  struct Node {
    PathId parent = kNoPath;
    std::string key;
    uint64_t hash = 0;  // of the key
    bool wanted = false;
    PathId any_key = kNoPath;   // the child for each key that is not named
    PathId presence = kNoPath;  // see PresenceAt()
    std::vector<schema::FieldId> objects;
  };

  PathId AddPath(const schema::Path& path);
  CompiledField CompileField(const schema::Schema& schema, schema::FieldId id);
  CompiledAlternative CompileAlternative(const schema::Alternative& alternative);
  uint32_t CompileCondition(const schema::Condition& condition);
  void FindSameFields();
  void TabulateConditions();
  void BuildTable();

  const schema::Profile& profile_;
  uint64_t number_;
  size_t catalogue_size_;
  uint64_t seed_;
  PathId every_value_ = kNoPath;
  std::vector<Node> nodes_;
  std::vector<uint8_t> wanted_;  // of the nodes: apart, it is asked for with each value
  std::vector<PathId> table_;  // of children, by parent and key; open addressing, at most half full
  std::vector<CompiledField> fields_;
  std::vector<CompiledGuard> guards_;
  std::vector<CompiledCondition> conditions_;
  std::vector<ConditionedPath> conditioned_paths_;
};

}  // namespace riposte::event
