// Random rules, and events that are made of the rules' own texts and of what nearly equals them:
// other cases, other code points of the same folding, a character more or less at an end, halves.
// Everything follows from a seed.
#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event/decode.h"
#include "engine/match/matcher.h"
#include "rules/rule/rule.h"

namespace riposte::match {

// What random events and the literals of random rules are both made of, so that they meet: texts,
// and values of the other types that the query generator writes.
std::vector<std::string> CommonTexts();

// The texts, words and parts that the rules ask for.
std::vector<std::string> TextsOf(const rule::RuleSet& rules);

// `text`, or something that a careless matcher would confuse with it.
std::string NearMiss(std::string_view text, std::mt19937_64& random);

// Rules of every kind of predicate on TableSchema()'s tokens: in the manner of Sigma (a log source
// or type, ends and parts of texts, some cased, a negated filter), every second one, unless all
// are, a query at random. Every third one or so has a trigger with parts, some of which take the
// firings of other rules; some rules fire for others only.
rule::RuleSet RandomRules(const schema::SchemaPtr& schema, size_t count, uint64_t seed,
                          bool all_like_sigma = false);

// As many pairs of a rule and an event as RIPOSTE_PAIRS says, else 200,000; beginning at the seed
// RIPOSTE_SEED, else at one that it prints with `what` it is for. Sets of many rules, which index
// each other's texts, by turns with sets of few, of which most fields are about few events.
class RandomPairs {
 public:
  class Events {
   public:
    Events(const rule::RuleSet& rules, uint64_t seed, size_t count)
        : rules_(rules), seed_(seed), count_(count) {}
    // Calls `each` with one event after the other, until a check has failed.
    void ForEach(const std::function<void(const event::Event&)>& each) const;

   private:
    const rule::RuleSet& rules_;
    uint64_t seed_;
    size_t count_;
  };
  using EachSet = std::function<void(const rule::RuleSet&, const Events&)>;

  explicit RandomPairs(std::string_view what);
  // Calls `each` with one set after the other, until a check has failed.
  void ForEachSet(const EachSet& each) const;

 private:
  uint64_t pairs_, seed_;
};

}  // namespace riposte::match
