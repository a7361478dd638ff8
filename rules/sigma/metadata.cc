#include "rules/sigma/metadata.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/unicode.h"

namespace riposte::sigma {
namespace {

constexpr std::array<std::string_view, 5> kLevels = {"informational", "low", "medium", "high",
                                                     "critical"};
constexpr std::array<std::string_view, 5> kStatuses = {"stable", "test", "experimental",
                                                       "deprecated", "unsupported"};
constexpr size_t kMaxTitle = 256;  // code points

size_t CodePoints(std::string_view text) {
  size_t count = 0;
  for (size_t at = 0; at < text.size(); at += unicode::Decode(text, at).length) ++count;
  return count;
}

class MetadataReader {
 public:
  MetadataReader(const yaml::Node& root, text::NodeReader& reader, Metadata& metadata)
      : root_(root), reader_(reader), metadata_(metadata) {}

  bool Read() {
    bool good = ReadTitle();
    good = ReadId() && good;
    good = ReadTaxonomy() && good;
    ReadText("name", metadata_.name);
    ReadText("description", metadata_.description);
    ReadText("author", metadata_.author);
    ReadTexts("tags", metadata_.tags);
    ReadTexts("references", metadata_.references);
    ReadTexts("falsepositives", metadata_.false_positives);
    ReadStatus();
    return ReadLevel() && good;
  }

 private:
  const yaml::Node* Required(std::string_view key) {
    const yaml::Span place = root_.entries.empty() ? root_.span : root_.entries.front().key_span;
    return reader_.Required(root_, key, "the rule", place);
  }

  bool ReadTitle() {
    const yaml::Node* node = Required("title");
    if (node == nullptr) return false;
    std::optional<std::string> title = reader_.Text(*node, "'title'");
    if (!title) return false;
    const bool control = std::ranges::any_of(*title, [](char c) { return c >= 0 && c < ' '; });
    if (title->find_first_not_of(' ') == std::string::npos) {
      reader_.Error(node->span, "empty-value", "'title' is empty", "say what the rule finds");
      return false;
    }
    if (control || CodePoints(*title) > kMaxTitle) {
      reader_.Error(node->span, "bad-name",
                    fmt::format("'title' is one line of at most {} characters", kMaxTitle),
                    "put the rest into 'description'");
      return false;
    }
    metadata_.title = std::move(*title);
    return true;
  }

  bool ReadId() {
    const yaml::Node* node = Required("id");
    if (node == nullptr) return false;
    metadata_.id_span = text::ToSpan(node->span);
    const std::optional<std::string> text = reader_.Text(*node, "'id'");
    if (!text) return false;
    const std::optional<Uuid> id = Uuid::Parse(*text);
    if (!id) {
      reader_.Error(node->span, "bad-uuid", fmt::format("'{}' is no UUID", *text),
                    "a UUID has 8-4-4-4-12 hexadecimal digits; 'uuidgen' makes one");
      return false;
    }
    metadata_.id = *id;
    return true;
  }

  // Rules in another taxonomy name other fields and log sources.
  bool ReadTaxonomy() {
    const yaml::Node* node = root_.Find("taxonomy");
    if (node == nullptr || node->value == "sigma") return true;
    reader_.Error(node->span, "unknown-taxonomy",
                  fmt::format("the taxonomy '{}' is unknown", node->value),
                  "write the rule with the fields and log sources of the taxonomy 'sigma'");
    return false;
  }

  bool ReadLevel() {
    const yaml::Node* node = root_.Find("level");
    if (node == nullptr) return true;
    const std::optional<size_t> level = reader_.Choice(*node, "'level'", kLevels);
    metadata_.level = level.value_or(metadata_.level);
    return level.has_value();
  }

  void ReadStatus() {
    ReadText("status", metadata_.status);
    if (metadata_.status.empty() ||
        std::ranges::find(kStatuses, metadata_.status) != kStatuses.end())
      return;
    Odd(*root_.Find("status"), fmt::format("the status '{}' is unknown", metadata_.status),
        text::Suggestion(metadata_.status, kStatuses));
  }

  void ReadText(std::string_view key, std::string& text) {
    const yaml::Node* node = root_.Find(key);
    if (node == nullptr || node->kind == yaml::Node::Kind::kNull) return;
    if (node->kind == yaml::Node::Kind::kScalar) {
      text = node->value;
    } else {
      Odd(*node, fmt::format("'{}' is no text", key), "write a text");
    }
  }

  // A list of texts, or one text.
  void ReadTexts(std::string_view key, std::vector<std::string>& texts) {
    const yaml::Node* node = root_.Find(key);
    if (node == nullptr || node->kind == yaml::Node::Kind::kNull) return;
    if (node->kind == yaml::Node::Kind::kScalar) return texts.push_back(node->value);
    if (node->kind != yaml::Node::Kind::kSequence)
      return Odd(*node, fmt::format("'{}' is no list", key), "write a list of texts");
    for (const yaml::Node& item : node->items) {
      if (item.kind == yaml::Node::Kind::kScalar) {
        texts.push_back(item.value);
      } else if (item.kind != yaml::Node::Kind::kNull) {
        Odd(item, fmt::format("an entry of '{}' is no text", key), "write a text");
      }
    }
  }

  void Odd(const yaml::Node& node, std::string message, std::string hint) {
    reader_.Warning(node.span, "odd-metadata", std::move(message), std::move(hint));
  }

  const yaml::Node& root_;
  text::NodeReader& reader_;
  Metadata& metadata_;
};

}  // namespace

bool ReadMetadata(const yaml::Node& root, text::NodeReader& reader, Metadata& metadata) {
  return MetadataReader(root, reader, metadata).Read();
}

}  // namespace riposte::sigma
