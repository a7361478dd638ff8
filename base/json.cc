#include "base/json.h"

#include <charconv>
#include <cmath>

#include <boost/json/src.hpp>  // header-only: this is its one place

#include "base/unicode.h"

namespace riposte::json {
namespace {

constexpr size_t kDepthMax = 64;

Value FromBoost(const boost::json::value& value) {
  switch (value.kind()) {
    case boost::json::kind::null:
      return {};
    case boost::json::kind::bool_:
      return value.get_bool();
    case boost::json::kind::int64:
      return value.get_int64();
    case boost::json::kind::uint64:
      return value.get_uint64();
    case boost::json::kind::double_:
      return value.get_double();
    case boost::json::kind::string: {
      const boost::json::string& text = value.get_string();
      return std::string(text.data(), text.size());
    }
    case boost::json::kind::array: {
      Array array;
      array.reserve(value.get_array().size());
      for (const boost::json::value& item : value.get_array()) array.push_back(FromBoost(item));
      return array;
    }
    case boost::json::kind::object: {
      Object object;
      for (const boost::json::key_value_pair& member : value.get_object())
        object.emplace_back(std::string(member.key().data(), member.key().size()),
                            FromBoost(member.value()));
      return object;
    }
  }
  return {};
}

void WriteValue(const Value& value, Writer& writer) {
  if (const bool* boolean = value.as_bool()) {
    writer.Bool(*boolean);
  } else if (const int64_t* integer = value.as_int()) {
    writer.Int(*integer);
  } else if (const uint64_t* natural = value.as_uint()) {
    writer.Uint(*natural);
  } else if (const double* real = value.as_double()) {
    writer.Double(*real);
  } else if (const std::string* text = value.as_string()) {
    writer.String(*text);
  } else if (const Array* array = value.as_array()) {
    writer.BeginArray();
    for (const Value& item : *array) WriteValue(item, writer);
    writer.EndArray();
  } else if (const Object* object = value.as_object()) {
    writer.BeginObject();
    for (const Member& member : *object) WriteValue(member.second, writer.Key(member.first));
    writer.EndObject();
  } else {
    writer.Null();
  }
}

void AppendEscaped(std::string_view text, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  size_t clean = 0;  // begin of the run that needs no escape
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // DEL is legal JSON, but some terminals act upon it.
    if (byte >= 0x20 && byte != '"' && byte != '\\' && byte != 0x7f) continue;
    out.append(text, clean, i - clean);
    clean = i + 1;
    switch (byte) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += "\\u00";
        out.push_back(kHex[byte >> 4]);
        out.push_back(kHex[byte & 15]);
    }
  }
  out.append(text, clean, text.size() - clean);
}

template <typename T>
void AppendNumber(T value, std::string& out) {
  char buffer[40];
  const std::to_chars_result end = std::to_chars(buffer, buffer + sizeof buffer, value);
  out.append(buffer, end.ptr);
}

}  // namespace

const Value* Value::Find(std::string_view key) const {
  const Object* object = as_object();
  if (object == nullptr) return nullptr;
  for (const Member& member : *object)
    if (member.first == key) return &member.second;
  return nullptr;
}

std::string_view Value::StringOr(std::string_view key, std::string_view fallback) const {
  const Value* value = Find(key);
  const std::string* text = value == nullptr ? nullptr : value->as_string();
  return text == nullptr ? fallback : std::string_view(*text);
}

Result<Value> Parse(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = kDepthMax;
  boost::json::stream_parser parser({}, options);
  boost::json::error_code error;
  const size_t used = parser.write_some(text.data(), text.size(), error);
  if (!error) parser.finish(error);
  if (error || used != text.size()) {
    const std::string why = error ? error.message() : "text after the end of the value";
    return Status(ErrorCode::kInvalidArgument,
                  "invalid JSON at byte " + std::to_string(used) + ": " + why);
  }
  return FromBoost(parser.release());
}

std::string Write(const Value& value) {
  std::string out;
  Writer writer(out);
  WriteValue(value, writer);
  return out;
}

void AppendQuoted(std::string_view text, std::string& out) {
  out.push_back('"');
  if (unicode::IsValidUtf8(text)) {
    AppendEscaped(text, out);
  } else {
    std::string repaired;
    unicode::RepairUtf8Append(text, repaired);
    AppendEscaped(repaired, out);
  }
  out.push_back('"');
}

void Writer::Separate() {
  if (need_comma_) out_->push_back(',');
  need_comma_ = true;
}

Writer& Writer::BeginObject() {
  Separate();
  out_->push_back('{');
  need_comma_ = false;
  return *this;
}

Writer& Writer::EndObject() {
  out_->push_back('}');
  need_comma_ = true;
  return *this;
}

Writer& Writer::BeginArray() {
  Separate();
  out_->push_back('[');
  need_comma_ = false;
  return *this;
}

Writer& Writer::EndArray() {
  out_->push_back(']');
  need_comma_ = true;
  return *this;
}

Writer& Writer::Key(std::string_view key) {
  Separate();
  AppendQuoted(key, *out_);
  out_->push_back(':');
  need_comma_ = false;
  return *this;
}

Writer& Writer::String(std::string_view text) {
  Separate();
  AppendQuoted(text, *out_);
  return *this;
}

Writer& Writer::Int(int64_t value) {
  Separate();
  AppendNumber(value, *out_);
  return *this;
}

Writer& Writer::Uint(uint64_t value) {
  Separate();
  AppendNumber(value, *out_);
  return *this;
}

Writer& Writer::Double(double value) {
  if (!std::isfinite(value)) return Null();
  Separate();
  AppendNumber(value, *out_);
  return *this;
}

Writer& Writer::Bool(bool value) { return Raw(value ? "true" : "false"); }

Writer& Writer::Null() { return Raw("null"); }

Writer& Writer::Raw(std::string_view json) {
  Separate();
  *out_ += json;
  return *this;
}

}  // namespace riposte::json
