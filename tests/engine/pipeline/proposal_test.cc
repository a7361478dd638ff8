#include "engine/pipeline/proposal.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <random>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "engine/guard/standard.h"
#include "engine/pipeline/window_records.h"
#include "tests/engine/pipeline/window_fixture.h"
#include "tests/support/corpus.h"
#include "tests/support/environment.h"

namespace riposte::pipeline {
namespace {

using rule::AutoMode;
using rule::Remediate;
using test::EventJson;
using test::FieldOf;
using test::ProcessEvent;
using test::TimeAt;

const Time kNow = TimeAt("2026-11-25T01:00:30Z");
constexpr size_t kBig = 1'000'000;
const remediate::Origin kOrigin{.topic = "edr",
                                .partition = 3,
                                .offset = 42,
                                .index = 0,
                                .append_time = TimeAt("2026-11-25T01:00:01Z")};

EventJson Process(int64_t pid) {
  return ProcessEvent("e" + std::to_string(pid), "evil").With("pid", pid);
}

rule::Rule Named(std::string_view name, rule::Rule rule) {
  rule.id = test::RuleFor(name).id;
  rule.arming_hash = std::string(name);
  return rule;
}
// All that the tests fire.
const rule::RuleSetPtr kRules = test::RuleSetOf({
    Named("match", test::KillRule("evil", AutoMode::kEnforce)),
    Named("count", test::WithCount(test::KillRule("evil", AutoMode::kEnforce))),
    Named("all", test::Remediating(test::WithSteps(test::KillRule("evil", AutoMode::kEnforce)),
                                   Remediate::kAll)),
    Named("isolate",
          test::Remediating(test::WithSteps(test::IsolateRule("evil", AutoMode::kEnforce)),
                            Remediate::kAll)),
    Named("dry", test::WithCount(test::KillRule("evil", AutoMode::kDryRun))),
    Named("parent", test::Remediating(test::WithSteps(test::KillRule("evil", AutoMode::kEnforce,
                                                                     rule::Target::kParent)),
                                      Remediate::kStep, "a")),
    Named("grouped", test::WithCount(test::IsolateRule("evil", AutoMode::kEnforce),
                                     {FieldOf("event.asset"), FieldOf("name")})),
    Named("scheduled", test::WithSchedule(test::IsolateRule("evil", AutoMode::kEnforce),
                                          {FieldOf("event.asset")})),
});
const rule::Rule& RuleOf(std::string_view name) {
  return *std::ranges::find(kRules->rules, test::RuleFor(name).id, &rule::Rule::id);
}

// Judges under the standard guards, enforcing and armed.
class Judge {
 public:
  Judge() { enforcement_.enabled = true; }
  Decided operator()(const WindowFiring& fired) const {
    return Decide(fired.firing, TargetsOf(fired),
                  {.guards = &guards_,
                   .enforcement = &enforcement_,
                   .arming = &arming_,
                   .ttl = {},
                   .command_bytes_max = kBig,
                   .now = kNow});
  }

 private:
  const guard::Chain guards_ = guard::StandardChain({});
  guard::Enforcement enforcement_;
  test::AlwaysArmed arming_;
};

std::string AlertOf(const Proposal& proposal) {
  const Decided decided = Judge()(proposal.fired);
  if (proposal.is_single_match)
    return AlertRecord(decided, proposal.fired.event, kNow, proposal.evidence, kBig).value;
  return WindowAlertRecord(decided, proposal.fired, kNow, kBig).value;
}

std::vector<std::string> Show(const Decided& decided) {
  std::vector<std::string> shown;
  for (const Action& action : decided.actions) {
    std::string text = std::string(OutcomeName(action.outcome)) + " " + action.command_json + " " +
                       std::string(action.reason()) + " " + std::string(action.detail());
    for (const guard::Decision& decision : action.trail)
      text += " " + std::string(decision.guard) + ":" + std::string(decision.reason);
    shown.push_back(text + " of " + std::to_string(action.proposal.target));
  }
  return shown;
}

std::string Written(const Proposal& proposal) {
  std::string bytes = "before";
  EXPECT_TRUE(WriteProposal(proposal, bytes));
  return bytes.substr(6);
}

// Read back; its bytes are kept.
struct Reread {
  explicit Reread(const Proposal& proposal) : bytes(Written(proposal)) {
    EXPECT_LE(bytes.size(), kProposalBytesMax);
    EXPECT_EQ(ReadProposal(bytes, ProposalRules(*kRules), proposal_read), ProposalFault::kNone);
  }
  Reread(const Reread&) = delete;
  Reread& operator=(const Reread&) = delete;
  const std::string bytes;
  Proposal proposal_read;
};

void ExpectSame(const Proposal& proposal) {
  const Reread reread(proposal);
  const Proposal& read = reread.proposal_read;
  EXPECT_EQ(Show(Judge()(read.fired)), Show(Judge()(proposal.fired)));
  EXPECT_EQ(AlertOf(read), AlertOf(proposal));
  const remediate::Firing& firing = read.fired.firing;
  const remediate::Firing& original = proposal.fired.firing;
  EXPECT_EQ(firing.id, original.id);
  EXPECT_EQ(firing.trigger_key, original.trigger_key);
  EXPECT_EQ(firing.append_time, original.append_time);
  EXPECT_EQ(firing.oldest_append_time, original.oldest_append_time) << "what arming judges";
  EXPECT_EQ(Written(read), reread.bytes);
}

// A completed window and what it fires, which views it.
struct Fired {
  Fired(std::string_view rule, trigger::Completion completed, std::vector<std::string> values = {})
      : completion(std::move(completed)), group(std::move(values)) {
    window = FireWindow(RuleOf(rule), *test::EngineSchema(), completion, group);
  }
  Fired(const Fired&) = delete;
  Fired& operator=(const Fired&) = delete;
  Proposal AsProposal() const {
    return {.fired = window, .is_single_match = false, .evidence = {}};
  }

  const trigger::Completion completion;
  const std::vector<std::string> group;
  WindowFiring window;
};

TEST(ProposalTest, ASingleMatchIsDecidedAndToldOfAsAtTheSender) {
  test::EngineDecoder decoder;
  for (const EventJson& json :
       {Process(10), Process(4), Process(10).Without("id"), Process(10).Without("asset"),
        EventJson("REGISTRY"), EventJson("FILE").With("file", "/x").With("fsha", "AB")}) {
    const event::Event& event = decoder.Decode(json);
    ExpectSame(ProposeMatch(
        RuleOf("match"), remediate::SubjectOf(event, kOrigin),
        {.matched = {{.token = "name", .text = "name: evil", .has_value = true, .value = "evil"},
                     {.token = "x", .text = std::string(300, 'c'), .value = {}}},
         .event_bytes_max = 1000}));
  }
}

TEST(ProposalTest, OfALongEventAsMuchIsToldAsThereIsRoomFor) {
  test::EngineDecoder decoder;
  const event::Event& event = decoder.Decode(Process(10).With("more", std::string(100'000, 'm')));
  const remediate::Subject subject = remediate::SubjectOf(event, kOrigin);
  const Proposal proposal =
      ProposeMatch(RuleOf("match"), subject, {.matched = {}, .event_bytes_max = 16u << 10});
  const Reread reread(proposal);
  const Proposal& read = reread.proposal_read;
  EXPECT_EQ(Show(Judge()(read.fired)), Show(Judge()(proposal.fired)));
  EXPECT_GT(read.fired.event.record.size(), 15'000u);
  EXPECT_TRUE(subject.record.starts_with(read.fired.event.record));
  const std::string alert = AlertOf(read);
  EXPECT_NE(
      alert.find("\"bytes\":" + std::to_string(subject.record.size()) + ",\"truncated\":true"),
      std::string::npos);
  EXPECT_TRUE(alert.ends_with("\"truncated\":false}")) << "nothing else is left out";
}

TEST(ProposalTest, AnAbsurdlyLongIdIsNoneAsInAWindow) {
  test::EngineDecoder decoder;
  const event::Event& event = decoder.Decode(Process(10).With("id", std::string(100'000, 'i')));
  const remediate::Subject subject = remediate::SubjectOf(event, kOrigin);
  const Proposal proposal =
      ProposeMatch(RuleOf("match"), subject, {.matched = {}, .event_bytes_max = 100});
  const Reread reread(proposal);
  EXPECT_EQ(Show(Judge()(reread.proposal_read.fired)), Show(Judge()(proposal.fired)));
  std::string kept;
  remediate::WriteSubject(subject, kept);
  EXPECT_EQ(reread.proposal_read.fired.firing.id,
            remediate::MakeFiring(RuleOf("match"), *remediate::ReadSubject(kept)).id);
}

TEST(ProposalTest, TheLargestEventHasRoom) {
  test::EngineDecoder decoder;
  const std::string path = "C:\\" + std::string(remediate::kSubjectPathMax - 3, 'p');
  const event::Event& event = decoder.Decode(Process(10)
                                                 .With("image", path)
                                                 .With("pimage", path)
                                                 .With("ppid", 9)
                                                 .With("guid", std::string(256, 'g'))
                                                 .With("asset", std::string(256, 'a')));
  const Proposal proposal = ProposeMatch(RuleOf("match"), remediate::SubjectOf(event, kOrigin),
                                         {.matched = {}, .event_bytes_max = 16u << 10});
  const Reread reread(proposal);
  EXPECT_EQ(Show(Judge()(reread.proposal_read.fired)), Show(Judge()(proposal.fired)));
}

// Windows of all rules on random events, each also cut into the shares of three owners.
class RandomProposalTest : public testing::Test {
 protected:
  uint64_t Below(uint64_t bound) { return random_() % bound; }
  EventJson RandomEvent() {
    static const std::vector<std::string> kTypes = {"PROCESS", "FILE", "NETWORK", "REGISTRY"};
    EventJson json(kTypes[Below(4)]);
    json.With("id", "e" + std::to_string(Below(100))).With("pid", static_cast<int64_t>(Below(8)));
    json.With("start", "2026-11-25T00:00:00Z").With("sha", std::string(64, 'A'));
    json.With("image", "C:\\Users\\u\\" + std::string(1 + Below(80), 'e') + ".exe");
    json.With("ppid", 7).With("pguid", "parent").With("pimage", "C:\\Users\\u\\parent.exe");
    json.With("file", "/tmp/" + std::to_string(Below(5))).With("fsha", std::string(64, 'b'));
    if (Below(8) == 0) json.Without("id");
    if (Below(8) == 0) json.Without("sha");
    if (Below(6) == 0) return json.Without("asset");
    return json.With("asset", "A" + std::to_string(Below(6)));
  }
  Fired RandomFiring() {
    const rule::Rule& rule = kRules->rules[1 + Below(kRules->rules.size() - 1)];
    test::Window window;
    for (uint64_t left = 1 + Below(40); left > 0; --left) window.Add(RandomEvent(), 1 + Below(3));
    std::vector<std::string> group;
    if (rule.arming_hash == "grouped") group = {"a1", "evil"};
    if (rule.arming_hash == "scheduled") group = {"a1"};
    const bool by_deadline = rule.arming_hash == "scheduled" || Below(5) == 0;
    return Fired(rule.arming_hash, by_deadline ? window.AtDeadline() : window.Completed(), group);
  }
  std::mt19937_64 random_{test::NumberFromEnvironment("RIPOSTE_SEED", 1)};
};

int32_t OwnerOf(std::string_view asset) { return asset.back() % 3; }

std::multiset<std::string> CommandsOf(const Decided& decided) {
  std::multiset<std::string> commands;
  for (const Action& action : decided.actions)
    if (action.proposal.command) commands.insert(action.proposal.command->id.ToString());
  return commands;
}

TEST_F(RandomProposalTest, WhatIsReadBackIsDecidedAsTheOriginal) {
  size_t proposed = 0, parts = 0;
  for (int i = 0; i < 300 && !HasFailure(); ++i) {
    const Fired fired = RandomFiring();
    const std::vector<Share> shares = SplitByOwner(fired.window, 0, OwnerOf);
    std::set<std::string> commands;
    uint32_t part = 0;
    for (const Share& share : shares) {
      EXPECT_EQ(share.fired.part, ++part);
      EXPECT_EQ(share.fired.parts, shares.size());
      EXPECT_EQ(share.fired.firing.id, fired.window.firing.id);
      commands.merge([&] {
        const std::multiset<std::string> all = CommandsOf(Judge()(share.fired));
        return std::set<std::string>(all.begin(), all.end());
      }());
      for (const remediate::Subject& target : share.fired.targets)
        EXPECT_EQ(share.owner, target.asset.id.empty() ? 0 : OwnerOf(target.asset.id));
      if (share.fired.targets.empty()) continue;
      ExpectSame({.fired = share.fired, .is_single_match = false, .evidence = {}});
      ++proposed;
      parts += share.fired.parts > 1 ? 1 : 0;
    }
    const std::multiset<std::string> whole = CommandsOf(Judge()(fired.window));
    EXPECT_EQ(commands, std::set<std::string>(whole.begin(), whole.end()))
        << "together they order what the firing orders";
  }
  EXPECT_GT(proposed, 300u);
  EXPECT_GT(parts, 100u);
}

TEST(SplitByOwnerTest, WhatNothingCanBeOrderedForIsTheSenders) {
  const Fired none("count", test::Window().Add(Process(1)).AtDeadline());
  std::vector<Share> shares = SplitByOwner(none.window, kNoState, OwnerOf);
  ASSERT_EQ(shares.size(), 1u);
  EXPECT_EQ(shares[0].owner, kNoState);
  EXPECT_EQ(shares[0].fired.parts, 1u);
  const Fired nobodys("count", test::Window().Add(Process(1).Without("asset")).Completed());
  shares = SplitByOwner(nobodys.window, kNoState, OwnerOf);
  ASSERT_EQ(shares.size(), 1u);
  EXPECT_EQ(shares[0].owner, kNoState);
}

TEST(SplitByOwnerTest, AShareIsSuchAsOneProposalHolds) {
  test::Window window;
  for (int64_t pid = 10; pid < 10 + static_cast<int64_t>(kTargetsMax); ++pid)
    window.Add(Process(pid).With("image", "C:\\" + std::string(1200, 'p')), 0b01);
  const Fired fired("all", window.Completed());
  ASSERT_EQ(fired.window.targets.size(), kTargetsMax);
  EXPECT_EQ(SplitByOwner(fired.window, OwnerOf("A1"), OwnerOf).size(), 1u) << "the sender's own";
  const std::vector<Share> shares = SplitByOwner(fired.window, kNoState, OwnerOf);
  EXPECT_GT(shares.size(), 3u);
  size_t targets = 0;
  for (const Share& share : shares) {
    EXPECT_EQ(share.owner, OwnerOf("A1"));
    targets += share.fired.targets.size();
    ExpectSame({.fired = share.fired, .is_single_match = false, .evidence = {}});
  }
  EXPECT_EQ(targets, kTargetsMax);
}

TEST(ProposalTest, WhatHasNoRoomIsLeftOutAndSaid) {
  test::Window window;
  for (int64_t i = 0; i < 40; ++i)
    window.Add(Process(10 + i)
                   .With("id", std::to_string(i) + std::string(250, 'i'))
                   .With("image", "C:\\" + std::string(300, 'p')));
  const Fired fired("count", window.Completed());
  Proposal proposal = fired.AsProposal();
  while (proposal.fired.targets.size() < 14)
    proposal.fired.targets.push_back(proposal.fired.targets.front());
  const Reread reread(proposal);
  const remediate::Firing& firing = reread.proposal_read.fired.firing;
  ASSERT_EQ(firing.event_ids.size(), 6u) << "the first and the last";
  EXPECT_EQ(firing.event_ids.front(), fired.window.firing.event_ids.front());
  EXPECT_EQ(firing.event_ids.back(), fired.window.firing.event_ids.back());
  EXPECT_EQ(firing.trigger_key, fired.window.firing.trigger_key);
  EXPECT_TRUE(reread.proposal_read.fired.cut);
  EXPECT_TRUE(AlertOf(reread.proposal_read).ends_with("\"truncated\":true}"));
  EXPECT_EQ(CommandsOf(Judge()(reread.proposal_read.fired)), CommandsOf(Judge()(proposal.fired)));
}

TEST(ProposalTest, WithoutRoomForItsKeyItIsNotWritten) {
  Fired fired("count", test::Window().Add(Process(1)).Completed());
  fired.window.firing.trigger_key = std::string(kProposalBytesMax, 'k');
  std::string out = "before";
  EXPECT_FALSE(WriteProposal(fired.AsProposal(), out));
  EXPECT_EQ(out, "before");
}

// By which alerts of `suppress` are told apart.
const std::string kDefinition(64, 'd');
trigger::AlertKey KeyOf(std::string key) {
  return {.definition = kDefinition, .key = std::move(key)};
}

TEST(ProposalTest, TheKeyOfItsAlertIsTold) {
  Fired fired("count", test::Window().Add(Process(1)).Completed());
  fired.window.alert_key = KeyOf(std::string(trigger::kSuppressKeyBytesMax, 'k'));
  const Proposal proposal = fired.AsProposal();
  ExpectSame(proposal);
  const Reread reread(proposal);
  ASSERT_TRUE(reread.proposal_read.fired.alert_key.has_value());
  EXPECT_EQ(reread.proposal_read.fired.alert_key->definition, kDefinition);
  EXPECT_EQ(reread.proposal_read.fired.alert_key->key, fired.window.alert_key->key);
  test::EngineDecoder decoder;
  const remediate::Subject event = remediate::SubjectOf(decoder.Decode(Process(10)), kOrigin);
  const Reread match(ProposeMatch(RuleOf("match"), event, {}, KeyOf("k")));
  ASSERT_TRUE(match.proposal_read.fired.alert_key.has_value());
  EXPECT_EQ(match.proposal_read.fired.alert_key->key, "k");
}

// It is told whether its alert is silent by who owns its asset.
TEST(ProposalTest, WithoutTargetsItIsToldWithItsKeyOnly) {
  Fired fired("count", test::Window().Add(Process(1)).AtDeadline());
  ASSERT_TRUE(fired.window.targets.empty());
  Proposal read;
  EXPECT_EQ(ReadProposal(Written(fired.AsProposal()), ProposalRules(*kRules), read),
            ProposalFault::kMalformed);
  fired.window.alert_key = KeyOf("k");
  ExpectSame(fired.AsProposal());
  EXPECT_NE(AlertOf(fired.AsProposal()).find("no_target_event"), std::string::npos);
  const std::vector<Share> shares = SplitByOwner(fired.window, kNoState, OwnerOf);
  ASSERT_EQ(shares.size(), 1u);
  EXPECT_EQ(shares[0].owner, OwnerOf("A1"));
  fired.window.event.asset.id = {};
  EXPECT_EQ(SplitByOwner(fired.window, kNoState, OwnerOf)[0].owner, kNoState);
}

// formats/proposal.v*.hex: what is sent, and read by later versions; a file there never changes.
class ProposalFormatTest : public testing::Test {
 protected:
  static std::string PathOf(const std::string& name) {
    return std::string(RIPOSTE_SOURCE_DIR) + "/tests/engine/pipeline/formats/" + name + ".hex";
  }
  static std::string Hex(std::string_view bytes) {
    std::string hex;
    for (size_t i = 0; i < bytes.size(); ++i) {
      const auto byte = static_cast<uint8_t>(bytes[i]);
      hex += {"0123456789abcdef"[byte >> 4u], "0123456789abcdef"[byte & 15u]};
      if (i % 40 == 39 || i + 1 == bytes.size()) hex += '\n';
    }
    return hex;
  }
  static std::string BytesOf(const std::string& name) {
    std::string bytes, digits;
    for (const char c : test::ReadFile(PathOf(name))) {
      if (c != '\n') digits += c;
      if (digits.size() < 2) continue;
      bytes += static_cast<char>(std::stoi(digits, nullptr, 16));
      digits.clear();
    }
    return bytes;
  }

  Fired fired_{
      "grouped", test::Window().Add(Process(10)).Add(Process(11)).Completed(), {"a1", "evil"}};
};

TEST_F(ProposalFormatTest, WhatIsWrittenIsTheSecond) {
  fired_.window.alert_key = KeyOf("key");
  const std::string bytes = Written(fired_.AsProposal());
  if (std::getenv("RIPOSTE_UPDATE_GOLDEN") != nullptr)
    std::ofstream(PathOf("proposal.v2"), std::ios::binary) << Hex(bytes);
  EXPECT_EQ(Hex(bytes), Hex(BytesOf("proposal.v2")));
}

TEST_F(ProposalFormatTest, TheFirstHadNoKeyAndIsRead) {
  const std::string bytes = BytesOf("proposal.v1");
  Proposal read;
  ASSERT_EQ(ReadProposal(bytes, ProposalRules(*kRules), read), ProposalFault::kNone);
  EXPECT_FALSE(read.fired.alert_key.has_value());
  EXPECT_EQ(Written(read), Written(fired_.AsProposal()));
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_EQ(ReadProposal(bytes.substr(0, size), ProposalRules(*kRules), read),
              ProposalFault::kMalformed)
        << size;
}

class ReadProposalTest : public testing::Test {
 protected:
  ProposalFault Read(const std::string& bytes) { return ReadProposal(bytes, rules_, read_); }
  static std::string Bytes() {
    Fired fired("all", test::Window().Add(Process(10), 1).Add(Process(11), 2).Completed());
    fired.window.alert_key = KeyOf("key");
    return Written(fired.AsProposal());
  }
  const std::string bytes_ = Bytes();
  const ProposalRules rules_{*kRules};
  Proposal read_;
};

TEST_F(ReadProposalTest, AnUnknownRuleIsToldFromDamage) {
  rule::RuleSet others = *kRules;
  const auto fault = [&] { return ReadProposal(bytes_, ProposalRules(others), read_); };
  EXPECT_EQ(fault(), ProposalFault::kNone);
  rule::Rule& rule = *std::ranges::find(others.rules, RuleOf("all").id, &rule::Rule::id);
  rule.version = "another";
  rule.remediation->mode = AutoMode::kDryRun;
  EXPECT_EQ(fault(), ProposalFault::kNone) << "it judges as the receiver's rule says";
  rule.arming_hash = "another";
  EXPECT_EQ(fault(), ProposalFault::kUnknownRule);
  rule.arming_hash = "all";
  rule.enabled = false;
  EXPECT_EQ(fault(), ProposalFault::kUnknownRule);
  rule.enabled = true;
  rule.fires = false;
  EXPECT_EQ(fault(), ProposalFault::kUnknownRule);
}

TEST_F(ReadProposalTest, WhatIsNotWholeIsMalformed) {
  EXPECT_EQ(Read(bytes_), ProposalFault::kNone);
  for (size_t size = 0; size < bytes_.size(); ++size)
    EXPECT_EQ(Read(bytes_.substr(0, size)), ProposalFault::kMalformed) << size;
  EXPECT_EQ(Read(bytes_ + "x"), ProposalFault::kMalformed);
}

TEST_F(ReadProposalTest, OtherVersionsAndSizesAreRefused) {
  std::string other = bytes_;
  other[0] = 3;
  EXPECT_EQ(Read(other), ProposalFault::kUnknownVersion);
  other[0] = 1;
  EXPECT_EQ(Read(other), ProposalFault::kMalformed) << "it had no key";
  other[0] = 0;
  EXPECT_EQ(Read(other), ProposalFault::kMalformed);
  EXPECT_EQ(Read(bytes_ + std::string(kProposalBytesMax + 1 - bytes_.size(), 'x')),
            ProposalFault::kTooLarge);
  EXPECT_EQ(Read(bytes_ + std::string(kProposalBytesMax - bytes_.size(), 'x')),
            ProposalFault::kMalformed);
}

TEST_F(ReadProposalTest, DamageIsRefusedOrReadsAsSomethingElse) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 5'000; ++i) {
    std::string damaged = bytes_;
    for (uint64_t left = 1 + random() % 3; left > 0; --left)
      damaged[random() % damaged.size()] = static_cast<char>(random());
    if (Read(damaged) == ProposalFault::kNone) Judge()(read_.fired);
  }
}

TEST(ProposalFaultTest, HasNames) {
  std::set<std::string_view> names;
  for (uint8_t i = 0; i < static_cast<uint8_t>(ProposalFault::kCount); ++i)
    names.insert(ProposalFaultName(static_cast<ProposalFault>(i)));
  EXPECT_EQ(names.size(), static_cast<size_t>(ProposalFault::kCount));
}

}  // namespace
}  // namespace riposte::pipeline
