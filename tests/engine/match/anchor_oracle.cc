#include "tests/engine/match/anchor_oracle.h"

#include <algorithm>

#include "base/check.h"

namespace riposte::match {
namespace {

using Kind = Anchor::Kind;

bool Bit(const IpAddress& ip, size_t i) { return (ip.bytes[i / 8] >> (7 - i % 8) & 1) != 0; }

bool HoldsOf(const Anchor& anchor, const event::Value& value) {
  const std::string_view text = value.folded;
  switch (anchor.kind) {
    case Kind::kExists:
      return true;
    case Kind::kWhole:
      return text == anchor.text;
    case Kind::kPathTail:
      return !anchor.text.empty() &&
             (text.ends_with("\\" + anchor.text) || text.ends_with("/" + anchor.text)) &&
             anchor.text.find_first_of("/\\") == std::string::npos;
    case Kind::kPrefix:
      return text.starts_with(anchor.text);
    case Kind::kSuffix:
      return text.ends_with(anchor.text);
    case Kind::kLiteral:
      return text.find(anchor.text) != std::string_view::npos;
    case Kind::kNumber:
      return value.number == anchor.number;
    case Kind::kBool:
      return value.boolean == anchor.boolean;
    case Kind::kBlock:
      for (size_t i = 0; i < anchor.bits; ++i)
        if (Bit(value.ip, i) != Bit(anchor.ip, i)) return false;
      return true;
  }
  RIPOSTE_CHECK(false, "an anchor of an unknown kind");
}

}  // namespace

bool HoldsOf(const Anchor& anchor, const event::Event& event) {
  return std::ranges::any_of(event.values(anchor.field), [&](const event::Value& value) {
    const bool usable =
        anchor.kind == Kind::kExists || value.undecodable == event::Undecodable::kNone;
    return usable && HoldsOf(anchor, value);
  });
}

std::string Describe(const Anchor& anchor, const schema::Catalogue& catalogue) {
  const std::string& field = catalogue.token(anchor.field).name;
  switch (anchor.kind) {
    case Kind::kExists:
      return field + " exists";
    case Kind::kWhole:
      return field + " = " + anchor.text;
    case Kind::kPathTail:
      return field + " tail " + anchor.text;
    case Kind::kPrefix:
      return field + " begins " + anchor.text;
    case Kind::kSuffix:
      return field + " ends " + anchor.text;
    case Kind::kLiteral:
      return field + " has " + anchor.text;
    case Kind::kNumber:
      return field + " = " + anchor.number.ToString();
    case Kind::kBool:
      return field + " = " + (anchor.boolean ? "true" : "false");
    case Kind::kBlock:
      return field + " in " + anchor.ip.ToString() + "/" + std::to_string(anchor.bits);
  }
  RIPOSTE_CHECK(false, "an anchor of an unknown kind");
}

}  // namespace riposte::match
