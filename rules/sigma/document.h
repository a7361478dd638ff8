// A Sigma rule, read.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "rules/query/expression.h"
#include "rules/sigma/fields.h"
#include "rules/sigma/placeholders.h"
#include "rules/text/node_reader.h"

namespace riposte::sigma {

enum class DocumentKind : uint8_t { kNone, kRule, kFilter, kCorrelation, kGlobal, kPlaceholders };
// By the keys of the document; kNone is no Sigma.
DocumentKind KindOf(const yaml::Node& root);

struct RuleText {
  Uuid id{};
  text::Span id_span{};
  std::string title{};
  std::string name{};  // by which filters and correlations may refer to it; may be empty
  std::string description{};
  std::string author{};
  std::string status{};
  size_t level = 2;  // informational, low, medium, high, critical
  std::vector<std::string> tags{}, references{}, false_positives{};
  LogSource log_source{};
  text::Span log_source_span{};
  text::Span detection_span{};
  // The log source and the detection; spans count in the file.
  query::Expression expression{};
};

// Empty after an error. A log source that no profile provides is a warning.
std::optional<RuleText> ReadRule(const yaml::Node& root, FieldTable& fields,
                                 const Placeholders& placeholders, text::NodeReader& reader);

// Says that correlations are not available yet.
void RefuseCorrelation(const yaml::Node& root, text::NodeReader& reader);

}  // namespace riposte::sigma
