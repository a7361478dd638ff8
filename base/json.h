// Small JSON documents: control records, rule tests, test expectations, and everything that we
// write. Events never come through here; engine/event reads those.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace riposte::json {

class Value;
using Array = std::vector<Value>;
using Member = std::pair<std::string, Value>;
using Object = std::vector<Member>;  // in document order

// A parsed document, by value.
class Value {
 public:
  Value() = default;
  // Implicit, so that documents can be written as nested braces.
  template <typename T>
  Value(T value) : data_(std::move(value)) {}
  Value(const char* text) : data_(std::string(text)) {}
  Value(int value) : data_(static_cast<int64_t>(value)) {}

  bool is_null() const { return std::holds_alternative<std::monostate>(data_); }
  const bool* as_bool() const { return std::get_if<bool>(&data_); }
  const int64_t* as_int() const { return std::get_if<int64_t>(&data_); }
  const uint64_t* as_uint() const { return std::get_if<uint64_t>(&data_); }  // only above int64
  const double* as_double() const { return std::get_if<double>(&data_); }
  const std::string* as_string() const { return std::get_if<std::string>(&data_); }
  const Array* as_array() const { return std::get_if<Array>(&data_); }
  const Object* as_object() const { return std::get_if<Object>(&data_); }
  Object* as_object() { return std::get_if<Object>(&data_); }

  // The first member named `key`, or null if this is no object or has none.
  const Value* Find(std::string_view key) const;
  // Find() and as_string(), or `fallback`.
  std::string_view StringOr(std::string_view key, std::string_view fallback) const;

  bool operator==(const Value&) const = default;

 private:
  std::variant<std::monostate, bool, int64_t, uint64_t, double, std::string, Array, Object> data_;
};

// RFC 8259, depth up to 64, strict UTF-8; the message names the byte offset.
Result<Value> Parse(std::string_view text);

// One line, no blanks. Invalid UTF-8 in strings becomes U+FFFD, so that the output is always valid
// JSON.
std::string Write(const Value& value);

// Writes JSON without building a tree. Calls must form one value; keys only inside objects. Invalid
// UTF-8 is repaired.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(&out) {}
  Writer& BeginObject();
  Writer& EndObject();
  Writer& BeginArray();
  Writer& EndArray();
  Writer& Key(std::string_view key);
  Writer& String(std::string_view text);
  Writer& Int(int64_t value);
  Writer& Uint(uint64_t value);
  Writer& Double(double value);  // not finite: null
  Writer& Bool(bool value);
  Writer& Null();
  Writer& Raw(std::string_view json);  // a complete value, trusted
  // Key and value in one.
  Writer& Field(std::string_view key, std::string_view text) { return Key(key).String(text); }
  Writer& Field(std::string_view key, int64_t value) { return Key(key).Int(value); }

 private:
  void Separate();
  std::string* out_;
  bool need_comma_ = false;
};

// Appends `text` as a quoted JSON string.
void AppendQuoted(std::string_view text, std::string& out);

}  // namespace riposte::json
