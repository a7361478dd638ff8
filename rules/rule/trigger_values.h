// Values that several criteria and `suppress:` have in common: fields, spans of time, numbers.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/rule/trigger.h"
#include "rules/text/node_reader.h"

namespace riposte::rule {

// What reading a trigger needs besides its section. Borrows everything.
struct TriggerContext {
  const schema::Schema& schema;
  std::span<const std::string> profiles;  // those that the rule names; none: it runs on any
  text::NodeReader& reader;
};

// Errors are added to the reader's collector; what cannot be read comes back empty.

// A token that has values: unknown-token, grouped-by-object.
std::optional<schema::FieldId> ReadField(const yaml::Node& node, std::string_view what,
                                         const TriggerContext& context);
// A list of tokens, each once (duplicate-field). It may have none.
std::optional<GroupBy> ReadGroupBy(const yaml::Node& node, std::string_view what,
                                   const TriggerContext& context);
// The same of the key `key` of `section`; without it the asset, for which `place` points to the
// section.
std::optional<GroupBy> ReadGroupByOf(const yaml::Node& section, std::string_view key,
                                     yaml::Span place, const TriggerContext& context);
// The value of `distinct`: one token, or a list of one or more.
std::optional<std::vector<schema::FieldId>> ReadDistinct(const yaml::Node& node,
                                                         const TriggerContext& context);

// Whether `node` is nothing or {}: wrong-type, unknown-key.
bool CheckNoSettings(const yaml::Node& node, std::string_view name, std::string_view hint,
                     text::NodeReader& reader);

inline constexpr Duration kSpanMin{1'000};
inline constexpr Duration kSpanMax = std::chrono::days(31);
// From `least` to kSpanMax: bad-duration, span-out-of-range.
std::optional<Duration> ReadSpan(const yaml::Node& node, std::string_view what, Duration least,
                                 text::NodeReader& reader);
// Whether a span that was read does: span-out-of-range.
bool CheckSpan(Duration span, std::string_view what, Duration least, yaml::Span place,
               text::NodeReader& reader);
// The value of `at_least`, from 1 to `most`: count-out-of-range.
std::optional<int64_t> ReadAtLeast(const yaml::Node& node, int64_t most, text::NodeReader& reader);

}  // namespace riposte::rule
