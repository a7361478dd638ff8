#include "engine/match/explain_words.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "rules/text/diagnostic.h"

namespace riposte::match {
namespace {

using query::Node;

constexpr size_t kPlacesMax = 6;

std::string Quoted(const SeenValue& value) {
  if (value.object) return "an object";
  if (value.text.size() == value.bytes) return '"' + text::ForTerminal(value.text) + '"';
  return fmt::format("\"{}...\" ({} bytes)", text::ForTerminal(value.text), value.bytes);
}

// "a", "b" and 7 more.
std::string ValueList(const Explained& node) {
  std::string out;
  for (const SeenValue& value : node.values) {
    if (!out.empty()) out += ", ";
    out += Quoted(value);
  }
  const size_t more = node.value_count - node.values.size();
  return more == 0 ? out : fmt::format("{} and {} more", out, more);
}

// The first value of which the clause says this; the first of all if it says so of none alone.
const SeenValue& FirstOf(const Explained& node, Truth truth) {
  const auto found = std::find_if(node.values.begin(), node.values.end(),
                                  [&](const SeenValue& value) { return value.truth == truth; });
  return found == node.values.end() ? node.values.front() : *found;
}

std::string_view WhyUndecodable(event::Undecodable reason) {
  switch (reason) {
    case event::Undecodable::kNotANumber:
      return "is no number";
    case event::Undecodable::kNumberRange:
      return "is a number out of range";
    case event::Undecodable::kNotAnIp:
      return "is no IP address";
    case event::Undecodable::kNotADate:
      return "is no date";
    case event::Undecodable::kNotABool:
      return "is neither true nor false";
    case event::Undecodable::kObjectValue:
      return "stands where a plain value should";
    case event::Undecodable::kNone:
    case event::Undecodable::kCount:
      break;
  }
  return "cannot be read";
}

std::string AbsenceWords(const Explained& node, const event::Event& event,
                         const schema::Catalogue& catalogue) {
  if (node.value_count > 0) return "no sub-object, but " + ValueList(node);
  if (!event.values(node.field).empty())
    return "absent in " + SubObjectName(event, node.row, catalogue);
  const std::vector<std::string>& places = node.look_ups.places;
  if (places.empty())
    return fmt::format("absent: {} has it in other events only", event.profile().name);
  const size_t shown = std::min(places.size(), kPlacesMax);
  std::string list = fmt::format(
      "{}", fmt::join(places.begin(), places.begin() + static_cast<ptrdiff_t>(shown), ", "));
  if (shown < places.size()) list += fmt::format(" and {} more", places.size() - shown);
  return "absent, looked for at " + text::ForTerminal(list);
}

std::string PartsWords(const Explained& node) {
  std::array<size_t, 3> counts{};  // by Truth
  for (const Explained& child : node.children) ++counts[static_cast<size_t>(child.truth)];
  const size_t all = node.children.size();
  const size_t same = counts[static_cast<size_t>(node.truth)];
  if (node.kind == Node::Kind::kNot) {
    switch (node.truth) {
      case Truth::kTrue:
        return "what it denies does not hold";
      case Truth::kFalse:
        return "what it denies holds";
      case Truth::kUnknown:
        return "what it denies is not known";
    }
  }
  if (node.truth == Truth::kUnknown)
    return fmt::format("{} of {} {} not known", same, all, same == 1 ? "is" : "are");
  if (node.kind == Node::Kind::kAnd)
    return node.truth == Truth::kTrue
               ? fmt::format("all {} hold", all)
               : fmt::format("{} of {} {} not hold", same, all, same == 1 ? "does" : "do");
  return node.truth == Truth::kTrue
             ? fmt::format("{} of {} {}", same, all, same == 1 ? "holds" : "hold")
             : fmt::format("none of {} holds", all);
}

std::string GroupWords(const Explained& node) {
  if (node.truth == Truth::kTrue) return node.sub_object + " satisfies it";
  const std::string_view verdict =
      node.truth == Truth::kUnknown ? "is not known" : "does not satisfy it";
  if (node.sub_object_count == 1) return fmt::format("{} {}", node.sub_object, verdict);
  return node.truth == Truth::kUnknown
             ? fmt::format("{} of {} {}", node.sub_object, node.sub_object_count, verdict)
             : fmt::format("none of {} sub-objects; nearest is {}", node.sub_object_count,
                           node.sub_object);
}

}  // namespace

std::string WordsFor(const Explained& node, const event::Event& event,
                     const schema::Catalogue& catalogue) {
  switch (node.reason) {
    case Reason::kSatisfied: {
      const std::string value = Quoted(FirstOf(node, Truth::kTrue));
      return node.value_count == 1 ? "the event has " + value
                                   : fmt::format("one of {} values: {}", node.value_count, value);
    }
    case Reason::kUnsatisfied:
      return node.value_count == 1
                 ? "the event has " + ValueList(node)
                 : fmt::format("none of {} values: {}", node.value_count, ValueList(node));
    case Reason::kUndecodable: {
      const SeenValue& value = FirstOf(node, Truth::kUnknown);
      return fmt::format("{} {}", Quoted(value), WhyUndecodable(value.undecodable));
    }
    case Reason::kPresent:
      return "the event has " + ValueList(node);
    case Reason::kAbsent:
      return AbsenceWords(node, event, catalogue);
    case Reason::kNotCarried:
      return event.profile().name + " does not have this field";
    case Reason::kParts:
      return PartsWords(node);
    case Reason::kSubObject:
      break;
  }
  return GroupWords(node);
}

}  // namespace riposte::match
