// What a test does to topics from the outside, with a client of its own: not the code under test.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace riposte::test {

struct Written {
  int32_t partition = 0;
  int64_t offset = 0;
  std::string key;
  std::optional<std::string> value;
  bool operator==(const Written&) const = default;
};

enum class Isolation { kCommitted, kUncommitted };

class TopicAccess {
 public:
  explicit TopicAccess(std::string brokers) : brokers_(std::move(brokers)) {}

  void Create(const std::string& topic, int32_t partitions,
              const std::map<std::string, std::string>& config = {}) const;
  // A setting of the topic, as the broker tells it.
  std::string Setting(const std::string& topic, const std::string& name) const;
  void AddPartitions(const std::string& topic, int32_t total) const;
  void Delete(const std::string& topic) const;
  // Everything before `offset` expires.
  void DeleteBefore(const std::string& topic, int32_t partition, int64_t offset) const;

  struct Out {
    std::string key;
    std::optional<std::string> value;
  };
  void Write(const std::string& topic, int32_t partition, const std::vector<Out>& records,
             const std::string& codec = "none") const;
  // One transaction, which commits or aborts; returns once it has ended in every partition.
  void WriteInTransaction(const std::string& topic, int32_t partition,
                          const std::vector<Out>& records, bool commit) const;
  // `count` records with the values "<first>", "<first + 1>", ...
  void WriteNumbers(const std::string& topic, int32_t partition, int first, int count,
                    const std::string& codec = "none") const;

  // All that is in the topic now, by partition and offset.
  std::vector<Written> ReadAll(const std::string& topic,
                               Isolation isolation = Isolation::kCommitted) const;
  // By partition; -1: none.
  std::vector<int64_t> Committed(const std::string& group, const std::string& topic,
                                 int32_t partitions) const;
  // One past the last record, by partition.
  int64_t End(const std::string& topic, int32_t partition) const;

 private:
  std::string brokers_;
};

}  // namespace riposte::test
