#include "tests/simulation/event_source.h"

#include <array>
#include <utility>

#include "base/json.h"
#include "engine/pipeline/owner.h"

namespace riposte::sim {

// One JSON object, member by member.
class EventSource::Members {
 public:
  void Text(std::string_view key, std::string_view text) {
    std::string quoted;
    json::AppendQuoted(text, quoted);
    Raw(key, quoted);
  }
  void Raw(std::string_view key, std::string_view value) {
    text_ += text_.empty() ? "{" : ",";
    text_.append("\"").append(key).append("\":").append(value);
  }
  std::string Close() && { return text_ + "}"; }

 private:
  std::string text_;
};

namespace {

constexpr int32_t kEpoch = 0;
// So many assets have events at a time; they go on to the next ones as time goes on, since of an
// asset little is ordered that was not ordered before.
constexpr size_t kAssetsOfAPartition = 8, kAssetsAtATime = 4;
constexpr size_t kEventsOfAnAsset = 100;
constexpr uint64_t kSharedProcesses = 3;
constexpr uint64_t kHostsOfAnInput = 3;

// Those whose events are in that input, by its number.
std::vector<std::string> AssetsOf(const Layout& layout, size_t input) {
  const PartitionId& id = layout.inputs[input];
  const int32_t count = PartitionCount(layout, id.topic);
  std::vector<std::string> assets;
  for (int number = 0; assets.size() < kAssetsOfAPartition; ++number) {
    std::string asset = "asset-" + id.topic + "-" + std::to_string(number);
    if (!layout.is_keyed) asset += "-" + std::to_string(input);
    if (!layout.is_keyed || pipeline::OwnerOf(asset, count) == id.partition)
      assets.push_back(std::move(asset));
  }
  return assets;
}

}  // namespace

EventSource::EventSource(KafkaModel& kafka, const Layout& layout, const Events& events,
                         Random random)
    : kafka_(kafka), layout_(layout), events_(events), left_(events.records), random_(random) {
  for (size_t input = 0; input < layout_.inputs.size(); ++input)
    assets_.push_back(AssetsOf(layout_, input));
}

void EventSource::Tick(Time now) {
  EndDue(now);
  if (left_ == 0 || !random_.Chance(100)) return;
  // Mostly single ones, at times a burst.
  size_t count = random_.Chance(50) ? 40 : static_cast<size_t>(random_.Between(1, 3));
  for (; count > 0 && left_ > 0; --count) {
    const size_t input = static_cast<size_t>(random_.Below(layout_.inputs.size()));
    const PartitionId& id = layout_.inputs[input];
    if (random_.Chance(10) && !open_.contains(id)) Open(id, now);
    Record record = Make(input, now);
    if (const auto open = open_.find(id); open != open_.end()) {
      kafka_.log(id).AppendOpen(open->second.producer, kEpoch, record.key, record.value, now);
      open->second.records.push_back(std::move(record));
    } else {
      AppendPlain(id, std::move(record), now);
    }
  }
}

void EventSource::AppendPlain(const PartitionId& id, Record record, Time now) {
  kafka_.log(id).Append(record.key, record.value, now);
  --left_;
}

void EventSource::Open(const PartitionId& id, Time now) {
  open_[id] = {.producer = next_producer_++,
               .ends = now + random_.Span(1, 300),
               .commits = random_.Chance(500),
               .records = {}};
}

void EventSource::EndDue(Time now) {
  for (auto next = open_.begin(); next != open_.end();) {
    const auto at = next++;
    OpenTransaction& open = at->second;
    if (now < open.ends) continue;
    kafka_.log(at->first).End(open.producer, open.commits, now);
    // What was aborted comes again.
    for (Record& record : open.records) {
      if (left_ == 0) break;
      if (open.commits) {
        --left_;
      } else {
        AppendPlain(at->first, std::move(record), now);
      }
    }
    open_.erase(at);
  }
}

EventSource::Record EventSource::Make(size_t input, Time now) {
  Record& last = last_[layout_.inputs[input]];
  if (random_.Chance(30)) return last;
  const std::string asset = PickAsset(input);
  last.key = layout_.is_keyed ? asset : "key-" + std::to_string(random_.Below(100));
  if (random_.Chance(20)) {
    last.value.reset();
  } else if (random_.Chance(50)) {
    last.value = Broken();
  } else {
    last.value = Event(input, asset, now);
  }
  return last;
}

const std::string& EventSource::PickAsset(size_t input) {
  const size_t first = static_cast<size_t>(next_event_) / kEventsOfAnAsset;
  return assets_[input][(first + random_.Below(kAssetsAtATime)) % kAssetsOfAPartition];
}

std::string EventSource::Event(size_t input, const std::string& asset, Time now) {
  Members members;
  constexpr std::array<std::string_view, 5> kTypes = {"PROCESS", "PROCESS", "NETWORK", "FILE",
                                                      "REGISTRY"};
  members.Text("type", kTypes[random_.Below(kTypes.size())]);
  const std::string number = std::to_string(next_event_++);
  if (!random_.Chance(50)) members.Text("id", "event-" + number);
  const uint64_t time = random_.Below(100);
  if (time >= 10) members.Text("time", FormatTime(now - random_.Span(0, events_.old_max.count())));
  if (time < 3 && events_.far_future) members.Text("time", "2099-01-01T00:00:00Z");
  if (time == 5) members.Text("time", "yesterday");
  if (!random_.Chance(40)) members.Text("asset", asset);
  members.Text("host", "host-" + std::to_string(input) + "-" +
                           std::to_string(random_.Below(kHostsOfAnInput)));
  members.Text("platform", "Windows");
  constexpr std::array<std::string_view, 17> kNames = {
      kKillName,   kKillName,     kKillName,     kDryRunName,   kIsolateName, kAlertName,
      "plain",     kRepeatedName, kRepeatedName, kRepeatedName, kVariedName,  kVariedName,
      kVariedName, kNearName,     kNearName,     kEachName,     "other"};
  const std::string name(random_.Chance(events_.named_share) ? kNames[random_.Below(kNames.size())]
                                                             : "plain");
  // Several values at times, so that several rules match.
  members.Raw("name", random_.Chance(50) ? "[\"" + name + "\",\"EVIL\",\"ransom\",\"varied\"]"
                                         : "\"" + name + "\"");
  AddTargets(number, now, members);
  if (random_.Chance(30)) members.Raw("snapshot", "true");
  if (random_.Chance(20)) members.Raw("odd", "\"\xff\xfe\\ud800\"");
  if (random_.Chance(20)) members.Raw("image", "1e999");
  if (random_.Chance(10)) members.Text("filler", std::string(20'000, 'x'));
  std::string text = std::move(members).Close();
  return random_.Chance(20) ? "\xef\xbb\xbf" + text : text;
}

// Some events are about one of few processes and files, which are acted on once.
void EventSource::AddTargets(const std::string& number, Time now, Members& members) {
  const bool is_shared = random_.Chance(250);
  const uint64_t which = random_.Below(kSharedProcesses);
  const std::string hash = is_shared ? "5" + std::to_string(which) : number;
  const std::string pid = std::to_string(1000 + (is_shared ? which : random_.Below(9000)));
  if (!random_.Chance(50)) members.Raw("pid", random_.Chance(30) ? "4" : pid);
  const Time start = is_shared ? Time{} : now - random_.Span(1, 100'000);
  if (!random_.Chance(50)) members.Text("start", FormatTime(start));
  if (random_.Chance(100)) members.Text("guid", "{" + number + "}");
  members.Text("image", "C:\\Users\\u\\evil.exe");
  if (!random_.Chance(50)) members.Text("sha", "ab" + hash);
  if (!random_.Chance(50)) members.Text("file", "C:\\Users\\u\\drop.exe");
  if (!random_.Chance(50)) members.Text("fsha", "cd" + hash);
}

std::string EventSource::Broken() {
  switch (random_.Below(5)) {
    case 0:
      return "{\"type\":\"PROCESS\",\"name\":\"evil\"";
    case 1:
      return "[\"evil\"]";
    case 2:
      return "";
    case 3:
      return "{\"a\":" + std::string(1100, '[') + std::string(1100, ']') + "}";
    default:
      return "evil";
  }
}

}  // namespace riposte::sim
