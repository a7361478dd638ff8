#include "engine/match/anchor.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "base/check.h"
#include "base/regex.h"
#include "base/unicode.h"
#include "engine/match/rarity.h"

namespace riposte::match {
namespace {

using query::Node;

bool SameBlock(const IpAddress& a, const IpAddress& b, size_t bits) {
  return BlockOf(a, static_cast<uint8_t>(bits)) == BlockOf(b, static_cast<uint8_t>(bits));
}

// The anchors that one predicate gives. A kind that is not named gives none.
class OfPredicate {
 public:
  OfPredicate(schema::FieldId field, const schema::Catalogue& catalogue)
      : field_(field), catalogue_(catalogue) {}

  AnchorSet operator()(const query::Equals& equals) const {
    const std::optional<std::string> text = Folded(equals.text, equals.cased);
    if (!text) return Exists();
    const size_t values = catalogue_.token(field_).values.size();
    return One({.kind = Anchor::Kind::kWhole, .field = field_, .text = *text},
               values > 0 ? RarityOfEnum(values) : RarityOfEquality(*text));
  }
  AnchorSet operator()(const query::Contains& contains) const {
    return Literal(contains.text, contains.cased);
  }
  AnchorSet operator()(const query::Wildcard& wildcard) const {
    const std::vector<std::string>& parts = wildcard.parts;
    AnchorSet best = Prefix(parts.front(), wildcard.cased);
    const auto consider = [&best](AnchorSet other) {
      if (other.rarity < best.rarity) best = std::move(other);
    };
    consider(Suffix(parts.back(), wildcard.cased));
    for (size_t i = 1; i + 1 < parts.size(); ++i) consider(Literal(parts[i], wildcard.cased));
    return best;
  }
  AnchorSet operator()(const query::Phrase& phrase) const {
    return Literal(*std::ranges::max_element(phrase.words, {}, &std::string::size), false);
  }
  AnchorSet operator()(const query::Matches& matches) const {
    if (!HasFoldedTexts()) return Exists();
    AnchorSet set{.anchors = {}, .rarity = 0};
    for (std::string& literal : Regex::RequiredLiterals(
             matches.pattern, {.ignore_case = matches.ignore_case}, kLiteralBytesMin)) {
      set.rarity += RarityOfPart(literal);
      set.anchors.push_back(
          {.kind = Anchor::Kind::kLiteral, .field = field_, .text = std::move(literal)});
    }
    return set.anchors.empty() ? Exists() : set;
  }
  AnchorSet operator()(const query::NumberIn& in) const {
    if (!in.low || !in.high || *in.low != *in.high) return Exists();
    const bool is_small = *in.low >= Number::FromInt(-1023) && *in.low <= Number::FromInt(1023);
    return One({.kind = Anchor::Kind::kNumber, .field = field_, .number = *in.low},
               is_small ? rarity::kSmallNumber : rarity::kNumber);
  }
  // The smallest block that holds both ends.
  AnchorSet operator()(const query::IpIn& in) const {
    if (!in.low || !in.high) return Exists();
    uint8_t bits = 0;
    while (bits < 128 && SameBlock(*in.low, *in.high, bits + 1u)) ++bits;
    return One(
        {.kind = Anchor::Kind::kBlock, .field = field_, .ip = BlockOf(*in.low, bits), .bits = bits},
        RarityOfBlock(bits));
  }
  AnchorSet operator()(const query::DateIn&) const { return Exists(); }
  AnchorSet operator()(const query::BoolIs& is) const {
    return One({.kind = Anchor::Kind::kBool, .field = field_, .boolean = is.value}, rarity::kBool);
  }
  template <typename Other>
  AnchorSet operator()(const Other&) const {
    return {};
  }

  AnchorSet Exists() const {
    return One({.kind = Anchor::Kind::kExists, .field = field_}, rarity::kExistence);
  }

 private:
  static AnchorSet One(Anchor anchor, double rarity) {
    AnchorSet set{.anchors = {}, .rarity = rarity};
    set.anchors.push_back(std::move(anchor));
    return set;
  }

  // Other types' values have a text, but none that is folded.
  bool HasFoldedTexts() const {
    const schema::FieldType type = catalogue_.token(field_).type;
    return type == schema::FieldType::kText || type == schema::FieldType::kKeyword;
  }

  // As folded values have it. A cased text may begin or end inside a character, whose folding
  // cannot be told then.
  std::optional<std::string> Folded(const std::string& text, bool cased) const {
    if (!HasFoldedTexts()) return std::nullopt;
    if (!cased) return text;
    if (!unicode::IsValidUtf8(text)) return std::nullopt;
    return unicode::Fold(text);
  }

  AnchorSet Literal(const std::string& text, bool cased) const {
    std::optional<std::string> folded = Folded(text, cased);
    if (!folded || folded->size() < kLiteralBytesMin) return Exists();
    const double rarity = RarityOfPart(*folded);
    return One({.kind = Anchor::Kind::kLiteral, .field = field_, .text = std::move(*folded)},
               rarity);
  }

  AnchorSet Prefix(const std::string& text, bool cased) const {
    const std::optional<std::string> folded = Folded(text, cased);
    if (!folded || folded->empty()) return Exists();
    const std::string part = folded->substr(0, Length(folded->size()));
    return One({.kind = Anchor::Kind::kPrefix, .field = field_, .text = part}, RarityOfPart(part));
  }

  AnchorSet Suffix(const std::string& text, bool cased) const {
    const std::optional<std::string> folded = Folded(text, cased);
    if (!folded || folded->empty()) return Exists();
    // The value has the same last separator, and so the same last part.
    const std::string_view tail = PathTail(*folded);
    if (tail.size() < folded->size() && !tail.empty())
      return One({.kind = Anchor::Kind::kPathTail, .field = field_, .text = std::string(tail)},
                 RarityOfPathTail(tail));
    const std::string part = folded->substr(folded->size() - Length(folded->size()));
    return One({.kind = Anchor::Kind::kSuffix, .field = field_, .text = part}, RarityOfPart(part));
  }

  // The longest of the lengths in use that `size` has room for.
  static size_t Length(size_t size) {
    const auto longer = std::ranges::upper_bound(kPartLengths, size);
    return *std::prev(longer);
  }

  schema::FieldId field_;
  const schema::Catalogue& catalogue_;
};

}  // namespace

std::string_view PathTail(std::string_view text) {
  // find_last_of() asks for each byte whether it is in the set, by a call.
  size_t begin = text.size();
  while (begin > 0 && text[begin - 1] != '\\' && text[begin - 1] != '/') --begin;
  return text.substr(begin);
}

IpAddress BlockOf(const IpAddress& ip, uint8_t bits) {
  IpAddress block = ip;
  for (size_t i = 0; i < block.bytes.size(); ++i) {
    const size_t kept = std::clamp<size_t>(bits, i * 8, i * 8 + 8) - i * 8;
    block.bytes[i] &= static_cast<uint8_t>(0xff00u >> kept);
  }
  return block;
}

AnchorSet AnchorsOf(const query::Predicate& predicate, schema::FieldId field,
                    const schema::Catalogue& catalogue) {
  return std::visit(OfPredicate(field, catalogue), predicate);
}

AnchorChoice::AnchorChoice(const PredicateTable& table, const schema::Catalogue& catalogue)
    : table_(table), catalogue_(catalogue) {
  chosen_.reserve(table.size());
  for (TermId term = 0; term < table.size(); ++term) chosen_.push_back(Choose(term));
}

AnchorChoice::Chosen AnchorChoice::Add(AnchorSet set, size_t mentions) {
  if (set.anchors.empty()) return {};
  const Chosen chosen{.rarity = WithMentions(set.rarity, mentions),
                      .set = static_cast<uint32_t>(sets_.size())};
  sets_.push_back(std::move(set));
  return chosen;
}

AnchorChoice::Chosen AnchorChoice::Choose(TermId id) {
  const Term& term = table_.term(id);
  Chosen chosen;
  switch (term.kind) {
    case Node::Kind::kClause:
      return Add(AnchorsOf(term.predicate(), term.field, catalogue_), term.mentions);
    case Node::Kind::kNot: {
      // What must not hold says nothing about what must, with one exception.
      const Term& negated = table_.term(table_.children(id).front());
      if (negated.kind == Node::Kind::kClause &&
          std::holds_alternative<query::IsNull>(negated.predicate()))
        return Add(OfPredicate(negated.field, catalogue_).Exists(), term.mentions);
      return chosen;
    }
    case Node::Kind::kAnd:
      for (const TermId child : table_.children(id))
        if (Rarity(child) < chosen.rarity) chosen = {.rarity = Rarity(child), .child = child};
      return chosen;
    case Node::Kind::kOr:
      chosen.rarity = 0;
      for (const TermId child : table_.children(id)) chosen.rarity += Rarity(child);
      return chosen;
    case Node::Kind::kGroup:
      chosen.rarity = Rarity(table_.children(id).front());
      return chosen;
  }
  RIPOSTE_CHECK(false, "a term of an unknown kind");
}

std::vector<TermId> AnchorChoice::Sources(TermId root) const {
  std::vector<TermId> sources;
  std::vector<TermId> left = {root};
  while (!left.empty()) {
    const TermId id = left.back();
    left.pop_back();
    const Chosen& chosen = chosen_[id];
    RIPOSTE_CHECK(chosen.rarity != kNone, "the term has anchors");
    if (chosen.set != UINT32_MAX) {
      sources.push_back(id);
    } else if (chosen.child != kNoTerm) {
      left.push_back(chosen.child);
    } else {
      for (const TermId child : table_.children(id)) left.push_back(child);
    }
  }
  return sources;
}

std::vector<const Anchor*> AnchorChoice::Collect(TermId root) const {
  std::vector<const Anchor*> anchors;
  for (const TermId source : Sources(root))
    for (const Anchor& anchor : sets_[chosen_[source].set].anchors) anchors.push_back(&anchor);
  return anchors;
}

TermId AnchorChoice::FirstChild(TermId term) const {
  return chosen_[term].child == kNoTerm ? term : chosen_[term].child;
}

TermId AnchorChoice::SecondChild(TermId term) const {
  if (table_.term(term).kind != Node::Kind::kAnd) return kNoTerm;
  TermId second = kNoTerm;
  for (const TermId child : table_.children(term)) {
    if (child == chosen_[term].child || Rarity(child) == kNone) continue;
    if (second == kNoTerm || Rarity(child) < Rarity(second)) second = child;
  }
  return second;
}

}  // namespace riposte::match
