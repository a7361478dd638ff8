// The tokens that Sigma rules use, behind those of the catalogue that is there: fields by their
// Sigma names, log sources as truths, and "anywhere in the event".
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rules/schema/profile.h"
#include "rules/sigma/known_fields.h"
#include "rules/sigma/logsource.h"

namespace riposte::sigma {

// How a field's value is read.
enum class Reading : uint8_t {
  kText,      // keyword: whole texts; numbers and truths as written
  kNumber,    // what is no number is absent
  kIp,        // what is no address is absent
  kPresence,  // there, be it null or empty
  kMinute,    // parts of a date, as numbers
  kHour,
  kDay,
  kWeek,
  kMonth,
  kYear,
};

// Collects while rules are read. Token ids are given in the order of use, behind those of `base`,
// which keep theirs.
class FieldTable {
 public:
  explicit FieldTable(schema::SchemaPtr base);

  // The token of a field; kNoField if there are no more ids.
  schema::FieldId Field(std::string_view name, Reading reading);
  // True for the events of the log source; only the profiles that provide it have the token.
  schema::FieldId Route(const LogSource& source);
  // Every value of the events of the log sources that it was asked for.
  schema::FieldId Anywhere(const LogSource& source);
  // The field that was meant by a name that is misspelt; else empty (KnownFields::MeantBy).
  std::string_view MeantBy(std::string_view name, const LogSource& source) {
    return known_.MeantBy(name, source);
  }
  // The profiles' names that provide the log source.
  std::vector<std::string_view> Providers(const LogSource& source) const;

  const schema::Catalogue& catalogue() const { return extended_->catalogue; }
  // The schema with the tokens; the base itself if no rule used any. Ends the collection.
  schema::SchemaPtr Finish();

 private:
  struct Key {
    std::string name;
    Reading reading = Reading::kText;
    auto operator<=>(const Key&) const = default;
  };

  schema::FieldId Add(std::string name, schema::FieldType type, std::string description);
  schema::FieldSource SourceOf(const Key& key, const schema::SigmaMapping& format) const;
  void FillProfile(schema::Profile& profile) const;

  schema::SchemaPtr base_;
  KnownFields known_;
  std::shared_ptr<schema::Schema> extended_;
  std::map<Key, schema::FieldId> fields_;
  std::map<LogSource, schema::FieldId> routes_;
  std::set<LogSource> anywhere_in_;
  schema::FieldId anywhere_ = schema::kNoField;
};

}  // namespace riposte::sigma
