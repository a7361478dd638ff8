#include "engine/match/look_ups.h"

#include <algorithm>
#include <memory>

#include "base/check.h"
#include "engine/event/decode.h"
#include "rules/schema/describe.h"

namespace riposte::match {
namespace {

// Which conditions an event meets is for the decoder to say, and it says so of fields only: a
// format with a field for each alternative, which is a constant where the conditions are met.
schema::Schema ProbesOf(const schema::FieldSource& source) {
  schema::Schema probes;
  schema::Profile& profile = probes.profiles.emplace_back();
  profile.roles.fill(schema::kNoField);
  for (const schema::Alternative& alternative : source.alternatives) {
    probes.catalogue.Add({.name = "alternative" + std::to_string(profile.fields.size())});
    profile.fields.emplace_back(
        schema::FieldSource{.alternatives = {{.when = alternative.when, .constant = "met"}}});
  }
  return probes;
}

}  // namespace

LookUps LookUpsOf(const event::Event& event, schema::FieldId field) {
  const schema::FieldSource& source = *event.profile().fields[schema::Index(field)];
  const schema::Schema probes = ProbesOf(source);
  std::vector<schema::FieldId> fields;
  for (size_t i = 0; i < source.alternatives.size(); ++i)
    fields.push_back(schema::FieldId{static_cast<uint16_t>(i)});
  const std::shared_ptr<const event::Plan> plan =
      event::Plan::Compile(probes, probes.profiles.front(), fields);
  event::Decoder decoder(event.bytes().size());
  RIPOSTE_CHECK(decoder.Decode(*plan, event.bytes()) == event::Reject::kNone,
                "what was decoded once can be decoded again");

  LookUps look_ups;
  for (size_t i = 0; i < source.alternatives.size(); ++i) {
    if (decoder.event().values(fields[i]).empty()) {
      ++look_ups.for_others;
      continue;
    }
    std::string place = schema::DescribeAlternative(source.alternatives[i]);
    if (std::find(look_ups.places.begin(), look_ups.places.end(), place) == look_ups.places.end())
      look_ups.places.push_back(std::move(place));
  }
  return look_ups;
}

}  // namespace riposte::match
