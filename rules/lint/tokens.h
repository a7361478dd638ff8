// What a token stands for, as far as checks need to know it.
#pragma once

#include <string>

#include "rules/rule/rule.h"

namespace riposte::lint {

// Holds the full path of an image or a file: "process.image.fullPath", "file.fullPath".
bool IsFullPath(const schema::Catalogue& catalogue, schema::FieldId field);

// The token of the full path that `field` is the base name of ("file.fullPath" for "file.name"), or
// kNoField where it is no base name.
schema::FieldId FullPathOf(const schema::Catalogue& catalogue, schema::FieldId field);

// Whether the token gives what plays `role` in a profile that the rule runs on: it plays the role
// itself, or is a field of a Sigma rule that is read from the same place of the event.
bool GivesRole(const rule::Rule& rule, const schema::Schema& schema, schema::FieldId field,
               schema::Role role);

// A token's name as the rule's author writes it: a field of a Sigma rule without what tells it from
// tokens.
std::string NameInRule(const schema::Catalogue& catalogue, schema::FieldId field);

// Whether an event has one value of it at most: in each profile that the rule runs on it plays a
// role of which the engine needs one, or is the base name of such a path. False where it is not
// known.
bool IsSingleValued(const rule::Rule& rule, const schema::Schema& schema, schema::FieldId field);

// Whether it gives the event's type in a profile that the rule runs on.
bool IsEventType(const rule::Rule& rule, const schema::Schema& schema, schema::FieldId field);

}  // namespace riposte::lint
