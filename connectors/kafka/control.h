// The control topic: what the operators said, read whole at start and followed.
#pragma once

#include <memory>

#include "base/result.h"
#include "base/time.h"
#include "connectors/kafka/options.h"
#include "engine/pipeline/ports.h"

namespace riposte::kafka {

class KafkaControl final : public pipeline::Control {
 public:
  // Starts to read `<topic_prefix>control`, which is created if it is missing and `create_topics`
  // is set. Errors as KafkaConnector::Create. While no broker answers, the reader goes on trying.
  static Result<std::unique_ptr<KafkaControl>> Create(const Options& options);
  ~KafkaControl() override;

  std::shared_ptr<const Snapshot> Read() const override;
  // Returns when every in-sync replica has the record. kUnavailable: no broker took it within 10 s;
  // it was not written. kUncertain: the answer was lost. kPermission, kNotFound: the topic may not
  // be written, or is not there. After EndWithin()'s deadline: kCancelled, it was not written.
  Status Write(const pipeline::ControlRecord& record) override;
  void EndWithin(Duration deadline) override;

  // Waits until the topic was read to its end once. kTimeout, with the reason why not, after
  // `timeout`; at once if the reason is not one that waiting mends.
  Status WaitComplete(Duration timeout) const;
  // Whether the reader follows the topic now.
  Status Ready() const;

 private:
  struct Impl;
  explicit KafkaControl(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace riposte::kafka
