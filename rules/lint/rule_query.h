// The queries of a rule, as checks look at them: its own, and those of its trigger's parts.
#pragma once

#include <deque>
#include <string_view>
#include <vector>

#include "rules/query/expression.h"
#include "rules/rule/rule.h"
#include "rules/text/diagnostic.h"

namespace riposte::lint {

// Points into the rule.
struct RuleQuery {
  const rule::Rule& rule;
  const rule::Step* part;            // of its trigger, whose query it is; null: the rule's own
  const query::Expression& written;  // spans of its nodes count in `text`
  std::string_view text;             // as written
  text::Span span;                   // in the file
  const text::Fragment* in_file;     // leads spans of `text` to the file; null: the way is unknown
  // What an event has to be in all: for a part the rule's own query as well, whose nodes have empty
  // spans. Null where nothing is matched against it alone: the rule's own beside parts.
  const query::Expression* asked;

  // `asked`, or where that is null what is written.
  const query::Expression& whole() const { return asked != nullptr ? *asked : written; }
  // Whether the node with this span of whole() stands in the rule's own query, not in the part's.
  bool IsOfRule(text::Span in_query) const {
    return part != nullptr && &whole() != &written && in_query.begin == in_query.end;
  }
  const text::SourcePtr& source() const {
    return in_file != nullptr ? in_file->source() : rule.source;
  }
  // In the file; of a node of the rule's own query the whole of the part's.
  text::Span InFile(text::Span in_query) const {
    return in_file != nullptr && !IsOfRule(in_query) ? in_file->ToSource(in_query) : span;
  }
};

// Its own, perhaps empty.
RuleQuery OwnQuery(const rule::Rule& rule);
// Its own first, then those of its parts in their order; empty ones, and parts that take firings,
// are left out. `joined` gets what stands nowhere in the rule, and must outlive what is returned.
std::vector<RuleQuery> QueriesOf(const rule::Rule& rule, std::deque<query::Expression>& joined);

// Whether a command may be for an event because it fits this: not for one of an absent step, of
// `until`, or of a step that `remediate` does not name. The rule's own query counts for all parts.
bool SelectsTargets(const RuleQuery& asked);

}  // namespace riposte::lint
