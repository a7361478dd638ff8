// A small event format that has every type of field, and queries judged on events of it.
#pragma once

#include <cstdint>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event/decode.h"
#include "engine/match/naive.h"
#include "rules/rule/rule.h"

namespace riposte::match {

// Tokens: text, keyword, type (an enum), number, ip, date, bool; "first" and "all", keywords at
// "one" and "two" by coalesce and by union; object "item" with item.name (text), item.kind
// (keyword), item.size (number), and in it object item.part with item.part.name (keyword) and
// item.part.size. Each but first and all stands in the JSON under its own name.
schema::SchemaPtr TableSchema();

// `now` of all contexts of these tests: 2026-11-25 12:00:00 UTC.
Context TableContext();

// The checked expression; an error ends the test program with the diagnostics.
query::Expression ParseQuery(const schema::Schema& schema, std::string_view query);

// These queries as enabled rules for all profiles; an empty text is no query.
rule::RuleSet RulesOf(const schema::SchemaPtr& schema, const std::vector<std::string>& queries);

// A step that asks for this.
rule::Step StepOf(const rule::RuleSet& rules, std::string_view query);

// The verdict of the plain evaluator on one event of the table's format; the test fails if the
// matcher's is another.
Truth Judge(std::string_view query, std::string_view json);

// The test fails unless the query is true, false or unknown of the event.
void Hit(std::string_view query, std::string_view json,
         std::source_location place = std::source_location::current());
void Miss(std::string_view query, std::string_view json,
          std::source_location place = std::source_location::current());
void Unknown(std::string_view query, std::string_view json,
             std::source_location place = std::source_location::current());

// {"key": "value"}
std::string With(std::string_view key, std::string_view value);

}  // namespace riposte::match
