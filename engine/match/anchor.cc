#include "engine/match/anchor.h"

#include <iterator>
#include <utility>
#include <variant>

#include <xxhash.h>

#include "base/unicode.h"

namespace riposte::match {
namespace {

// How often an equality holds, roughly, relative to one on a name or an id: an enum has few values,
// a number few common ones.
constexpr uint64_t kNameCost = 1;
constexpr uint64_t kNumberCost = 8;
constexpr uint64_t kEnumCost = 64;

// Anchors of a node, and the sum of their costs.
struct Choice {
  std::vector<Anchor> anchors;
  uint64_t cost = 0;
};

std::optional<Choice> OfClause(const query::Node& node, const schema::Catalogue& catalogue) {
  if (const query::Equals* equals = std::get_if<query::Equals>(&node.predicate)) {
    const bool is_enum = !catalogue.token(node.field).values.empty();
    // A cased text's values fold to the same key, too; evaluation then sorts out the others.
    return Choice{
        .anchors = {{.field = node.field, .key = KeyOf(node.field, unicode::Fold(equals->text))}},
        .cost = is_enum ? kEnumCost : kNameCost};
  }
  if (const query::NumberIn* in = std::get_if<query::NumberIn>(&node.predicate)) {
    if (in->low && in->low == in->high && in->low_inclusive && in->high_inclusive)
      return Choice{.anchors = {{.field = node.field, .key = KeyOf(node.field, *in->low)}},
                    .cost = kNumberCost};
  }
  return std::nullopt;
}

// One child must hold, so one of all their anchors.
std::optional<Choice> OfOr(const query::Node& node, std::vector<std::optional<Choice>>& choices) {
  Choice all;
  for (const query::NodeId child : node.children) {
    std::optional<Choice>& choice = choices[query::Index(child)];
    if (!choice) return std::nullopt;
    all.cost += choice->cost;
    std::move(choice->anchors.begin(), choice->anchors.end(), std::back_inserter(all.anchors));
  }
  return all;
}

// All children must hold, so the anchors of any one do.
std::optional<Choice> OfAnd(const query::Node& node, std::vector<std::optional<Choice>>& choices) {
  std::optional<Choice> best;
  for (const query::NodeId child : node.children) {
    std::optional<Choice>& choice = choices[query::Index(child)];
    if (choice && (!best || choice->cost < best->cost)) best = std::move(choice);
  }
  return best;
}

}  // namespace

AnchorKey KeyOf(schema::FieldId field, std::string_view folded) {
  return XXH3_64bits_withSeed(folded.data(), folded.size(), schema::Index(field));
}

AnchorKey KeyOf(schema::FieldId field, const Number& number) {
  const uint64_t hash = number.Hash();
  return XXH3_64bits_withSeed(&hash, sizeof hash, schema::Index(field));
}

std::optional<AnchorKey> KeyOf(schema::FieldId field, schema::FieldType type,
                               const event::Value& value) {
  if (value.undecodable != event::Undecodable::kNone) return std::nullopt;
  if (type == schema::FieldType::kNumber) return KeyOf(field, value.number);
  return KeyOf(field, value.folded);
}

std::optional<std::vector<Anchor>> ChooseAnchors(const query::Expression& expression,
                                                 const schema::Catalogue& catalogue) {
  // Children stand before their parents, and each has one parent, which may take its anchors.
  std::vector<std::optional<Choice>> choices(expression.nodes().size());
  for (size_t i = 0; i < choices.size(); ++i) {
    const query::Node& node = expression.nodes()[i];
    switch (node.kind) {
      case query::Node::Kind::kAnd:
        choices[i] = OfAnd(node, choices);
        break;
      case query::Node::Kind::kOr:
        choices[i] = OfOr(node, choices);
        break;
      case query::Node::Kind::kNot:
        break;  // what must not hold says nothing about what must
      case query::Node::Kind::kClause:
        choices[i] = OfClause(node, catalogue);
        break;
      case query::Node::Kind::kGroup:
        choices[i] = std::move(choices[query::Index(node.children.front())]);
        break;
    }
  }
  std::optional<Choice>& root = choices[query::Index(expression.root())];
  if (!root) return std::nullopt;
  return std::move(root->anchors);
}

}  // namespace riposte::match
