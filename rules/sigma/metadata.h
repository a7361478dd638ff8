// What Sigma rules and correlations say about themselves.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "rules/text/node_reader.h"

namespace riposte::sigma {

struct Metadata {
  Uuid id{};
  text::Span id_span{};
  std::string title{};
  std::string name{};  // by which filters and correlations may refer to it; may be empty
  std::string description{};
  std::string author{};
  std::string status{};
  size_t level = 2;  // informational, low, medium, high, critical
  std::vector<std::string> tags{}, references{}, false_positives{};
};

// Fills it from the document; false after an error. A mistake in what is only shown to people is a
// warning.
bool ReadMetadata(const yaml::Node& root, text::NodeReader& reader, Metadata& metadata);

}  // namespace riposte::sigma
