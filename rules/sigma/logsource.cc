#include "rules/sigma/logsource.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

namespace riposte::sigma {
namespace {

bool Fits(const std::string& wanted, const std::string& given) {
  return wanted.empty() || wanted == given;
}

// The ways of all routes that `fits` names; none if there is no such route.
template <typename Predicate>
std::optional<Ways> Collect(const schema::SigmaMapping& format, const Predicate& fits) {
  std::optional<Ways> ways;
  for (const schema::LogRoute& route : format.routes) {
    if (!fits(route)) continue;
    if (!ways) ways.emplace();
    if (route.when.empty()) ways->emplace_back();
    std::ranges::copy(route.when, std::back_inserter(*ways));
  }
  return ways;
}

// What satisfies one of each.
Ways Both(const Ways& a, const Ways& b) {
  Ways both;
  for (const std::vector<schema::Condition>& left : a) {
    for (const std::vector<schema::Condition>& right : b) {
      both.push_back(left);
      std::ranges::copy(right, std::back_inserter(both.back()));
    }
  }
  return both;
}

std::optional<Ways> OfProduct(const LogSource& source, const schema::SigmaMapping& format) {
  std::optional<Ways> named = Collect(format, [&](const schema::LogRoute& route) {
    return route.product == source.product && route.category.empty() && route.service.empty();
  });
  if (named) return named;
  return Collect(format,
                 [&](const schema::LogRoute& route) { return route.product == source.product; });
}

}  // namespace

std::string LogSource::ToString() const {
  std::string text;
  const auto add = [&text](std::string_view name, const std::string& value) {
    if (value.empty()) return;
    if (!text.empty()) text += ", ";
    text += fmt::format("{} {}", name, value);
  };
  add("product", product);
  add("category", category);
  add("service", service);
  return text;
}

bool LogSource::Covers(const LogSource& other) const {
  return Fits(product, other.product) && Fits(category, other.category) &&
         Fits(service, other.service);
}

std::optional<LogSource> ReadLogSource(text::NodeReader& reader, const yaml::Node& node) {
  if (node.kind != yaml::Node::Kind::kMapping) {
    reader.WrongType(node, "'logsource'", "write a mapping with product, category or service");
    return std::nullopt;
  }
  LogSource source;
  bool read = true;
  const auto add = [&](std::string_view key, std::string& value) {
    const yaml::Node* given = node.Find(key);
    if (given == nullptr || given->kind == yaml::Node::Kind::kNull) return;
    const std::optional<std::string> text = reader.Text(*given, fmt::format("'{}'", key));
    read = read && text.has_value();
    value = text.value_or("");
  };
  add("product", source.product);
  add("category", source.category);
  add("service", source.service);
  if (!read) return std::nullopt;
  if (source != LogSource{}) return source;
  reader.Error(node.span, "missing-key", "the log source has no product, category or service",
               "add one of them: without one the rule would run on everything");
  return std::nullopt;
}

std::optional<Ways> WaysInto(const LogSource& source, const schema::SigmaMapping& format) {
  if (source.category.empty() && source.service.empty()) return OfProduct(source, format);
  std::optional<Ways> category, service;
  if (!source.category.empty()) {
    category = Collect(format, [&](const schema::LogRoute& route) {
      return route.category == source.category && Fits(source.product, route.product);
    });
    if (!category) return std::nullopt;
  }
  if (!source.service.empty()) {
    service = Collect(format, [&](const schema::LogRoute& route) {
      return route.service == source.service && Fits(source.product, route.product);
    });
    if (!service) return std::nullopt;
  }
  if (!category) return service;
  return service ? Both(*category, *service) : category;
}

}  // namespace riposte::sigma
