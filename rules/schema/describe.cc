#include "rules/schema/describe.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.h"
#include "base/unicode.h"

namespace riposte::schema {
namespace {

// `pattern` with each star being any text, against the whole of `text`. Both folded. Linear but for
// the last star's retries.
bool GlobMatches(std::string_view pattern, std::string_view text) {
  size_t p = 0;
  size_t t = 0;
  size_t star = std::string_view::npos;
  size_t star_text = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_text = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++star_text;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

bool NameMatches(std::string_view folded_pattern, std::string_view name) {
  const std::string folded = unicode::Fold(name);
  if (folded_pattern.find('*') != std::string_view::npos) {
    return GlobMatches(folded_pattern, folded);
  }
  return folded.find(folded_pattern) != std::string::npos;
}

TokenPlace PlaceOf(const Profile& profile, const FieldSource& source) {
  TokenPlace place{.profile = profile.name,
                   .union_of_all = source.union_of_all,
                   .guaranteed = source.guaranteed};
  for (const Alternative& alternative : source.alternatives) {
    std::string text = DescribeAlternative(alternative);
    if (std::find(place.paths.begin(), place.paths.end(), text) == place.paths.end()) {
      place.paths.push_back(std::move(text));
    }
  }
  return place;
}

}  // namespace

std::vector<TokenDescription> Describe(const Schema& schema, std::string_view pattern) {
  const std::string folded = unicode::Fold(pattern);
  std::vector<TokenDescription> tokens;
  for (size_t i = 0; i < schema.catalogue.size(); ++i) {
    const Token& token = schema.catalogue.tokens()[i];
    if (!NameMatches(folded, token.name)) continue;
    TokenDescription described{.name = token.name,
                               .type = token.type,
                               .values = token.values,
                               .description = token.description,
                               .example = token.example};
    for (const Profile& profile : schema.profiles) {
      if (const std::optional<FieldSource>& source = profile.fields[i]) {
        described.places.push_back(PlaceOf(profile, *source));
      }
    }
    tokens.push_back(std::move(described));
  }
  std::sort(tokens.begin(), tokens.end(),
            [](const TokenDescription& a, const TokenDescription& b) { return a.name < b.name; });
  return tokens;
}

std::string DescribeAlternative(const Alternative& alternative) {
  if (alternative.constant) return fmt::format("\"{}\"", *alternative.constant);
  std::string text;
  for (const Path& path : alternative.paths) {
    if (!text.empty()) text += " + ";
    text += path.ToString();
  }
  return text;
}

std::string DescriptionTable(std::span<const TokenDescription> tokens) {
  size_t name_width = std::string_view("TOKEN").size();
  for (const TokenDescription& token : tokens) name_width = std::max(name_width, token.name.size());
  constexpr size_t kTypeWidth = 7;  // "keyword"
  const std::string margin(name_width + kTypeWidth + 4, ' ');
  std::string out;
  if (tokens.empty()) return out;
  out += fmt::format("{:{}}  {:{}}  {}\n", "TOKEN", name_width, "TYPE", kTypeWidth, "DESCRIPTION");
  for (const TokenDescription& token : tokens) {
    out += fmt::format("{:{}}  {:{}}  {}\n", token.name, name_width, FieldTypeName(token.type),
                       kTypeWidth, token.description);
    if (!token.values.empty()) {
      out += fmt::format("{}values: {}\n", margin, fmt::join(token.values, ", "));
    }
    for (const TokenPlace& place : token.places) {
      out += fmt::format("{}{}{}: {}\n", margin, place.profile,
                         place.guaranteed ? " (guaranteed)" : "",
                         fmt::join(place.paths, place.union_of_all ? " and " : ", else "));
    }
    if (!token.example.empty()) out += fmt::format("{}example: {}\n", margin, token.example);
  }
  return out;
}

std::string DescriptionJson(std::span<const TokenDescription> tokens) {
  std::string out;
  json::Writer writer(out);
  writer.BeginArray();
  for (const TokenDescription& token : tokens) {
    writer.BeginObject().Field("name", token.name).Field("type", FieldTypeName(token.type));
    writer.Key("values").BeginArray();
    for (const std::string& value : token.values) writer.String(value);
    writer.EndArray();
    writer.Field("description", token.description).Field("example", token.example);
    writer.Key("profiles").BeginArray();
    for (const TokenPlace& place : token.places) {
      writer.BeginObject().Field("name", place.profile).Key("paths").BeginArray();
      for (const std::string& path : place.paths) writer.String(path);
      writer.EndArray().Key("union").Bool(place.union_of_all);
      writer.Key("guaranteed").Bool(place.guaranteed).EndObject();
    }
    writer.EndArray().EndObject();
  }
  writer.EndArray();
  return out;
}

}  // namespace riposte::schema
