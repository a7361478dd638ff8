// What a rule is looked up by: conditions on single values, of which one must hold if the rule is
// true, so that the rule need not be looked at where none does.
//
// Only truth counts: where a clause is true, some value of its field can be decoded and satisfies
// the predicate, and so has whatever every such value has (if it ends in "\a\cmd.exe", its last
// path part is "cmd.exe").
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip.h"
#include "base/number.h"
#include "engine/match/predicate_table.h"
#include "rules/query/expression.h"
#include "rules/schema/catalogue.h"

namespace riposte::match {

// One condition on one value of a field.
struct Anchor {
  enum class Kind : uint8_t {
    kExists,    // there is a value, decodable or not
    kWhole,     // the folded text is `text`
    kPathTail,  // what follows the text's last '/' or '\' is `text`, which is not empty
    kPrefix,    // the folded text begins with `text`
    kSuffix,    // ... ends with it
    kLiteral,   // ... holds it
    kNumber,    // the number is `number`
    kBool,      // the boolean is `boolean`
    kBlock,     // the address's first `bits` bits are those of `ip`
  };
  Kind kind = Kind::kExists;
  schema::FieldId field = schema::kNoField;
  std::string text{};
  Number number{};
  bool boolean = false;
  IpAddress ip{};  // the bits behind the block's are 0
  uint8_t bits = 0;
};

// Literals are at least this long; what is shorter would be found everywhere.
inline constexpr size_t kLiteralBytesMin = 3;
// Prefixes and suffixes have one of these lengths, so that a value is looked up a few times only.
inline constexpr uint8_t kPartLengths[] = {1, 2, 3, 4, 6, 8, 11, 16, 24, 32, 48, 64};

// What follows the last '/' or '\'; all of it if there is none.
std::string_view PathTail(std::string_view text);
// `ip` with all but the first `bits` bits cleared.
IpAddress BlockOf(const IpAddress& ip, uint8_t bits);

// Conditions of which one holds, and the share of events in which one likely does.
struct AnchorSet {
  std::vector<Anchor> anchors;
  double rarity = 1;
};
// Of one clause; without anchors if nothing is known to be necessary.
AnchorSet AnchorsOf(const query::Predicate& predicate, schema::FieldId field,
                    const schema::Catalogue& catalogue);

// The choice of anchors for every term of a table that was filled: of an `and` those of one child,
// of an `or` those of all, of a `not` none (but that a field is not null), of a group its child's.
class AnchorChoice {
 public:
  static constexpr double kNone = std::numeric_limits<double>::infinity();

  // Both must outlive it.
  AnchorChoice(const PredicateTable& table, const schema::Catalogue& catalogue);

  // kNone: the term has no anchors.
  double Rarity(TermId term) const { return chosen_[term].rarity; }
  // The anchors of a term that has some.
  std::vector<const Anchor*> Collect(TermId term) const;
  // The terms that these come from: clauses, and what says that a field is not null.
  std::vector<TermId> Sources(TermId term) const;
  // If the term is an `and`: the child that Collect() does not take which likely holds most rarely,
  // and has anchors itself. Else kNoTerm.
  TermId SecondChild(TermId term) const;
  // The child of an `and` that Collect() takes; else the term itself.
  TermId FirstChild(TermId term) const;

 private:
  struct Chosen {
    double rarity = kNone;
    TermId child = kNoTerm;     // of an `and`
    uint32_t set = UINT32_MAX;  // in sets_, of a clause and its like
  };
  Chosen Choose(TermId term);
  Chosen Add(AnchorSet set, size_t mentions);

  const PredicateTable& table_;
  const schema::Catalogue& catalogue_;
  std::vector<Chosen> chosen_;
  std::vector<AnchorSet> sets_;
};

}  // namespace riposte::match
