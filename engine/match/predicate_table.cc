#include "engine/match/predicate_table.h"

#include <algorithm>
#include <variant>

#include <xxhash.h>

namespace riposte::match {
namespace {

uint64_t Mix(uint64_t hash, uint64_t value) {
  const uint64_t both[] = {hash, value};
  return XXH3_64bits(both, sizeof both);
}

uint64_t Mix(uint64_t hash, std::string_view text) {
  return XXH3_64bits_withSeed(text.data(), text.size(), hash);
}

// Equal predicates of a kind have equal hashes. A kind that is not named hashes to one value, which
// costs comparisons only.
struct HashOf {
  uint64_t hash;

  uint64_t operator()(const query::Phrase& phrase) const {
    uint64_t all = Mix(hash, phrase.last_is_prefix);
    for (const std::string& word : phrase.words) all = Mix(all, word);
    return all;
  }
  uint64_t operator()(const query::Equals& equals) const {
    return Mix(Mix(hash, equals.cased), equals.text);
  }
  uint64_t operator()(const query::Wildcard& wildcard) const {
    uint64_t all = Mix(hash, wildcard.cased);
    for (const std::string& part : wildcard.parts) all = Mix(all, part);
    return all;
  }
  uint64_t operator()(const query::Contains& contains) const {
    return Mix(Mix(hash, contains.cased), contains.text);
  }
  uint64_t operator()(const query::Matches& matches) const {
    return Mix(Mix(hash, matches.ignore_case), matches.pattern);
  }
  uint64_t operator()(const query::NumberIn& in) const {
    const uint64_t low = in.low ? in.low->Hash() : 1;
    return Mix(Mix(hash, low), in.high ? in.high->Hash() : 1);
  }
  uint64_t operator()(const query::IpIn& in) const {
    uint64_t all = hash;
    for (const std::optional<IpAddress>& end : {in.low, in.high})
      if (end)
        all = Mix(all, std::string_view(reinterpret_cast<const char*>(end->bytes.data()),
                                        end->bytes.size()));
    return all;
  }
  uint64_t operator()(const query::BoolIs& is) const { return Mix(hash, is.value); }
  template <typename Other>
  uint64_t operator()(const Other&) const {
    return hash;
  }
};

uint64_t HashOfTerm(const Term& term, std::span<const TermId> children) {
  uint64_t hash = Mix(static_cast<uint64_t>(term.kind), schema::Index(term.field));
  if (term.kind == query::Node::Kind::kClause) {
    const query::Predicate& predicate = term.predicate();
    return std::visit(HashOf{Mix(hash, predicate.index())}, predicate);
  }
  for (const TermId child : children) hash = Mix(hash, child);
  return hash;
}

}  // namespace

TermId PredicateTable::Add(const query::Expression& expression) {
  std::vector<TermId> terms;  // by node
  std::vector<TermId> children;
  for (size_t i = 0; i < expression.nodes().size(); ++i) {
    const query::Node& node = expression.nodes()[i];
    children.clear();
    for (const query::NodeId child : node.children) children.push_back(terms[query::Index(child)]);
    // What stands in one `and` twice, stands there once: so says Kleene's logic, too.
    std::ranges::sort(children);
    children.erase(std::ranges::unique(children).begin(), children.end());
    const bool is_operator =
        node.kind == query::Node::Kind::kAnd || node.kind == query::Node::Kind::kOr;
    if (is_operator && children.size() == 1) {
      terms.push_back(children.front());
      continue;
    }
    terms.push_back(Intern({.kind = node.kind,
                            .field = node.field,
                            .expression = &expression,
                            .node = query::NodeId{static_cast<uint32_t>(i)}},
                           children));
    ++terms_[terms.back()].mentions;
  }
  return terms[query::Index(expression.root())];
}

TermId PredicateTable::Intern(Term term, std::span<const TermId> children) {
  const TermId id = static_cast<TermId>(terms_.size());
  const auto [found, is_new] = by_hash_.try_emplace(HashOfTerm(term, children), id);
  TermId last = kNoTerm;
  if (!is_new)
    for (TermId at = found->second; at != kNoTerm; at = next_[at]) {
      if (Same(at, term, children)) return at;
      last = at;
    }
  if (last != kNoTerm) next_[last] = id;
  term.first_child = static_cast<uint32_t>(children_.size());
  term.child_count = static_cast<uint32_t>(children.size());
  children_.insert(children_.end(), children.begin(), children.end());
  terms_.push_back(term);
  next_.push_back(kNoTerm);
  return id;
}

bool PredicateTable::Same(TermId id, const Term& term, std::span<const TermId> children) const {
  const Term& other = terms_[id];
  if (other.kind != term.kind || other.field != term.field) return false;
  if (term.kind == query::Node::Kind::kClause) return other.predicate() == term.predicate();
  return std::ranges::equal(this->children(id), children);
}

}  // namespace riposte::match
