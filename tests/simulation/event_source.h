// What the endpoints send during a run: events that rules match and do not, odd and broken ones,
// records that come twice, and records of transactions that are aborted or stay open for a while.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulation/layout.h"

namespace riposte::sim {

// The rules of a run, by what an event's `name` has to be.
inline constexpr std::string_view kKillName = "evil";       // kill and quarantine, enforced
inline constexpr std::string_view kDryRunName = "watched";  // the same, dry
inline constexpr std::string_view kIsolateName = "ransom";  // isolate the asset, enforced
inline constexpr std::string_view kAlertName = "noted";     // an alert alone
// In windows of an asset's: three of them isolate it; two with different pids kill and quarantine.
inline constexpr std::string_view kRepeatedName = "repeated";
inline constexpr std::string_view kVariedName = "varied";
// In windows of other groups, which some other task may own, so that the asset's is asked in turn;
// both dry: who orders first on an asset would depend on races. Two of a host's; one of each id.
inline constexpr std::string_view kNearName = "near";
inline constexpr std::string_view kEachName = "each";

class EventSource {
 public:
  struct Events {
    size_t records = 0;          // in all, those of aborted transactions not counted
    Duration old_max{5000};      // of an event, when it is sent for the first time
    bool far_future = true;      // some are stamped so
    uint64_t named_share = 300;  // of 1,000 events: with a name that may be a rule's
  };

  // `kafka` and `layout` outlive it.
  EventSource(KafkaModel& kafka, const Layout& layout, const Events& events, Random random);

  // Appends some, now and then.
  void Tick(Time now);
  // Everything is appended and no transaction is open.
  bool done() const { return left_ == 0 && open_.empty(); }

 private:
  struct Record {
    std::string key;
    std::optional<std::string> value;
  };
  struct OpenTransaction {
    int64_t producer = 0;
    Time ends{};
    bool commits = false;
    std::vector<Record> records;
  };
  void AppendPlain(const PartitionId& id, Record record, Time now);
  void Open(const PartitionId& id, Time now);
  void EndDue(Time now);
  Record Make(size_t input, Time now);
  class Members;
  const std::string& PickAsset(size_t input);
  std::string Event(size_t input, const std::string& asset, Time now);
  void AddTargets(const std::string& number, Time now, Members& members);
  std::string Broken();

  KafkaModel& kafka_;
  const Layout& layout_;
  const Events events_;
  std::vector<std::vector<std::string>> assets_;  // by input
  size_t left_;
  Random random_;
  int64_t next_event_ = 0;
  int64_t next_producer_ = 1'000'000;  // far from those of the model's coordinator
  std::map<PartitionId, OpenTransaction> open_;
  std::map<PartitionId, Record> last_;  // of each partition, to be sent again
};

}  // namespace riposte::sim
