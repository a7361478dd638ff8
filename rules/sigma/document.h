// A Sigma rule, read.
#pragma once

#include <cstdint>
#include <optional>

#include "rules/query/expression.h"
#include "rules/sigma/fields.h"
#include "rules/sigma/metadata.h"
#include "rules/sigma/placeholders.h"
#include "rules/text/node_reader.h"

namespace riposte::sigma {

enum class DocumentKind : uint8_t { kNone, kRule, kFilter, kCorrelation, kGlobal, kPlaceholders };
// By the keys of the document; kNone is no Sigma.
DocumentKind KindOf(const yaml::Node& root);

struct RuleText {
  Metadata about{};
  LogSource log_source{};
  text::Span log_source_span{};
  text::Span detection_span{};
  // The log source and the detection; spans count in the file.
  query::Expression expression{};
};

// Empty after an error. A log source that no profile provides is a warning.
std::optional<RuleText> ReadRule(const yaml::Node& root, FieldTable& fields,
                                 const Placeholders& placeholders, text::NodeReader& reader);

}  // namespace riposte::sigma
