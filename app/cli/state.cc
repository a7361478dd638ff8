#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "app/cli/rule_input.h"
#include "app/cli/state_report.h"
#include "app/cli/state_stores.h"
#include "app/cli/verbs.h"
#include "base/bytes.h"
#include "base/unicode.h"
#include "engine/state/segments.h"
#include "engine/state/summary.h"
#include "engine/trigger/state_view.h"
#include "rules/text/suggest.h"

namespace riposte::cli {
namespace {

// Groups of a definition that are named: of all, and of one that was asked for.
constexpr size_t kLargest = 3;
constexpr size_t kLargestOfOne = 100;
// Groups that are looked through for the nearest to one that is not there.
constexpr size_t kCandidatesMax = 100'000;
// The least of a definition's digits that name it.
constexpr size_t kHexDigitsMin = 4;

struct Arguments {
  std::string path;
  std::vector<std::string> rules;
  std::string rule, group;
};

// Which definitions are looked at.
struct Selection {
  bool all = true;
  std::optional<Uuid> rule;
  std::string digits;  // what the definition begins with, where no rule is known

  bool Has(const state::DefinitionId& definition, const DefinitionNames& names) const {
    if (all) return true;
    if (!rule) return HexOf(definition).starts_with(digits);
    const rule::Rule* const found = names.Find(definition);
    return found != nullptr && found->id == *rule;
  }
};

// The rule by its id or name, of rules that are known.
Result<Selection> SelectRule(const std::string& wanted, const rule::RuleSet& rules) {
  std::vector<std::string_view> names;
  for (const rule::Rule& rule : rules.rules) {
    if (rule.name == wanted || rule.id.ToString() == wanted)
      return Selection{.all = false, .rule = rule.id, .digits = {}};
    names.push_back(rule.name);
  }
  const std::string hint = text::DidYouMean(wanted, names);
  return Status(ErrorCode::kNotFound, fmt::format("--rule: no rule has the name or id '{}'{}{}",
                                                  wanted, hint.empty() ? "" : "; ", hint));
}

Result<Selection> SelectDefinition(const std::string& wanted) {
  const bool is_hex = wanted.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (is_hex && wanted.size() >= kHexDigitsMin)
    return Selection{.all = false, .rule = {}, .digits = wanted};
  return Status(ErrorCode::kInvalidArgument,
                fmt::format("--rule {}: without --rules it is the beginning of a definition, {} "
                            "hex digits or more; with --rules it is a rule's name or id",
                            wanted, kHexDigitsMin));
}

Result<Selection> Select(const Arguments& arguments, const rule::RuleSetPtr& rules) {
  if (arguments.rule.empty()) return Selection{};
  return rules == nullptr ? SelectDefinition(arguments.rule) : SelectRule(arguments.rule, *rules);
}

bool HasGroups(state::Kind kind) {
  return kind == state::Kind::kWindow || kind == state::Kind::kSuppress;
}

void KeepSelected(const Selection& selection, const DefinitionNames& names,
                  state::StoreSummary& summary) {
  std::erase_if(summary.definitions, [&](const state::DefinitionSummary& of) {
    return HasGroups(of.kind) && !selection.Has(of.definition, names);
  });
}

// Reads the watermark off the task's clock; what else is stored with it is the task's.
void ReadClock(const state::Store& store, InspectedStore& inspected) {
  const Result<std::optional<state::Whole>> stored =
      state::ReadState(store, {.kind = state::Kind::kClock, .definition = {}, .group = {}});
  if (!stored.ok()) inspected.clock_problem = stored.status().message();
  if (!stored.ok() || !*stored) return;
  inspected.clock = trigger::Watermark::AsWritten((*stored)->value);
  if (!inspected.clock) inspected.clock_problem = "it is of another version's format";
}

// How long the span is does not matter to what the state says.
void DecodeSilenced(std::string_view bytes, InspectedGroup& group) {
  ByteReader in(bytes);
  trigger::SuppressState state;
  if (trigger::Suppressor(Duration(1)).Read(in, state) && in.at_end() && state.first) {
    group.silenced = std::move(state);
  } else {
    group.problem = "it is no state of what is silenced";
  }
}

// What the state says, if it is known whose it is.
void Decode(state::Kind kind, const rule::Rule* rule, std::string_view bytes,
            InspectedGroup& group) {
  if (kind == state::Kind::kSuppress) return DecodeSilenced(bytes, group);
  if (rule == nullptr) {
    group.problem = "its content can be shown with the rule: --rules PATH";
    return;
  }
  Result<trigger::StateView> view = trigger::ViewState(*rule, {}, bytes);
  if (view.ok()) {
    group.view = std::move(view).value();
  } else {
    group.problem = view.status().message();
  }
}

// The groups that go by that text, and what others are called.
class GroupSearch {
 public:
  explicit GroupSearch(const std::string& wanted) : wanted_(unicode::Fold(wanted)) {}

  void In(const state::Store& store, const DefinitionNames& names, InspectedStore& inspected) {
    for (const state::DefinitionSummary& of : inspected.summary.definitions) {
      if (!HasGroups(of.kind)) continue;
      const rule::Rule* const rule = names.Find(of.definition);
      const state::EachState each = [&](std::string_view key, std::string_view bytes,
                                        uint16_t segments) {
        if (!Is(key)) return;
        InspectedGroup& group = inspected.groups.emplace_back(InspectedGroup{
            .definition = of.definition, .key = std::string(key), .bytes = bytes.size()});
        group.segments = segments;
        Decode(of.kind, rule, bytes, group);
      };
      // What is behind damage is told by the summary.
      static_cast<void>(state::ScanStates(store, of.kind, of.definition, each).ok());
    }
    found_ = found_ || !inspected.groups.empty();
  }

  bool found() const { return found_; }
  std::string Complaint() const {
    const std::vector<std::string_view> candidates(seen_.begin(), seen_.end());
    const std::string hint = text::DidYouMean(wanted_, candidates);
    return fmt::format("there is no group '{}'{}{}", wanted_, hint.empty() ? "" : "; ", hint);
  }

 private:
  bool Is(std::string_view key) {
    std::string text = GroupText(key);
    const bool is = unicode::Fold(text) == wanted_;
    if (!is && seen_.size() < kCandidatesMax) seen_.insert(std::move(text));
    return is;
  }

  const std::string wanted_;  // keys hold folded texts
  std::set<std::string> seen_;
  bool found_ = false;
};

InspectedStore Inspect(const StoreFolder& folder, const Selection& selection,
                       const DefinitionNames& names, GroupSearch* search) {
  InspectedStore inspected{.folder = folder};
  const Result<std::unique_ptr<state::Store>> store = OpenStore(folder);
  if (!store.ok()) {
    inspected.problem = store.status();
    return inspected;
  }
  Result<state::StoreSummary> summary =
      state::Summarize(**store, selection.all ? kLargest : kLargestOfOne);
  if (!summary.ok()) {
    inspected.problem = summary.status();
    return inspected;
  }
  inspected.summary = std::move(summary).value();
  inspected.mark = (*store)->mark();
  ReadClock(**store, inspected);
  KeepSelected(selection, names, inspected.summary);
  if (search != nullptr) search->In(**store, names, inspected);
  return inspected;
}

Exit Judge(const std::vector<InspectedStore>& stores, const GroupSearch* search,
           const Session& session) {
  Exit exit = Exit::kOk;
  for (const InspectedStore& store : stores) {
    if (!store.problem.ok()) return session.Fail(store.problem);
    if (store.summary.foreign + store.summary.damaged() > 0) exit = Exit::kFindings;
  }
  if (search == nullptr || search->found()) return exit;
  session.Complain(search->Complaint());
  return Exit::kFindings;
}

Exit InspectAll(const Arguments& arguments, const std::string& path, const rule::RuleSetPtr& rules,
                const Session& session) {
  const Result<Selection> selection = Select(arguments, rules);
  if (!selection.ok()) return session.Fail(selection.status());
  const Result<std::vector<StoreFolder>> folders = FindStores(path);
  if (!folders.ok()) return session.Fail(folders.status());
  const DefinitionNames names = rules == nullptr ? DefinitionNames() : DefinitionNames(rules);
  std::optional<GroupSearch> search;
  if (!arguments.group.empty()) search.emplace(arguments.group);
  std::vector<InspectedStore> stores;
  for (const StoreFolder& folder : *folders)
    stores.push_back(Inspect(folder, *selection, names, search ? &*search : nullptr));
  session.Print(session.json() ? InspectionJson(stores, names) : InspectionText(stores, names));
  return Judge(stores, search ? &*search : nullptr, session);
}

Exit RunInspect(const Arguments& arguments, Session& session) {
  const StateInput input = ReadStateInput(session, arguments.path, arguments.rules);
  if (input.exit != Exit::kOk) return input.exit;
  return InspectAll(arguments, input.path, input.rules, session);
}

}  // namespace

Verb StateInspectVerb() {
  const std::shared_ptr<Arguments> arguments = std::make_shared<Arguments>();
  return {.name = "state inspect",
          .summary = "Print what the tasks' stores on this machine hold, also while an engine runs",
          .examples =
              "  riposte state inspect\n"
              "  riposte state inspect /var/lib/riposte --rules rules/ --format json\n"
              "  riposte state inspect --rules rules/ --rule 'Many failed logons' --group pc-1",
          .formats = {"text", "json"},
          .declare =
              [arguments](Options& options) {
                DeclareStorePath(options, arguments->path);
                DeclareWindowRules(options, arguments->rules);
                options.Text("rule", arguments->rule, "RULE",
                             "Only of this rule, by name or id; without --rules: the first digits "
                             "of a definition");
                options.Text("group", arguments->group, "VALUES",
                             "Show the state of this group: its values, separated by ', '");
              },
          .run = [arguments](Session& session) { return RunInspect(*arguments, session); }};
}

}  // namespace riposte::cli
