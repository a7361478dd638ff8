// The file `responses.yaml`: what rules that cannot say it themselves (Sigma) fire upon and order.
#pragma once

#include <string_view>
#include <vector>

#include "rules/rule/rule.h"
#include "rules/text/node_reader.h"

namespace riposte::rule {

// By its name: "responses.yaml" or "responses.yml", in any folder.
bool IsResponsesFile(std::string_view path);

// Its entries. Fewer than there are after an error.
std::vector<ResponsePtr> ReadResponses(const text::SourcePtr& source, const schema::Schema& schema,
                                       text::Diagnostics& diagnostics);

// An error (responses-elsewhere) if the document, of a file of another name, has responses; whether
// it does.
bool RefuseResponses(const yaml::Node& root, text::NodeReader& reader);

}  // namespace riposte::rule
