// The Sigma documents of a rule set: rules and correlations become Rules, filters and placeholders
// change them.
#pragma once

#include <vector>

#include "rules/rule/rule.h"
#include "rules/rule/sigma_correlations.h"
#include "rules/rule/sigma_references.h"
#include "rules/sigma/document.h"
#include "rules/sigma/filter.h"
#include "rules/text/node_reader.h"

namespace riposte::rule {

// For one load: first ReadPlaceholders() of each file, then ReadFile(), then Finish().
class SigmaDocuments {
 public:
  explicit SigmaDocuments(const schema::SchemaPtr& schema) : fields_(schema) {}

  // The documents of placeholders of a file: they count in all files.
  void ReadPlaceholders(const text::SourcePtr& source, text::Diagnostics& diagnostics);
  // Whether the document is a Sigma one; its rule, if it is one, is appended to `rules`.
  bool Read(const yaml::Document& document, text::NodeReader& reader, std::vector<Rule>& rules);
  // The same for a file whose documents share parts; how many it has besides those parts.
  size_t ReadShared(const yaml::Stream& stream, text::NodeReader& reader, std::vector<Rule>& rules);

  // Puts the filters into `rules`, those that Read() appended to, in the same order, and gives the
  // correlations their triggers. The schema with the tokens of all rules.
  schema::SchemaPtr Finish(std::vector<Rule>& rules, text::Diagnostics& diagnostics);

 private:
  // What filters need to know of a Sigma rule, by its place in the rules.
  struct Known {
    size_t rule = 0;
    std::string name;
    sigma::LogSource log_source;
  };
  // A document, and what it shares with others of its file.
  struct Place {
    yaml::Span span;
    size_t with_shared_id = 0;
    std::string_view shared;
  };

  bool ReadDocument(const yaml::Node& root, const Place& place, text::NodeReader& reader,
                    std::vector<Rule>& rules);
  bool ReadRuleDocument(const yaml::Node& root, const Place& place, text::NodeReader& reader,
                        std::vector<Rule>& rules);
  bool ReadFilterDocument(const yaml::Node& root, text::NodeReader& reader);
  bool ReadCorrelationDocument(const yaml::Node& root, const Place& place, text::NodeReader& reader,
                               std::vector<Rule>& rules);
  // A rule with all that it says about itself.
  Rule& AddRule(sigma::Metadata metadata, const Place& place, const text::SourcePtr& source,
                std::vector<Rule>& rules);
  void ApplyFilters(Rule& rule, const Known& known) const;
  void ReportUnusedTargets(const std::vector<Rule>& rules, text::Diagnostics& diagnostics) const;

  sigma::FieldTable fields_;
  sigma::Placeholders placeholders_;
  std::vector<sigma::Filter> filters_;
  std::vector<Known> known_;
  SigmaReferences references_;
  SigmaCorrelations correlations_;
};

}  // namespace riposte::rule
