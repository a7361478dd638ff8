#include "engine/remediate/subject.h"

#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "base/digest.h"
#include "engine/remediate/ids.h"
#include "engine/remediate/resolve.h"
#include "tests/support/engine_fixture.h"

namespace riposte::remediate {
namespace {

using test::EventJson;
using test::TimeAt;

const Origin kOrigin{.topic = "edr",
                     .partition = 2,
                     .offset = 17,
                     .index = 3,
                     .append_time = TimeAt("2026-11-25T01:00:01Z")};
const std::string kSha(64, 'A');
const std::vector<const char*> kTypes = {"FILE", "PROCESS", "NETWORK", "MUTEX", "REGISTRY", "DNS"};

EventJson Full(std::string_view type) {
  EventJson event(type);
  event.With("id", "0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c10");
  event.With("asset", "7e1f8f6c-52a1-4b6e-8f0e-0f5a3c1d9b21");
  event.With("pid", 4711).With("start", "2026-11-25T00:59:00Z").With("sha", kSha);
  event.With("image", "C:\\Users\\someone\\AppData\\Local\\Temp\\evil.exe");
  event.With("ppid", 200).With("pstart", "2026-11-24T00:00:00Z").With("psha", "not a hash");
  event.With("pimage", "C:\\Windows\\explorer.exe").With("pguid", "{G}");
  return event.With("file", "C:\\dropped.exe").With("fsha", kSha);
}

std::string Written(const Subject& subject) {
  std::string bytes;
  WriteSubject(subject, bytes);
  return bytes;
}

std::string Show(const Subject::Process& process) {
  std::string text = process.pid ? std::to_string(*process.pid) : "-";
  for (const std::optional<Time>& time : {process.started_at, process.started_not_after})
    text += time ? " " + std::to_string(ToMs(*time)) : " -";
  for (const std::string_view part : {process.guid, process.image}) text += "|" + std::string(part);
  return text + "|" + process.sha256.Hex();
}

// All that a subject tells, but for how it is held.
std::string Show(const Subject& subject) {
  std::string text = TriggerKey(subject) + "|" + std::string(subject.event_id);
  text += "|" + std::string(subject.origin.topic);
  for (const int64_t number :
       {int64_t{subject.origin.partition}, subject.origin.offset, int64_t{subject.origin.index},
        ToMs(subject.append_time()), ToMs(subject.event_time), int64_t{subject.is_snapshot},
        static_cast<int64_t>(subject.type)})
    text += "|" + std::to_string(number);
  for (const std::string_view part :
       {subject.asset.id, subject.asset.name, subject.asset.platform, subject.file.path})
    text += "|" + std::string(part);
  return text + "|" + subject.file.sha256.Hex() + "|" + Show(subject.process) + "|" +
         Show(subject.parent);
}

// Both live as long as this.
struct Made {
  explicit Made(const std::string& json) : subject(SubjectOf(decoder.Decode(json), kOrigin)) {}
  explicit Made(const EventJson& json) : Made(json.Text()) {}
  test::EngineDecoder decoder;
  Subject subject;
};

TEST(SubjectTest, ReadsWhatWasWritten) {
  for (const char* type : kTypes) {
    for (const EventJson& json :
         {Full(type), Full(type).Without("id"), Full(type).Without("time").Without("asset"),
          Full(type).Without("start").With("start_max", "2026-11-25T00:00:00Z"),
          Full(type).With("pid", -1).With("sha", ""), EventJson(type)}) {
      const Made made(json);
      const std::string bytes = Written(made.subject);
      const std::optional<Subject> read = ReadSubject(bytes);
      ASSERT_TRUE(read) << json.Text();
      EXPECT_EQ(Show(*read), Show(made.subject)) << json.Text();
      EXPECT_EQ(Written(*read), bytes) << json.Text();
    }
  }
}

TEST(SubjectTest, ASnapshotStaysOne) {
  std::string json = Full("PROCESS").Text();
  json.insert(1, R"("snapshot":true,)");
  const Made made(json);
  EXPECT_TRUE(made.subject.is_snapshot);
  EXPECT_TRUE(ReadSubject(Written(made.subject))->is_snapshot);
  EXPECT_FALSE(Made(Full("PROCESS")).subject.is_snapshot);
}

TEST(SubjectTest, HoldsWhatEventsOfItsTypeCanOrderSomethingFor) {
  const auto has = [](const char* type) {
    const Made made(Full(type));
    return std::string(made.subject.process.pid ? "process " : "") +
           (made.subject.parent.pid ? "parent " : "") +
           (made.subject.file.path.empty() ? "" : "file");
  };
  EXPECT_EQ(has("FILE"), "file");
  EXPECT_EQ(has("PROCESS"), "process parent ");
  EXPECT_EQ(has("NETWORK"), "process ");
  EXPECT_EQ(has("MUTEX"), "process ");
  EXPECT_EQ(has("REGISTRY"), "");
  EXPECT_EQ(has("DNS"), "");
}

// What is ordered for what was kept is what is ordered for the event.
TEST(SubjectTest, TheSameIsProposed) {
  const rule::Rule rule = test::KillRule("x", rule::AutoMode::kEnforce, rule::Target::kParent);
  for (const char* type : kTypes) {
    const Made made(Full(type));
    const std::string bytes = Written(made.subject);
    const Subject kept = *ReadSubject(bytes);
    for (const Action action : ActionsOf(rule)) {
      const Time now = TimeAt("2026-11-25T01:00:05Z");
      const Proposal live = Propose(action, MakeFiring(rule, made.subject), made.subject, {}, now);
      const Proposal later = Propose(action, MakeFiring(rule, kept), kept, {}, now);
      EXPECT_EQ(later.refusal, live.refusal);
      ASSERT_EQ(later.command.has_value(), live.command.has_value());
      if (live.command) {
        EXPECT_EQ(ToJson(*later.command), ToJson(*live.command));
      }
    }
  }
}

TEST(SubjectTest, IsSmall) {
  for (const char* type : kTypes) EXPECT_LT(Written(Made(Full(type)).subject).size(), 400u) << type;
}

TEST(SubjectTest, WhatIdentifiesIsWholeOrLeftOut) {
  struct Case {
    const char* key;
    size_t most;
    size_t (*size_of)(const Subject&);
  };
  const std::vector<Case> cases = {
      {"id", kSubjectIdMax, [](const Subject& s) { return s.event_id.size(); }},
      {"asset", kSubjectIdMax, [](const Subject& s) { return s.asset.id.size(); }},
      {"guid", kSubjectIdMax, [](const Subject& s) { return s.process.guid.size(); }},
      {"image", kSubjectPathMax, [](const Subject& s) { return s.process.image.size(); }},
      {"pimage", kSubjectPathMax, [](const Subject& s) { return s.parent.image.size(); }},
      {"sha", kSubjectHashMax, [](const Subject& s) { return s.process.sha256.text.size(); }},
      {"file", kSubjectPathMax, [](const Subject& s) { return s.file.path.size(); }}};
  for (const Case& each : cases) {
    const auto kept = [&](size_t size) {
      const bool of_file = each.key == std::string_view("file");
      const std::string bytes = Written(
          Made(Full(of_file ? "FILE" : "PROCESS").With(each.key, std::string(size, 'x'))).subject);
      return each.size_of(*ReadSubject(bytes));
    };
    EXPECT_EQ(kept(each.most), each.most) << each.key;
    EXPECT_EQ(kept(each.most + 1), 0u) << each.key;
  }
}

TEST(SubjectTest, NamesAreCutWithinNoCharacter) {
  const std::string name = std::string(kSubjectNameMax - 1, 'x');
  const std::string bytes = Written(Made(Full("FILE").With("host", name + "\xc3\xa9")).subject);
  EXPECT_EQ(ReadSubject(bytes)->asset.name, name);
}

TEST(SubjectTest, AnIdThatIsTooLongGivesWayToTheRecordsPlace) {
  const Made made(Full("PROCESS").With("id", std::string(kSubjectIdMax + 1, 'x')));
  const std::string bytes = Written(made.subject);
  EXPECT_EQ(TriggerKey(*ReadSubject(bytes)), TriggerKey(kOrigin, made.subject.record));
}

TEST(SubjectTest, IsBoundedWhateverTheEventHolds) {
  const std::string hostile(100'000, '\x01');
  EventJson json("PROCESS");
  for (const char* key :
       {"id", "asset", "host", "platform", "guid", "image", "sha", "pguid", "pimage", "psha"})
    for (const size_t size : {kSubjectHashMax, kSubjectIdMax, kSubjectPathMax, hostile.size()}) {
      json.With(key, hostile.substr(0, size));
      Made made(json);
      made.subject.origin.topic = hostile;
      const std::string bytes = Written(made.subject);
      EXPECT_LE(bytes.size(), kSubjectBytesMax);
      EXPECT_TRUE(ReadSubject(bytes));
    }
}

TEST(SubjectTest, AnyTimesAndPlacesAreKept) {
  constexpr int64_t kLow = std::numeric_limits<int64_t>::min();
  constexpr int64_t kHigh = std::numeric_limits<int64_t>::max();
  for (const int64_t event_time : {kLow, int64_t{0}, kHigh})
    for (const int64_t append_time : {kLow, int64_t{-1}, kHigh}) {
      Subject subject;
      subject.event_id = "e";
      subject.event_time = TimeFromMs(event_time);
      subject.process.pid = kHigh;
      subject.process.started_at = TimeFromMs(append_time);
      subject.origin = {.topic = "t",
                        .partition = std::numeric_limits<int32_t>::min(),
                        .offset = append_time,
                        .index = std::numeric_limits<uint32_t>::max(),
                        .append_time = TimeFromMs(append_time)};
      const std::string bytes = Written(subject);
      EXPECT_EQ(Show(*ReadSubject(bytes)), Show(subject));
    }
}

TEST(SubjectTest, TruncatedBytesAreNone) {
  for (const char* type : kTypes) {
    const std::string bytes = Written(Made(Full(type).Without("id")).subject);
    for (size_t size = 0; size < bytes.size(); ++size)
      EXPECT_FALSE(ReadSubject(std::string_view(bytes).substr(0, size))) << type << " " << size;
    EXPECT_FALSE(ReadSubject(bytes + '\0'));
  }
}

// Nothing beyond the bytes is read (asan), and what is read can be written and read again.
TEST(SubjectTest, RandomBytes) {
  std::mt19937_64 random(20261125);
  std::vector<std::string> seeds(1);
  for (const char* type : kTypes) seeds.push_back(Written(Made(Full(type)).subject));
  size_t readable = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string bytes = seeds[random() % seeds.size()];
    if (bytes.empty()) bytes.resize(random() % 64);
    if (bytes.empty()) continue;
    for (size_t changes = 1 + random() % 3; changes > 0; --changes)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    const std::optional<Subject> read = ReadSubject(bytes);
    if (!read) continue;
    ++readable;
    const std::string again = Written(*read);
    const std::optional<Subject> reread = ReadSubject(again);
    ASSERT_TRUE(reread);
    ASSERT_EQ(Show(*reread), Show(*read));
  }
  EXPECT_GT(readable, 1000u);
}

TEST(FileHashTest, HasOneSpelling) {
  EXPECT_EQ((FileHash{.text = "AbC"}.Hex()), "abc");
  const std::string raw = Sha256("x");
  EXPECT_EQ((FileHash{.text = raw, .is_raw = true}.Hex()), Sha256Hex("x"));
}

// However long its texts are: what identifies the event, the asset and the process goes last.
TEST(SubjectTest, IsKeptWithinABound) {
  std::mt19937 random(3);
  for (int round = 0; round < 400; ++round) {
    EventJson json(kTypes[random() % kTypes.size()]);
    for (const char* key : {"id", "asset", "host", "platform", "guid", "image", "sha", "pguid",
                            "pimage", "psha", "file", "fsha"}) {
      constexpr size_t kLengths[] = {0, 10, 127, 128, 250, 256, 1'000, 4'096, 5'000};
      const size_t length = kLengths[random() % std::size(kLengths)];
      if (length == 0)
        json.Without(key);
      else
        json.With(key, std::string(length, 'x'));
    }
    json.With("pid", 4711).With("start", "2026-11-25T00:59:00Z").With("ppid", 200);
    const Made made(json);
    for (const size_t bound : {kSubjectBytesLeast, size_t{1'536}, kSubjectBytesMax}) {
      std::string bytes = "before";
      WriteSubjectWithin(bound, made.subject, bytes);
      bytes.erase(0, 6);
      ASSERT_LE(bytes.size(), bound);
      const std::optional<Subject> read = ReadSubject(bytes);
      ASSERT_TRUE(read);
      if (Written(made.subject).size() <= bound) EXPECT_EQ(bytes, Written(made.subject));
      EXPECT_EQ(read->asset.id, ReadSubject(Written(made.subject))->asset.id);
      EXPECT_EQ(read->event_id, ReadSubject(Written(made.subject))->event_id);
      EXPECT_EQ(read->event_time, made.subject.event_time);
      if (bound < kSubjectBytesMax && read->process.image.empty()) continue;
      EXPECT_EQ(read->process.pid, made.subject.process.pid) << "its image went first";
    }
  }
}

TEST(SubjectTest, OfALongPathTheProcessIsKept) {
  const Made made(Full("PROCESS").With("image", std::string(4'000, 'x')));
  std::string bytes;
  WriteSubjectWithin(1'536, made.subject, bytes);
  const std::optional<Subject> read = ReadSubject(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->process.image, "");
  EXPECT_EQ(read->process.pid, 4711);
  EXPECT_EQ(read->process.started_at, made.subject.process.started_at);
  EXPECT_EQ(read->event_id, made.subject.event_id);
}

}  // namespace
}  // namespace riposte::remediate
