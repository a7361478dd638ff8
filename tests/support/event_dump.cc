#include "tests/support/event_dump.h"

#include "base/json.h"
#include "base/time.h"

namespace riposte::test {
namespace {

std::string Quoted(std::string_view text) {
  std::string quoted;
  json::AppendQuoted(text, quoted);
  return quoted;
}

}  // namespace

std::string DumpValue(const event::Value& value, schema::FieldType type) {
  if (value.undecodable != event::Undecodable::kNone)
    return "!" + std::string(event::UndecodableName(value.undecodable));
  switch (type) {
    case schema::FieldType::kText:
    case schema::FieldType::kKeyword:
      return Quoted(value.text) +
             (value.folded == value.text ? "" : " (" + Quoted(value.folded) + ")");
    case schema::FieldType::kNumber:
      return value.number.ToString();
    case schema::FieldType::kIp:
      return value.ip.ToString();
    case schema::FieldType::kDate:
      return FormatTime(value.date);
    case schema::FieldType::kBool:
      return value.boolean ? "true" : "false";
    case schema::FieldType::kObject:
      return value.text.empty() ? "{}" : Quoted(value.text);
  }
  return {};
}

std::string DumpField(const event::Event& event, const schema::Catalogue& catalogue,
                      schema::FieldId id) {
  std::string dump;
  for (const event::Value& value : event.values(id)) {
    if (!dump.empty()) dump += " | ";
    dump += DumpValue(value, catalogue.token(id).type);
    if (value.row != event::kRootRow) dump += "@" + std::to_string(value.row);
  }
  return dump;
}

std::string DumpOddities(const event::Event& event) {
  std::string dump;
  for (int i = 0; i < static_cast<int>(event::Oddity::kCount); ++i) {
    const auto oddity = static_cast<event::Oddity>(i);
    if (!event.Has(oddity)) continue;
    if (!dump.empty()) dump += ' ';
    dump += event::OddityName(oddity);
  }
  return dump;
}

std::string DumpEvent(const event::Event& event, const schema::Catalogue& catalogue) {
  std::string dump;
  for (size_t i = 0; i < catalogue.size(); ++i) {
    const schema::FieldId id{static_cast<uint16_t>(i)};
    if (event.values(id).empty()) continue;
    dump += catalogue.token(id).name + ": " + DumpField(event, catalogue, id) + "\n";
  }
  for (size_t i = 1; i < event.rows().size(); ++i) {
    const event::Row& row = event.rows()[i];
    dump += "row " + std::to_string(i) + " in " + std::to_string(row.parent) + ": " +
            (row.object == schema::kNoField ? "-" : catalogue.token(row.object).name) + "\n";
  }
  return dump + "oddities: " + DumpOddities(event) + "\n";
}

}  // namespace riposte::test
