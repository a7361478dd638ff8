#include "engine/remediate/firing.h"

#include <gtest/gtest.h>

#include "engine/remediate/ids.h"
#include "tests/support/engine_fixture.h"

namespace riposte::remediate {
namespace {

using test::EventJson;
using test::TimeAt;

const Origin kOrigin{.topic = "edr",
                     .partition = 2,
                     .offset = 17,
                     .index = 0,
                     .append_time = TimeAt("2026-11-25T01:00:01Z")};
const rule::Rule kRule = test::RuleFor("x");

Firing Fire(const EventJson& json, const Origin& origin = kOrigin,
            const std::vector<std::string>& group = {}) {
  test::EngineDecoder decoder;
  return MakeFiring(kRule, SubjectOf(decoder.Decode(json), origin), group);
}

TEST(FiringTest, IsIdentifiedByTheEventOrByItsPlace) {
  const Firing with_id = Fire(EventJson("FILE"));
  EXPECT_EQ(with_id.trigger_key, TriggerKey("e1", TimeAt(test::kEventTime)));
  EXPECT_EQ(with_id.id, FiringId(kRule.id, "A1", with_id.trigger_key));
  EXPECT_EQ(with_id.event_ids, std::vector<std::string>{"e1"});
  EXPECT_EQ(with_id.matches, 1);
  Origin elsewhere = kOrigin;
  elsewhere.offset = 18;
  EXPECT_EQ(Fire(EventJson("FILE"), elsewhere).id, with_id.id);

  const EventJson no_id = EventJson("FILE").Without("id");
  const Firing first = Fire(no_id);
  EXPECT_TRUE(first.event_ids.empty());
  EXPECT_EQ(Fire(no_id).id, first.id);
  EXPECT_NE(Fire(no_id, elsewhere).id, first.id);
}

TEST(FiringTest, AnEventWithoutATimeHasTheRecords) {
  for (const EventJson& json :
       {EventJson("FILE").Without("time"), EventJson("FILE").With("time", "yesterday")})
    EXPECT_EQ(Fire(json).event_time, kOrigin.append_time);
  EXPECT_EQ(Fire(EventJson("FILE")).oldest_append_time, kOrigin.append_time);
}

TEST(FiringTest, OneEventCompletesWindowsOfSeveralGroups) {
  const Firing alone = Fire(EventJson("FILE"));
  const Firing in_a = Fire(EventJson("FILE"), kOrigin, {"a"});
  const Firing in_b = Fire(EventJson("FILE"), kOrigin, {"b"});
  EXPECT_NE(in_a.id, in_b.id);
  EXPECT_NE(in_a.id, alone.id);
  EXPECT_EQ(in_a.trigger_key, TriggerKeyInGroup(alone.trigger_key, std::vector<std::string>{"a"}));
  EXPECT_EQ(Fire(EventJson("FILE"), kOrigin, {"a"}).id, in_a.id);
}

TEST(FiringTest, AtADeadlineItIsIdentifiedByGroupAndTime) {
  const std::vector<std::string> group = {"a1", "x"};
  const Firing firing = MakeFiringAtDeadline(kRule, "a1", group, TimeFromMs(5));
  EXPECT_EQ(firing.trigger_key, DeadlineKey(group, TimeFromMs(5)));
  EXPECT_EQ(firing.id, FiringId(kRule.id, "a1", firing.trigger_key));
  EXPECT_TRUE(firing.event_ids.empty());
  EXPECT_EQ(firing.event_time, TimeFromMs(5));
  EXPECT_EQ(firing.append_time, TimeFromMs(5));
  EXPECT_EQ(firing.oldest_append_time, TimeFromMs(5));
  EXPECT_NE(MakeFiringAtDeadline(kRule, "a1", group, TimeFromMs(6)).id, firing.id);
  EXPECT_NE(MakeFiringAtDeadline(kRule, "", group, TimeFromMs(5)).id, firing.id);
}

}  // namespace
}  // namespace riposte::remediate
