#include "tests/engine/match/random_rules.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <functional>
#include <iostream>
#include <span>
#include <utility>
#include <variant>

#include <gtest/gtest.h>

#include "base/check.h"
#include "base/unicode.h"
#include "tests/engine/match/match_table.h"
#include "tests/support/environment.h"
#include "tests/support/event_text.h"
#include "tests/support/query_generator.h"

namespace riposte::match {
namespace {

constexpr size_t kRules = 50;
constexpr size_t kFewRules = 4;
constexpr size_t kEvents = 100;

size_t Below(std::mt19937_64& random, size_t limit) {
  return static_cast<size_t>(random() % limit);
}
bool Chance(std::mt19937_64& random, unsigned percent) { return random() % 100 < percent; }

template <typename T>
const T& PickFrom(const std::vector<T>& values, std::mt19937_64& random) {
  return values[Below(random, values.size())];
}

// The code points of a valid text, as texts.
std::vector<std::string> Characters(std::string_view text) {
  std::vector<std::string> characters;
  for (size_t at = 0; at < text.size();) {
    const size_t length = unicode::Decode(text, at).length;
    characters.emplace_back(text.substr(at, length));
    at += length;
  }
  return characters;
}

std::string Join(const std::vector<std::string>& characters, size_t begin, size_t end) {
  std::string text;
  for (size_t i = begin; i < end; ++i) text += characters[i];
  return text;
}

// Another character of the same simple folding, or one that looks as if it were.
std::string Variant(const std::string& character, std::mt19937_64& random) {
  static const std::vector<std::vector<std::string>> kClasses = {
      {"k", "K", "\u212A"},
      {"s", "S", "\u017F"},
      {"i", "I", "\u0130", "\u0131", "i\u0307"},
      {"\u03C3", "\u03A3", "\u03C2"},
      {"\u00DF", "\u1E9E", "ss"},
      {"\U00010400", "\U00010428"},
      {"\\", "/", "\\\\"},
      {"\u00E5", "\u00C5", "\u212B"}};
  for (const std::vector<std::string>& of_class : kClasses)
    if (std::ranges::find(of_class, character) != of_class.end()) return PickFrom(of_class, random);
  if (character.size() == 1 && character[0] >= 'a' && character[0] <= 'z')
    return std::string(1, static_cast<char>(character[0] - 'a' + 'A'));
  return character;
}

// A pattern that matches the text: what means something is escaped, other characters now and then.
std::string Pattern(std::string_view text, std::mt19937_64& random) {
  std::string pattern;
  for (const std::string& character : Characters(text)) {
    const char first = character.front();
    const bool is_ascii = static_cast<unsigned char>(first) < 0x80;
    if (is_ascii && std::ispunct(static_cast<unsigned char>(first)) != 0) pattern += '\\';
    if (is_ascii || Chance(random, 40)) {
      pattern += character;
    } else {
      char escape[16];
      std::snprintf(escape, sizeof escape, "\\x{%x}",
                    static_cast<unsigned>(unicode::Decode(character, 0).code_point));
      pattern += escape;
    }
  }
  return pattern;
}

struct CollectTexts {
  std::vector<std::string>& texts;

  void operator()(const query::Equals& equals) const { texts.push_back(equals.text); }
  void operator()(const query::Contains& contains) const { texts.push_back(contains.text); }
  void operator()(const query::Wildcard& wildcard) const {
    std::string whole;
    for (const std::string& part : wildcard.parts) {
      texts.push_back(part);
      whole += part;
    }
    texts.push_back(whole);
  }
  void operator()(const query::Phrase& phrase) const {
    std::string whole;
    for (const std::string& word : phrase.words) {
      texts.push_back(word);
      whole += word + " ";
    }
    texts.push_back(whole);
  }
  template <typename Other>
  void operator()(const Other&) const {}
};

// Rules in the manner of Sigma.
class SigmaLike {
 public:
  SigmaLike(const schema::Catalogue& catalogue, std::vector<std::string> texts,
            std::mt19937_64& random)
      : catalogue_(catalogue), texts_(std::move(texts)), random_(random) {
    for (size_t i = 0; i < catalogue.size(); ++i) {
      const schema::FieldId field{static_cast<uint16_t>(i)};
      const schema::FieldType type = catalogue.token(field).type;
      if (type == schema::FieldType::kText || type == schema::FieldType::kKeyword)
        fields_.push_back(field);
    }
  }

  query::Expression Next() {
    expression_ = {};
    std::vector<query::NodeId> all;
    if (Chance(random_, 70)) all.push_back(Route());
    for (size_t count = 1 + Below(random_, 2); count > 0; --count) all.push_back(Selection());
    if (Chance(random_, 40)) all.push_back(expression_.AddNot(Selection(), {}));
    expression_.SetRoot(expression_.AddAnd(std::move(all), {}));
    return std::move(expression_);
  }

 private:
  query::NodeId Route() {
    if (Chance(random_, 40))
      return expression_.AddClause(catalogue_.Find("routed"), query::BoolIs{Chance(random_, 90)},
                                   {});
    if (Chance(random_, 30))
      return expression_.AddClause(catalogue_.Find("bool"), query::BoolIs{Chance(random_, 50)}, {});
    if (Chance(random_, 40)) {
      const bool cased = Chance(random_, 30);
      return expression_.AddClause(
          catalogue_.Find("kind"),
          query::Equals{
              .text = cased ? "Network" : PickFrom<std::string>({"network", "file"}, random_),
              .cased = cased},
          {});
    }
    return expression_.AddClause(
        catalogue_.Find("type"),
        query::Equals{.text = PickFrom<std::string>({"process", "file", "network"}, random_)}, {});
  }

  query::NodeId Selection() {
    const schema::FieldId field = PickFrom(fields_, random_);
    const size_t shape = Below(random_, 5);
    std::vector<query::NodeId> one_of;
    for (size_t count = 1 + Below(random_, 3); count > 0; --count)
      one_of.push_back(expression_.AddClause(field, One(shape), {}));
    return Chance(random_, 80) ? expression_.AddOr(std::move(one_of), {})
                               : expression_.AddAnd(std::move(one_of), {});
  }

  query::Predicate One(size_t shape) {
    const std::vector<std::string> characters = Characters(PickFrom(texts_, random_));
    const size_t begin = Below(random_, characters.size() + 1);
    const size_t end = begin + Below(random_, characters.size() - begin + 1);
    const std::string whole = Join(characters, 0, characters.size());
    const std::string part = Join(characters, begin, end);
    const std::string tail = Join(characters, begin, characters.size());
    const std::string head = Join(characters, 0, end);
    const bool cased = Chance(random_, 20);
    const auto text = [&](const std::string& written) {
      return cased ? written : unicode::Fold(written);
    };
    switch (shape) {
      case 0:
        return query::Equals{.text = text(whole), .cased = cased};
      case 1:
        return query::Wildcard{.parts = {"", text(tail)}, .cased = cased};
      case 2:
        return query::Wildcard{.parts = {text(head), ""}, .cased = cased};
      case 3:
        return query::Wildcard{.parts = {"", text(part), text(tail)}, .cased = cased};
      default:
        break;
    }
    if (part.empty()) return query::IsNull{};
    if (Chance(random_, 50))
      return query::Matches{.pattern = Pattern(Chance(random_, 50) ? whole : part, random_) +
                                       (Chance(random_, 50) ? "[^x]?" : ""),
                            .ignore_case = Chance(random_, 50)};
    return query::Contains{.text = text(part), .cased = cased};
  }

  const schema::Catalogue& catalogue_;
  std::vector<std::string> texts_;
  std::mt19937_64& random_;
  std::vector<schema::FieldId> fields_;
  query::Expression expression_;
};

// Triggers with parts: sequences, steps in any order, counts of several sources.
class RandomTriggers {
 public:
  RandomTriggers(const schema::Catalogue& catalogue, std::function<query::Expression()> next_query,
                 std::mt19937_64& random)
      : fields_(catalogue.size()), next_query_(std::move(next_query)), random_(random) {}

  // Of every third rule or so, which may take firings of those before it.
  void Give(rule::Rule& rule, std::span<const rule::Rule> before) {
    rule.id.bytes[14] = static_cast<uint8_t>(before.size() >> 8);
    rule.id.bytes[15] = static_cast<uint8_t>(before.size());
    rule.fires = !Chance(random_, 5);
    if (Chance(random_, 20)) rule.suppress = rule::Suppress{.by = SomeFields()};
    if (!Chance(random_, 35)) return;
    std::vector<rule::Step> steps;
    for (size_t count = 1 + Below(random_, 4); count > 0; --count)
      steps.push_back(NextStep(before));
    const bool has_query = Chance(random_, 50);
    switch (Below(random_, 3)) {
      case 0: {
        rule::Sequence sequence{.steps = std::move(steps), .until = {}};
        if (Chance(random_, 30)) sequence.until = NextStep(before);
        rule.trigger = std::move(sequence);
        break;
      }
      case 1:
        rule.trigger = rule::Unordered{.steps = std::move(steps)};
        break;
      default:
        rule.trigger = rule::Count{.fields = SomeFields(), .of = std::move(steps)};
        rule.query = {};
        break;
    }
    if (!has_query) rule.query = {};
  }

 private:
  rule::Step NextStep(std::span<const rule::Rule> before) {
    rule::Step step{.by = SomeFields(), .distinct = SomeFields()};
    if (!before.empty() && Chance(random_, 10)) {
      step.firings_of = rule::FiringsOf{
          .rule = before[Below(random_, before.size())].id, .by = {}, .measured = {}, .reads = {}};
    } else {
      step.query = next_query_();
      step.absent = Chance(random_, 10);
    }
    return step;
  }

  std::vector<schema::FieldId> SomeFields() {
    std::vector<schema::FieldId> some;
    for (size_t count = Below(random_, 3); count > 0; --count)
      some.push_back(schema::FieldId{static_cast<uint16_t>(Below(random_, fields_))});
    return some;
  }

  const size_t fields_;
  const std::function<query::Expression()> next_query_;
  std::mt19937_64& random_;
};

}  // namespace

std::vector<std::string> CommonTexts() {
  std::vector<std::string> texts = test::TrapTexts();
  for (const char* text : {"a",
                           "A",
                           "PROCESS",
                           "file",
                           "Network",
                           "n/a",
                           "0",
                           "1",
                           "2.0",
                           "4",
                           "8",
                           "80",
                           "443",
                           "-1",
                           "true",
                           "False",
                           "1.2.3.4",
                           "::ffff:10.0.0.1",
                           "10.1.2.3",
                           "127.0.0.1",
                           "2001:db8::1",
                           "2026-11-25",
                           "2026-11-25 01:10:53",
                           "2024-09-15T00:30:00Z",
                           "1970-01-01T00:00:00Z",
                           "2026-11-24T12:00:00Z"})
    texts.emplace_back(text);
  return texts;
}

std::vector<std::string> TextsOf(const rule::RuleSet& rules) {
  std::vector<std::string> texts;
  const auto collect = [&](const query::Expression& query) {
    for (const query::Node& node : query.nodes())
      if (node.kind == query::Node::Kind::kClause) std::visit(CollectTexts{texts}, node.predicate);
  };
  for (const rule::Rule& rule : rules.rules) {
    collect(rule.query);
    for (const rule::Step* part : rule::PartsOf(rule.trigger))
      if (part != nullptr) collect(part->query);
  }
  std::erase_if(texts, [](const std::string& text) { return !unicode::IsValidUtf8(text); });
  return texts;
}

std::string NearMiss(std::string_view text, std::mt19937_64& random) {
  std::vector<std::string> characters = Characters(text);
  for (std::string& character : characters)
    if (Chance(random, 10)) character = Variant(character, random);
  const size_t count = characters.size();
  std::string whole = Join(characters, 0, count);
  switch (Below(random, 10)) {
    case 0:
      return count == 0 ? "x" : Join(characters, 1, count);  // off by one at the beginning
    case 1:
      return count == 0 ? "x" : Join(characters, 0, count - 1);  // ... at the end
    case 2:
      return "x" + whole;
    case 3:
      return whole + "x";
    case 4:
      return "c:\\dir\\" + whole;
    case 5:
      return whole + "\\" + whole;
    case 6:
      return Join(characters, 0, count / 2);  // the halves, for two fields
    case 7:
      return Join(characters, count / 2, count);
    default:
      return whole;
  }
}

rule::RuleSet RandomRules(const schema::SchemaPtr& schema, size_t count, uint64_t seed,
                          bool all_like_sigma) {
  rule::RuleSet rules;
  rules.schema = schema;
  std::mt19937_64 random(seed);
  test::QueryGenerator queries(random(), schema->catalogue,
                               {.texts = CommonTexts(), .max_depth = 3});
  SigmaLike sigma(schema->catalogue, CommonTexts(), random);
  const auto next_query = [&] {
    const bool like_sigma = all_like_sigma || rules.rules.size() % 2 == 1;
    return like_sigma ? sigma.Next() : queries.Next().expression;
  };
  RandomTriggers triggers(schema->catalogue, next_query, random);
  while (rules.rules.size() < count) {
    rule::Rule rule;
    rule.query = next_query();
    triggers.Give(rule, rules.rules);
    rules.rules.push_back(std::move(rule));
  }
  return rules;
}

void RandomPairs::Events::ForEach(const std::function<void(const event::Event&)>& each) const {
  std::mt19937_64 random(seed_);
  const schema::Profile& profile = rules_.schema->profiles.front();
  const std::vector<std::string> common = CommonTexts();
  const std::vector<std::string> asked = TextsOf(rules_);
  std::vector<std::string> texts;
  for (size_t i = 0; i < 150; ++i) {
    texts.push_back(PickFrom(common, random));
    if (!asked.empty()) texts.push_back(NearMiss(PickFrom(asked, random), random));
  }
  test::EventTextGenerator generator(
      random(),
      {.paths = test::PathsOf(profile), .texts = std::move(texts), .absent = 200, .arrays = 100});
  std::vector<schema::FieldId> fields;
  for (size_t i = 0; i < rules_.schema->catalogue.size(); ++i)
    fields.push_back(schema::FieldId{static_cast<uint16_t>(i)});
  const std::shared_ptr<const event::Plan> plan =
      event::Plan::Compile(*rules_.schema, profile, fields);
  event::Decoder decoder;
  for (size_t i = 0; i < count_ && !::testing::Test::HasFailure(); ++i) {
    const std::string json = generator.Next();
    RIPOSTE_CHECK(decoder.Decode(*plan, json) == event::Reject::kNone, json);
    SCOPED_TRACE("seed " + std::to_string(seed_) + ", event " + std::to_string(i) + ": " + json);
    each(decoder.event());
  }
}

RandomPairs::RandomPairs(std::string_view what)
    : pairs_(test::NumberFromEnvironment("RIPOSTE_PAIRS", 200'000)),
      seed_(test::NumberFromEnvironment("RIPOSTE_SEED", std::random_device{}())) {
  std::cout << "RIPOSTE_SEED=" << seed_ << " for " << what << std::endl;
}

void RandomPairs::ForEachSet(const EachSet& each) const {
  const schema::SchemaPtr schema = TableSchema();
  uint64_t seed = seed_;
  for (uint64_t done = 0; done < pairs_ && !::testing::Test::HasFailure(); ++seed) {
    const bool few = seed % 2 == 1;
    const rule::RuleSet rules = RandomRules(schema, few ? kFewRules : kRules, seed, few);
    each(rules, Events(rules, seed, kEvents));
    done += rules.rules.size() * kEvents;
  }
}

}  // namespace riposte::match
