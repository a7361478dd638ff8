// The configuration: one table of keys, four layers (flag > environment > file > default), and
// where each value came from.
//
// A key is written `section: {key: ...}` in the file, RIPOSTE_SECTION__KEY in the environment and
// `--set section.key=...` as a flag. Lists are separated by commas in the environment and in flags;
// maps are `name=value` pairs separated by commas.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/time.h"
#include "rules/text/diagnostic.h"

namespace riposte::app {

using Map = std::map<std::string, std::string>;

// The values, by section. The defaults stand in the table (Keys()), not here.
struct Config {
  struct Rules {
    std::vector<std::string> paths, profiles;
    Duration rescan_interval{};
  } rules;
  struct Inputs {
    Map topics;  // topic -> profile
    std::string start, on_expired;
  } inputs;
  struct Kafka {
    std::string brokers, group, instance_id, delivery, topic_prefix;
    bool create_topics = false;
    int64_t partitions = 0, replication_factor = 0, prefetch_bytes = 0;
    Map properties;
  } kafka;
  struct Engine {
    int64_t workers = 0, batch_records = 0, output_bytes = 0;
    int64_t event_bytes_max = 0, dead_letter_bytes_max = 0;
    Duration commit_interval{}, commit_interval_backlog{};
  } engine;
  struct Remediation {
    std::string enforcement, kill_file;
    Duration arming_period{};
    Duration max_age_kill{}, max_age_file{}, max_age_isolate{};
    Duration ttl_kill{}, ttl_file{}, ttl_isolate{};
    int64_t orders_max = 0;
    std::vector<std::string> protected_processes, protected_files, protected_assets;
  } remediation;
  struct State {
    std::string directory;
  } state;
  struct Http {
    std::string listen;
  } http;
  struct Log {
    std::string level, format;
  } log;
};

// One row of the table.
struct Key {
  // Returns the member of a configuration that the key sets.
  using Slot =
      std::variant<std::string*, int64_t*, bool*, Duration*, std::vector<std::string>*, Map*>;
  std::string_view name;  // "section.key"
  Slot (*slot)(Config&);
  std::string_view default_text;  // in the form of the environment; empty lists and maps are empty
  std::string_view example;       // in the same form
  std::string_view description;   // one sentence without a full stop
  std::string_view choices = {};  // "a|b": the only values; empty: any
  int64_t least = 0;              // of a number; of a duration, in milliseconds
};
std::span<const Key> Keys();
const Key* FindKey(std::string_view name);
std::string EnvironmentName(const Key& key);  // "RIPOSTE_KAFKA__BROKERS"
std::string_view TypeName(
    const Key& key);  // "text", "number", "true or false", "duration", "list", "map"

// Sets the key in `config` from the form of the environment; what is wrong with the text, or empty.
std::string AssignText(const Key& key, std::string_view text, Config& config);

enum class Origin { kDefault, kFile, kEnvironment, kFlag };
std::string_view OriginName(Origin origin);  // "default", "file", "environment", "flag"

// What a key was set to, in the form of the environment, secrets in clear.
struct Setting {
  const Key* key = nullptr;
  std::string text;
  Origin origin = Origin::kDefault;
  std::string place;  // "riposte.yaml:3", the variable's name, or empty
};

// The layers above the defaults.
struct Layers {
  std::optional<std::string> file;                               // path; must exist if given
  std::vector<std::pair<std::string, std::string>> environment;  // all variables of the process
  std::vector<std::pair<std::string, std::string>> flags;  // key name, text; the last one counts
};

struct Resolved {
  Config config;
  std::vector<Setting> settings;  // one for each key, in the table's order
};

// All that is wrong at once, each with its place: unknown keys and values that do not fit. Nothing
// if there was an error.
std::optional<Resolved> Resolve(const Layers& layers, text::Diagnostics& diagnostics);

// The variables of this process.
std::vector<std::pair<std::string, std::string>> ProcessEnvironment();

// The setting's text with passwords and keys replaced by "(redacted)".
std::string Redacted(const Setting& setting);

// kafka.properties, with those apart that are secrets (from the environment only).
struct KafkaSettings {
  Map properties, secrets;
};
KafkaSettings SplitSecrets(const Config& config);

// deploy/riposte.yaml and the table of docs/operations.md, written from Keys().
std::string ExampleFile();
std::string MarkdownTable();

}  // namespace riposte::app
