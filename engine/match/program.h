// The expressions of a rule set, laid out in flat arrays for evaluation: regular expressions
// compiled, children cheapest first.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/event/event.h"
#include "engine/match/matcher.h"
#include "engine/match/naive.h"
#include "rules/query/expression.h"

namespace riposte::match {

// The words of the values of one event, each value split once. Views of the event's texts. One
// thread.
class WordMemo {
 public:
  // Forgets the words; keeps the memory. To be called before each event.
  void Clear();
  // The words of value.folded, valid until the next call.
  std::span<const std::string_view> Words(const event::Value& value);

 private:
  // Beyond so many values of one event the look-up would cost more than it saves, and an event
  // could make it quadratic.
  static constexpr size_t kMaxRemembered = 32;
  struct Entry {
    const event::Value* value;
    size_t begin, count;
  };
  std::vector<Entry> entries_;
  std::vector<std::string_view> words_;
  std::vector<std::string_view> unremembered_;
};

// Immutable once filled; then shared by threads.
class Programs {
 public:
  // The place of the program's root, for Matches(). `expression` must outlive this.
  uint32_t Add(const query::Expression& expression);

  bool Matches(uint32_t root, const event::Event& event, const Context& context,
               WordMemo& words) const;

 private:
  struct Node {
    query::Node::Kind kind = query::Node::Kind::kClause;
    schema::FieldId field = schema::kNoField;
    uint32_t first_child = 0, child_count = 0;  // in children_
    const query::Predicate* predicate = nullptr;
    const Regex* regex = nullptr;
    uint32_t cost = 0;
  };
  struct Run;  // an evaluation under way

  std::vector<Node> nodes_;
  std::vector<uint32_t> children_;
  RegexCache regexes_;
};

}  // namespace riposte::match
