// Random queries, each as QQL text and as the expression that the text must parse to. Everything
// follows from the seed.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "rules/query/expression.h"

namespace riposte::test {

struct QueryOptions {
  std::vector<std::string> texts;  // what text and keyword values are made of, beside our own traps
  int max_depth = 4;               // of brackets
};

struct GeneratedQuery {
  std::string text;  // in a random style: quotes, escapes, blanks, letter case, brackets
  query::Expression expression;  // normalised
};

// Texts that catch wrong folding (U+212A, U+017F, final sigma, U+0130), wrong word breaks and wrong
// escapes: for events as well as for queries.
const std::vector<std::string>& TrapTexts();

class QueryGenerator {
 public:
  // `catalogue` outlives it and has a token that is no object.
  QueryGenerator(uint64_t seed, const schema::Catalogue& catalogue, QueryOptions options = {});

  GeneratedQuery Next();
  std::mt19937_64& random() { return random_; }

 private:
  // How tightly a text binds.
  enum class Binding { kOr, kAnd, kPrimary };
  struct Piece {
    std::string text;
    query::NodeId node;
    Binding binding = Binding::kPrimary;
  };
  // A predicate and what is written behind the token for it; `scalar` may stand in a list.
  struct Clause {
    std::string text;
    query::Predicate predicate;
    bool scalar = false;
  };

  Piece Any(int depth);
  Piece Junction(int depth);
  Piece Negation(int depth);
  Piece Group(schema::FieldId object, int depth);
  Piece OneClause();
  Piece Listed(schema::FieldId field);
  Piece NotEqual(schema::FieldId field);
  Piece NullTest(schema::FieldId field);
  Piece Bracketed(Piece piece);

  Clause ClauseFor(schema::FieldId field);
  Clause TextClause();
  Clause KeywordClause(const schema::Token& token);
  Clause StringClause();  // what texts and keywords share
  Clause NumberClause();
  Clause IpClause();
  Clause DateClause();
  template <typename T>
  Clause Ordered(const std::vector<std::string>& written, const std::vector<T>& values);

  bool Chance(unsigned percent) { return random_() % 100 < percent; }
  size_t Below(size_t limit) { return static_cast<size_t>(random_() % limit); }
  std::string_view Pick(std::initializer_list<std::string_view> choices);
  std::string Space(bool needed);
  std::string Word(std::string_view word);  // in any letter case
  std::string Text();
  std::string Written(const std::vector<std::string>& parts, bool backtick, bool may_be_bare);
  std::string Name(schema::FieldId field);
  schema::FieldId PickField(bool object);

  const schema::Catalogue& catalogue_;
  QueryOptions options_;
  std::mt19937_64 random_;
  query::Expression expression_;
  std::vector<schema::FieldId> objects_;  // around what is being written, outermost first
};

}  // namespace riposte::test
