#include "rules/rule/sigma_correlations.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <boost/unordered/unordered_flat_map.hpp>
#include <fmt/format.h>

#include "rules/rule/hashes.h"
#include "rules/rule/trigger_print.h"

namespace riposte::rule {
namespace {

using ByRule = boost::unordered_flat_map<size_t, size_t>;

class Making {
 public:
  Making(const std::vector<SigmaCorrelation>& correlations,
         const std::vector<DetectionRule>& detections, CorrelationContext& context,
         std::vector<Rule>& rules)
      : correlations_(correlations),
        detections_(detections),
        context_(context),
        rules_(rules),
        log_sources_(correlations.size()),
        made_(correlations.size(), false) {
    for (size_t i = 0; i < correlations.size(); ++i)
      correlation_of_.emplace(correlations[i].rule, i);
    for (size_t i = 0; i < detections.size(); ++i) detection_of_.emplace(detections[i].rule, i);
  }

  void Make(size_t index) {
    const SigmaCorrelation& correlation = correlations_[index];
    Rule& rule = rules_[correlation.rule];
    std::vector<ReferredRule> referred;
    referred.reserve(correlation.refers_to.size());
    for (const std::optional<size_t> place : correlation.refers_to)
      referred.push_back(place ? Refer(*place) : ReferredRule{});
    std::optional<Trigger> trigger =
        MakeCorrelationTrigger(correlation, referred, rule.source, context_);
    CollectLogSources(index, referred);
    if (!trigger) return;
    rule.canonical_trigger = PrintTrigger(*trigger, context_.fields.catalogue());
    rule.trigger = std::move(*trigger);
    rule.arming_hash = ArmingHash(rule);
    for (const ReferredRule& one : referred)
      rule.version = HashOf({rule.version, "refers to", one.rule->version});
    made_[index] = true;
    WarnIfUnreachable(index);
  }

 private:
  ReferredRule Refer(size_t place) const {
    if (const auto found = detection_of_.find(place); found != detection_of_.end())
      return {.rule = &rules_[place], .log_source = &detections_[found->second].log_source};
    const size_t inner = correlation_of_.at(place);
    return {.rule = made_[inner] ? &rules_[place] : nullptr, .correlation = &correlations_[inner]};
  }

  void CollectLogSources(size_t index, const std::vector<ReferredRule>& referred) {
    std::set<sigma::LogSource>& all = log_sources_[index];
    for (const ReferredRule& one : referred) {
      if (one.log_source != nullptr) all.insert(*one.log_source);
      if (one.correlation == nullptr) continue;
      const size_t inner = correlation_of_.at(one.correlation->rule);
      all.insert(log_sources_[inner].begin(), log_sources_[inner].end());
    }
  }

  // A rule runs on the events of one format, which has to provide the log sources of all. That a
  // log source of its own is provided by none was told of its rule.
  void WarnIfUnreachable(size_t index) {
    std::vector<std::string_view> common;
    bool first = true;
    for (const sigma::LogSource& log_source : log_sources_[index]) {
      std::vector<std::string_view> providers = context_.fields.Providers(log_source);
      if (providers.empty()) return;
      if (first) common = providers;
      std::erase_if(common, [&](std::string_view name) {
        return std::ranges::find(providers, name) == providers.end();
      });
      first = false;
    }
    if (!common.empty()) return;
    const SigmaCorrelation& correlation = correlations_[index];
    context_.diagnostics.Warning(
        rules_[correlation.rule].source, correlation.text.rules_span, "unreachable-logsource",
        "no event format provides the log sources of all these rules: the correlation never fires",
        "correlate rules on events of one format");
  }

  const std::vector<SigmaCorrelation>& correlations_;
  const std::vector<DetectionRule>& detections_;
  CorrelationContext& context_;
  std::vector<Rule>& rules_;
  std::vector<std::set<sigma::LogSource>> log_sources_;  // by correlation: of all rules below it
  std::vector<bool> made_;
  ByRule correlation_of_, detection_of_;
};

}  // namespace

void SigmaCorrelations::Finish(const std::vector<DetectionRule>& detections,
                               const SigmaReferences& references, sigma::FieldTable& fields,
                               std::vector<Rule>& rules, text::Diagnostics& diagnostics) {
  if (correlations_.empty()) return;
  Resolve(references, rules, diagnostics);
  CorrelationContext context{
      .references = references, .fields = fields, .diagnostics = diagnostics};
  Making making(correlations_, detections, context, rules);
  for (const size_t index : OrderCorrelations(correlations_, rules, diagnostics))
    making.Make(index);
  Silence(rules);
}

void SigmaCorrelations::Resolve(const SigmaReferences& references, const std::vector<Rule>& rules,
                                text::Diagnostics& diagnostics) {
  for (SigmaCorrelation& correlation : correlations_) {
    const text::SourcePtr& source = rules[correlation.rule].source;
    for (const sigma::Written& reference : correlation.text.rules) {
      const std::optional<size_t> rule = references.Require(reference, source, rules, diagnostics);
      if (rule && std::ranges::find(correlation.refers_to, rule) != correlation.refers_to.end())
        diagnostics.Error(source, reference.span, "duplicate-step",
                          fmt::format("'{}' is in 'rules' already", rules[*rule].name),
                          "name each rule once");
      correlation.refers_to.push_back(rule);
    }
  }
}

void SigmaCorrelations::Silence(std::vector<Rule>& rules) const {
  std::set<size_t> loud;
  for (const SigmaCorrelation& correlation : correlations_) {
    for (const std::optional<size_t> rule : correlation.refers_to) {
      if (!rule) continue;
      rules[*rule].fires = false;
      if (correlation.text.generate) loud.insert(*rule);
    }
  }
  for (const size_t rule : loud) rules[rule].fires = true;
}

}  // namespace riposte::rule
