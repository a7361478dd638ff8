// Files of several documents that share parts: "action: global" and its kin, of old Sigma files.
#pragma once

#include <string>
#include <vector>

#include "rules/text/node_reader.h"

namespace riposte::sigma {

// A document of a file, what is shared put into it.
struct SharedDocument {
  yaml::Node root{};
  yaml::Span span{};          // of the document itself
  size_t with_shared_id = 0;  // counts from 1 the documents whose id is that of the shared part
  std::string shared{};       // the bytes of what was put into it; empty if nothing
};

// Whether a document of the file has an action.
bool HasActions(const yaml::Stream& stream);

// The documents of such a file, those that only share left out. `global` goes into all that follow,
// `reset` ends that, `repeat` puts the document before into this one. What a document says itself
// comes first; mappings are put together key by key.
std::vector<SharedDocument> ApplyActions(const yaml::Stream& stream, text::NodeReader& reader);

}  // namespace riposte::sigma
