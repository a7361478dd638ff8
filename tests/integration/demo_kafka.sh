#!/usr/bin/env bash
# The demonstration over a real broker: `riposte run` is a process of its own, dies by kill -9 in the middle, is started again, and an
# independent read_committed reader (kcat) must see exactly the expected command ids, none twice.
#
#   demo_kafka.sh [BINARY]      default: build/release/riposte
#
# Exit codes: 0 equal, 1 not, 77 Java, Maven or kcat are missing.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
riposte=$(realpath "${1:-$root/build/release/riposte}")
port=${RIPOSTE_DEMO_PORT:-29192}
work=$(mktemp -d "${TMPDIR:-/tmp}/riposte-demo-kafka.XXXXXX")
kafka=$root/tests/support/kafka/kafka.sh
brokers=127.0.0.1:$port
engine=''

say() { printf '\033[1m==\033[0m %s\n' "$*"; }
fail() { echo "demo_kafka.sh: $*" >&2; tail -5 "$work"/engine*.log >&2 2>/dev/null || true; exit 1; }
cleanup() {
  [ -z "$engine" ] || kill -9 "$engine" 2>/dev/null || true
  "$kafka" stop "$work/kafka" >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap cleanup EXIT

command -v kcat >/dev/null || { echo "demo_kafka.sh: kcat is missing" >&2; exit 77; }

# All values of a topic as an independent reader sees them; $2: read_committed or read_uncommitted.
read_topic() {
  kcat -C -q -b "$brokers" -t "riposte.$1" -o beginning -e -X isolation.level="$2" 2>/dev/null
}
committed_ids() { read_topic commands read_committed | jq -r .id; }

# Waits until "$@" succeeds; at most 60 s.
wait_for() {
  local i
  for ((i = 0; i < 600; i++)); do
    "$@" >/dev/null 2>&1 && return 0
    sleep 0.1
  done
  return 1
}

start_engine() {
  "$riposte" run --brokers "$brokers" --rules "$work/rules" --listen 127.0.0.1:0 \
    --set inputs.topics=demo-events=qualys-edr --set inputs.start=earliest \
    --set remediation.enforcement=enabled --set remediation.arming_period=0s \
    --set remediation.max_age_kill=10m --set remediation.kill_file= \
    --set state.directory="$work/state" --set kafka.replication_factor=1 \
    --set kafka.properties=session.timeout.ms=6000 2>"$work/engine$1.log" &
  engine=$!
}

all_armed() {
  local enforcing
  enforcing=$(grep -lE '^ *auto: enforce' "$work"/rules/*.yaml | wc -l)
  [ "$("$riposte" control show --brokers "$brokers" --format json |
    jq '[.[] | select(.key | startswith("arming/"))] | length')" -ge "$enforcing" ]
}
consumed() { read_topic audit read_committed | jq -s '[.[] | select(.kind == "counts") | .consumed] | add // 0'; }
consumed_at_least() { [ "$(consumed)" -ge "$1" ]; }

say "a real Apache Kafka on $brokers"
"$kafka" start "$work/kafka" "$port"
# The partition's time is the broker's, as an operator would set it up.
"$kafka" topic "$work/kafka" demo-events 4 message.timestamp.type=LogAppendTime

say "riposte run, a process of its own"
# The rules come first: what enforces is armed by a record on the control topic, and only later events are acted on.
"$riposte" demo --emit "$work"
start_engine 1
wait_for all_armed || fail "the rules were not armed"

say "an intrusion on three assets"
"$riposte" demo --emit "$work"
total=$(wc -l <"$work/events.ndjson")
produce() { jq -rc '"\(.asset.agentId)\t\(.)"' | kcat -P -q -b "$brokers" -t demo-events -K "$(printf '\t')" -X partitioner=murmur2_random; }
head -n $((total / 2)) "$work/events.ndjson" | produce
wait_for consumed_at_least 1 || fail "nothing was consumed"
tail -n +$((total / 2 + 1)) "$work/events.ndjson" | produce

say "kill -9 in the middle, after $(consumed) of $total events"
kill -9 "$engine"
wait "$engine" 2>/dev/null || true
start_engine 2
wait_for consumed_at_least "$total" || fail "$(consumed) of $total events were consumed"
kill -TERM "$engine"
wait "$engine" || fail "riposte run ended with $?"
engine=''

say "what an independent read_committed reader sees"
read_topic alerts read_committed | jq -r '
  "\(.event_time[11:19])  \(.rule.name)  \(.event_type) on \(.asset.name)",
  (.actions[] | "            \(.action): \(.outcome)\(if .reason == "" then "" else " (" + .reason + ")" end)  \(.target // "")")'
committed_ids | sort >"$work/seen.txt"
sort "$work/expected-command-ids.txt" >"$work/expected.txt"
twice=$(uniq -d "$work/seen.txt" | wc -l)
echo
echo "events: $total produced, $(consumed) accounted for by the audit"
echo "commands: $(wc -l <"$work/expected.txt") expected, $(wc -l <"$work/seen.txt") committed, $twice twice"
echo "records on the commands topic, aborted copies included: $(read_topic commands read_uncommitted | wc -l)"
[ "$(consumed)" = "$total" ] || fail "the counts do not add up"
cmp -s "$work/expected.txt" "$work/seen.txt" || { diff "$work/expected.txt" "$work/seen.txt" || true; fail "the command ids differ"; }
say "equal: each command once, through the crash"
