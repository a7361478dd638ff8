// The terms of a rule set as code in flat arrays: one operation a term, texts in one pool, regular
// expressions compiled, children in the order in which they likely decide soonest.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event/event.h"
#include "engine/match/anchor.h"
#include "engine/match/epoch_memo.h"
#include "engine/match/matcher.h"
#include "engine/match/naive.h"
#include "engine/match/predicate_table.h"
#include "engine/match/word_memo.h"

namespace riposte::match {

// Immutable once made; then shared by threads.
class Program {
 public:
  Program() = default;
  // `choice` is the table's. The table's expressions must outlive it; the two need not.
  Program(const PredicateTable& table, const AnchorChoice& choice);

  // What was found out about one event, and working memory for it. One thread.
  struct Scratch {
    EpochMemo truths;  // by term
    WordMemo words;
    RegexCache regexes;  // for what is left to the plain evaluator
  };
  // To be called when another event is looked at.
  void Begin(Scratch& scratch) const;
  bool IsTrue(TermId term, const event::Event& event, const Context& context,
              Scratch& scratch) const;

 private:
  enum class Op : uint8_t {
    kAnd,
    kOr,
    kNot,
    kGroup,
    kEquals,
    kContains,
    kStartsWith,
    kEndsWith,
    kWildcard,
    kPhrase,
    kRegex,
    kNumber,
    kIp,
    kDate,
    kBool,
    kNull,
    kOther,  // evaluated by the plain evaluator
  };
  struct Code {
    Op op = Op::kOther;
    bool flag = false;  // of a text: whether it is cased; of kBool: the value
    schema::FieldId field = schema::kNoField;
    // Operators: the children. Texts: the pool. Others: `begin` is an index in what the kind has.
    uint32_t begin = 0, count = 0;
  };
  struct Pattern {
    Regex regex;
    // One must stand in the folded value; empty: none is known.
    std::vector<std::string> literals;
  };
  struct Other {
    const query::Expression* expression = nullptr;
    query::NodeId node{};
  };
  // What a term costs, in comparisons of short texts, and in how many events it is true.
  struct Estimate {
    double cost = 1;
    double share = 0.5;
  };
  struct Writer;
  struct Run;  // an evaluation under way

  void AddOperator(query::Node::Kind kind, std::span<const TermId> children, Code& code,
                   const std::vector<Estimate>& estimates, Estimate& estimate);

  std::vector<Code> codes_;  // by term
  std::vector<TermId> children_;
  std::string texts_;
  std::vector<const query::Predicate*> predicates_;
  std::vector<Pattern> patterns_;
  std::vector<Other> others_;
};

}  // namespace riposte::match
