#include "engine/trigger/group_key.h"

#include <array>
#include <utility>

#include "base/bytes.h"
#include "base/digest.h"

namespace riposte::trigger {
namespace {

// Each value of a key has its length, doubled, and in the lowest bit whether it is a hash. A hash
// has 32 bytes; one of none begins a key that is a hash itself.
constexpr char kWhole = 1;
constexpr size_t kHashBytes = 32;

// Of a time that has no text of its own the milliseconds.
std::string TextOf(Time time) {
  std::string text = FormatTime(time);
  return ParseTime(text) == time ? text : std::to_string(ToMs(time));
}

std::string TextOf(const event::Value& value, schema::FieldType type) {
  switch (type) {
    case schema::FieldType::kText:
    case schema::FieldType::kKeyword:
    case schema::FieldType::kObject:
      return std::string(value.folded);
    case schema::FieldType::kNumber:
      return value.number.ToString();
    case schema::FieldType::kIp:
      return value.ip.ToString();
    case schema::FieldType::kDate:
      return TextOf(value.date);
    case schema::FieldType::kBool:
      return value.boolean ? "true" : "false";
  }
  return {};
}

std::string Readable(const KeyValue& value) {
  if (!value.hashed) return std::string(value.bytes);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text = "sha256:";
  for (const char c : value.bytes) {
    text += kDigits[static_cast<uint8_t>(c) >> 4];
    text += kDigits[static_cast<uint8_t>(c) & 15];
  }
  return text;
}

}  // namespace

std::optional<std::string> TextOfFirst(const event::Event& event, schema::FieldId field,
                                       schema::FieldType type) {
  for (const event::Value& value : event.values(field))
    if (value.undecodable == event::Undecodable::kNone) return TextOf(value, type);
  return std::nullopt;
}

void KeyWriter::AddText(std::string_view text) {
  if (text.size() <= kValueBytesMax) return Add({.bytes = text, .hashed = false});
  const std::string hash = Sha256(text);
  Add({.bytes = hash, .hashed = true});
}

void KeyWriter::Add(const KeyValue& value) {
  ByteWriter out(key_);
  out.Unsigned(value.bytes.size() * 2 + (value.hashed ? 1 : 0));
  key_ += value.bytes;
}

std::string KeyWriter::Finish(size_t bytes_max) && {
  if (key_.size() <= bytes_max) return std::move(key_);
  return kWhole + Sha256(key_);
}

bool IsHash(std::string_view key) { return key.size() == 1 + kHashBytes && key.front() == kWhole; }

bool SplitKey(std::string_view key, std::vector<KeyValue>& values) {
  values.clear();
  while (!key.empty()) {
    ByteReader in(key);
    const uint64_t head = in.Unsigned();
    const uint64_t size = head / 2;
    const bool hashed = head % 2 != 0;
    if (!in.ok() || size > in.rest() || size > kValueBytesMax || (hashed && size != kHashBytes))
      return false;
    key.remove_prefix(key.size() - in.rest());
    values.push_back({.bytes = key.substr(0, size), .hashed = hashed});
    key.remove_prefix(size);
  }
  return true;
}

std::vector<std::string> ValuesOfKey(std::string_view key) {
  if (IsHash(key)) return {Readable({.bytes = key.substr(1), .hashed = true})};
  std::vector<KeyValue> values;
  SplitKey(key, values);
  std::vector<std::string> texts;
  texts.reserve(values.size());
  for (const KeyValue& value : values) texts.push_back(Readable(value));
  return texts;
}

}  // namespace riposte::trigger
