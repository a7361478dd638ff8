// The names that fields of Sigma rules are known by, to find those that are misspelt.
#pragma once

#include <map>
#include <string_view>
#include <vector>

#include "rules/schema/profile.h"
#include "rules/sigma/logsource.h"

namespace riposte::sigma {

// A format carries fields that its profile does not name, so a name that is not known is none that
// is wrong: only one that is nearly known is taken for a mistake.
class KnownFields {
 public:
  // Keeps a reference.
  explicit KnownFields(const schema::Schema& schema) : schema_(schema) {}

  // The field that was meant, where no profile that provides the log source names `name` - letter
  // case counts -, and one names a field that differs in letter case alone, by one letter (of names
  // of 6 or more) or by two (of 12 or more). Else empty.
  std::string_view MeantBy(std::string_view name, const LogSource& source);

 private:
  const std::vector<std::string_view>& Of(const LogSource& source);

  const schema::Schema& schema_;
  // Ascending; the texts are the schema's.
  std::map<LogSource, std::vector<std::string_view>> by_source_;
};

}  // namespace riposte::sigma
