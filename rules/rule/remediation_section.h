// `remediation:` of a rule file.
#pragma once

#include <optional>

#include "rules/rule/rule.h"
#include "rules/text/node_reader.h"

namespace riposte::rule {

struct RemediationText {
  Remediation remediation{};
  RemediationPlaces places{};
};

// `key_span` is where `remediation` itself stands. Empty after an error.
std::optional<RemediationText> ReadRemediation(const yaml::Node& section, yaml::Span key_span,
                                               text::NodeReader& reader);

// Whether a firing by `trigger` has what the remediation in `source` asks for: errors are
// remediate-not-available, no-such-step, kill-without-target.
bool CheckRemediation(const RemediationText& text, const Trigger& trigger,
                      const text::SourcePtr& source, text::Diagnostics& diagnostics);

}  // namespace riposte::rule
