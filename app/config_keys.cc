#include <algorithm>

#include <fmt/format.h>

#include "app/config.h"
#include "base/check.h"

namespace riposte::app {
namespace {

template <auto kSection, auto kMember>
Key::Slot SlotOf(Config& config) {
  return &(config.*kSection.*kMember);
}

constexpr Key kKeys[] = {
    {"rules.paths", SlotOf<&Config::rules, &Config::Rules::paths>, "/etc/riposte/rules",
     "/etc/riposte/rules,/srv/rules",
     "Rule files and folders of rule files; a change goes live within 2 s"},
    {"rules.profiles", SlotOf<&Config::rules, &Config::Rules::profiles>, "",
     "/etc/riposte/profiles",
     "Folders with event profiles of your own, beside those that ship; read at start"},
    {"rules.rescan_interval",
     SlotOf<&Config::rules, &Config::Rules::rescan_interval>,
     "10s",
     "1m",
     "How often the rules' bytes are compared, for file systems without change notices",
     {},
     1000},
    {"inputs.topics", SlotOf<&Config::inputs, &Config::Inputs::topics>, "",
     "edr-events=qualys-edr,winlog=windows-nxlog",
     "Topics to read detection events from, each with the profile of its events"},
    {"inputs.start", SlotOf<&Config::inputs, &Config::Inputs::start>, "", "latest",
     "Where a group without any committed offset begins; it must be chosen before the first run",
     "earliest|latest"},
    {"inputs.on_expired", SlotOf<&Config::inputs, &Config::Inputs::on_expired>, "fail", "earliest",
     "What to do when a committed offset is no longer in the topic; all but fail skips or repeats "
     "events",
     "fail|earliest|latest"},
    {"kafka.brokers", SlotOf<&Config::kafka, &Config::Kafka::brokers>, "localhost:9092",
     "kafka-1:9092,kafka-2:9092", "Bootstrap brokers"},
    {"kafka.group", SlotOf<&Config::kafka, &Config::Kafka::group>, "riposte", "riposte-emea",
     "Consumer group; instances of one group share the work"},
    {"kafka.instance_id", SlotOf<&Config::kafka, &Config::Kafka::instance_id>, "", "engine-1",
     "Static membership: one distinct name for each instance; empty: dynamic"},
    {"kafka.delivery", SlotOf<&Config::kafka, &Config::Kafka::delivery>, "exactly_once",
     "at_least_once",
     "at_least_once does without transactions and without windows, and may repeat outputs with the "
     "same ids",
     "exactly_once|at_least_once"},
    {"kafka.topic_prefix", SlotOf<&Config::kafka, &Config::Kafka::topic_prefix>, "riposte.",
     "soc.riposte.", "Prefix of the topics that Riposte writes"},
    {"kafka.create_topics", SlotOf<&Config::kafka, &Config::Kafka::create_topics>, "true", "false",
     "Whether missing output topics are created at start; else they are an error"},
    {"kafka.partitions",
     SlotOf<&Config::kafka, &Config::Kafka::partitions>,
     "4",
     "12",
     "Partitions of output topics that are created",
     {},
     1},
    {"kafka.replication_factor",
     SlotOf<&Config::kafka, &Config::Kafka::replication_factor>,
     "-1",
     "3",
     "Replicas of output topics that are created; -1: the broker's default",
     {},
     -1},
    {"kafka.prefetch_bytes",
     SlotOf<&Config::kafka, &Config::Kafka::prefetch_bytes>,
     "67108864",
     "268435456",
     "Memory for records fetched ahead, over all partitions",
     {},
     1'048'576},
    {"kafka.properties", SlotOf<&Config::kafka, &Config::Kafka::properties>, "",
     "security.protocol=SASL_SSL,sasl.mechanism=SCRAM-SHA-512,sasl.username=riposte,"
     "sasl.password_file=/run/secrets/kafka",
     "Any property of librdkafka; `<name>_file` reads the property's value from a file"},
    {"engine.workers", SlotOf<&Config::engine, &Config::Engine::workers>, "0", "4",
     "Worker threads; 0: one for each processor"},
    {"engine.batch_records",
     SlotOf<&Config::engine, &Config::Engine::batch_records>,
     "1000",
     "5000",
     "Most records of one batch",
     {},
     1},
    {"engine.output_bytes",
     SlotOf<&Config::engine, &Config::Engine::output_bytes>,
     "4194304",
     "8388608",
     "Bytes of output after which a transaction is committed",
     {},
     1024},
    {"engine.event_bytes_max",
     SlotOf<&Config::engine, &Config::Engine::event_bytes_max>,
     "1048588",
     "8388608",
     "Largest event; set it to the topics' max.message.bytes",
     {},
     1024},
    {"engine.dead_letter_bytes_max",
     SlotOf<&Config::engine, &Config::Engine::dead_letter_bytes_max>,
     "65536",
     "16384",
     "How much of a rejected record its dead letter keeps",
     {},
     0},
    {"engine.commit_interval", SlotOf<&Config::engine, &Config::Engine::commit_interval>, "100ms",
     "50ms", "Time between two commits of a partition"},
    {"engine.commit_interval_backlog",
     SlotOf<&Config::engine, &Config::Engine::commit_interval_backlog>, "500ms", "1s",
     "The same while a partition is behind"},
    {"remediation.enforcement", SlotOf<&Config::remediation, &Config::Remediation::enforcement>,
     "disabled", "enabled",
     "Whether commands may be more than a dry run at all; the rule and its arming decide then",
     "disabled|enabled"},
    {"remediation.kill_file", SlotOf<&Config::remediation, &Config::Remediation::kill_file>,
     "/etc/riposte/STOP", "/run/riposte/STOP",
     "While a file of this name exists, nothing is enforced"},
    {"remediation.arming_period", SlotOf<&Config::remediation, &Config::Remediation::arming_period>,
     "24h", "72h", "How long a new or changed enforcing rule only runs dry"},
    {"remediation.max_age_kill", SlotOf<&Config::remediation, &Config::Remediation::max_age_kill>,
     "1h", "15m", "Oldest event that orders a kill by itself"},
    {"remediation.max_age_file", SlotOf<&Config::remediation, &Config::Remediation::max_age_file>,
     "24h", "2h", "Oldest event that orders a quarantine of a file by itself"},
    {"remediation.max_age_isolate",
     SlotOf<&Config::remediation, &Config::Remediation::max_age_isolate>, "24h", "2h",
     "Oldest event that orders an isolation by itself"},
    {"remediation.ttl_kill", SlotOf<&Config::remediation, &Config::Remediation::ttl_kill>, "1h",
     "10m", "How long a kill may wait for its agent"},
    {"remediation.ttl_file", SlotOf<&Config::remediation, &Config::Remediation::ttl_file>, "7d",
     "1d", "How long a quarantine of a file may wait for its agent"},
    {"remediation.ttl_isolate", SlotOf<&Config::remediation, &Config::Remediation::ttl_isolate>,
     "365d", "30d", "How long an isolation may wait for its agent"},
    {"remediation.orders_max",
     SlotOf<&Config::remediation, &Config::Remediation::orders_max>,
     "100000",
     "1000000",
     "Most orders that a task remembers, so that nothing is ordered twice",
     {},
     1},
    {"remediation.protected_processes",
     SlotOf<&Config::remediation, &Config::Remediation::protected_processes>, "",
     "/opt/backup/bin/*,C:\\Program Files\\Backup\\**",
     "Images whose processes are never killed and files never taken, beside those that ship"},
    {"remediation.protected_files",
     SlotOf<&Config::remediation, &Config::Remediation::protected_files>, "", "/srv/share/**",
     "Files that are never quarantined, beside those that ship"},
    {"remediation.protected_assets",
     SlotOf<&Config::remediation, &Config::Remediation::protected_assets>, "", "dc-01,dc-02",
     "Ids or names of assets that are never acted upon"},
    {"state.directory", SlotOf<&Config::state, &Config::State::directory>, "/var/lib/riposte",
     "/srv/riposte",
     "What must survive a restart beside Kafka: the last good rules, the instance's name, crashes "
     "by record, control records of embedded runs; and what rules with windows have counted "
     "(folder windows), lest a start read it all from Kafka"},
    {"http.listen", SlotOf<&Config::http, &Config::Http::listen>, "127.0.0.1:9465", "0.0.0.0:9465",
     "Address and port of /metrics, /livez and /readyz; empty: none"},
    {"log.level", SlotOf<&Config::log, &Config::Log::level>, "info", "debug",
     "Least level that is logged", "debug|info|warn|error"},
    {"log.format", SlotOf<&Config::log, &Config::Log::format>, "json", "text",
     "One JSON object a line, or text for people", "json|text"},
};
static_assert(std::size(kKeys) <= 40, "more keys than an operator can know");

// A value of the environment's form as YAML.
std::string ToYaml(const Key& key, std::string_view text) {
  Config scratch;
  const Key::Slot slot = key.slot(scratch);
  const std::string problem = AssignText(key, text, scratch);
  RIPOSTE_CHECK(problem.empty(), "the value of " + std::string(key.name) + " " + problem);
  if (std::vector<std::string>* const* list = std::get_if<std::vector<std::string>*>(&slot)) {
    std::vector<std::string> quoted;
    for (const std::string& item : **list) quoted.push_back("'" + item + "'");
    return fmt::format("[{}]", fmt::join(quoted, ", "));
  }
  if (Map* const* map = std::get_if<Map*>(&slot)) {
    std::vector<std::string> pairs;
    for (const auto& [name, value] : **map) pairs.push_back(fmt::format("{}: '{}'", name, value));
    return fmt::format("{{{}}}", fmt::join(pairs, ", "));
  }
  if (std::holds_alternative<std::string*>(slot)) return fmt::format("'{}'", text);
  return std::string(text);
}

std::string Markdown(std::string_view text) {
  return text.empty() ? "(empty)" : fmt::format("`{}`", text);
}

}  // namespace

std::span<const Key> Keys() { return kKeys; }

const Key* FindKey(std::string_view name) {
  for (const Key& key : kKeys) {
    if (key.name == name) return &key;
  }
  return nullptr;
}

std::string EnvironmentName(const Key& key) {
  std::string name = "RIPOSTE_";
  for (const char c : key.name) {
    if (c == '.') {
      name += "__";
    } else {
      name += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    }
  }
  return name;
}

std::string_view TypeName(const Key& key) {
  constexpr std::string_view kNames[] = {"text",     "number", "true or false",
                                         "duration", "list",   "map"};
  Config scratch;
  return kNames[key.slot(scratch).index()];
}

std::string ExampleFile() {
  std::string out =
      "# Configuration of Riposte: every key with its default. A line that begins with '#   ' is "
      "an example.\n"
      "# The environment (RIPOSTE_SECTION__KEY) and flags (--set section.key=value) come before "
      "this file;\n"
      "# `riposte config show --resolved` prints what holds and where it came from.\n";
  std::string_view section;
  for (const Key& key : Keys()) {
    const size_t dot = key.name.find('.');
    if (key.name.substr(0, dot) != section) {
      section = key.name.substr(0, dot);
      out += fmt::format("\n{}:\n", section);
    }
    const std::string_view name = key.name.substr(dot + 1);
    out += fmt::format("  # {}", key.description);
    if (!key.choices.empty()) out += fmt::format(" ({})", key.choices);
    out += fmt::format(".\n  #   {}: {}\n", name, ToYaml(key, key.example));
    out += fmt::format("  {}: {}\n", name, ToYaml(key, key.default_text));
  }
  return out;
}

std::string MarkdownTable() {
  std::string out =
      "| key | type | default | example | meaning |\n| --- | --- | --- | --- | --- |\n";
  for (const Key& key : Keys()) {
    std::string type(key.choices.empty() ? TypeName(key) : key.choices);
    std::replace(type.begin(), type.end(), '|', '/');  // a bar would end the cell
    out += fmt::format("| `{}` | {} | {} | {} | {} |\n", key.name, type, Markdown(key.default_text),
                       Markdown(key.example), key.description);
  }
  return out;
}

}  // namespace riposte::app
