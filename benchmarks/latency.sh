#!/usr/bin/env bash
# From an event to its command, exactly once, on a warm and idle broker (`./dev bench --latency`): what `riposte run` takes
# beside a bare transactional hop of the same client. One JSON line a figure on stdout, as the other benchmarks print.
#
#   latency.sh [COUNT]     events of each turn, by default 500
#
# One event at a time, 20 a second at most, each of an asset of its own, for a rule of high severity that isolates it. An
# outside reader, read_committed, takes the time from the event's append at the broker (bench_latency):
#   hop           bench_hop sends the event on in a transaction with its offset
#   command       the task that reads the event has the asset's orders and decides: one transaction
#   shuffled      the topic's keys are others, so the event is told to the asset's task, which decides: two transactions
# Turns of each, one after the other, so that all see the same machine; the first is the warm-up. Of a turn p50 and p99;
# the median of five turns and their spread.
#
# RIPOSTE, BENCH_HOP and BENCH_LATENCY name other programs than those of build/release, RIPOSTE_BENCH_PORT another port.
# Exit codes: 0 measured, 1 failed, 3 usage, 77 Java, Maven, kcat, jq or curl is missing.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
riposte=${RIPOSTE:-$root/build/release/riposte}
hop=${BENCH_HOP:-$root/build/release/benchmarks/bench_hop}
latency=${BENCH_LATENCY:-$root/build/release/benchmarks/bench_latency}
kafka=$root/tests/support/kafka/kafka.sh
port=${RIPOSTE_BENCH_PORT:-29392}
brokers=127.0.0.1:$port
count=${1:-500}
turns=5
interval_ms=50
pids=()

[[ $count =~ ^[1-9][0-9]*$ ]] || { echo "usage: latency.sh [COUNT]" >&2; exit 3; }
for program in kcat jq curl java; do
  command -v $program >/dev/null || { echo "latency.sh: $program is missing" >&2; exit 77; }
done

work=$(mktemp -d "${TMPDIR:-/tmp}/riposte-latency.XXXXXX")
fail() { echo "latency.sh: $*" >&2; tail -n 5 "$work"/*.log >&2 2>/dev/null || true; exit 1; }
cleanup() {
  local pid
  for pid in "${pids[@]}"; do { kill -KILL "$pid" && wait "$pid"; } 2>/dev/null || true; done
  "$kafka" stop "$work/broker" --kill >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# Waits until "$@" succeeds; at most 60 s.
wait_for() {
  local deadline=$((SECONDS + 60))
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $deadline ] || return 1
    sleep 0.1
  done
}

write_inputs() {
  mkdir "$work/rules"
  cat >"$work/rules/rule.yaml" <<'YAML'
id: 9b1f6c1e-7d0a-4a53-8f27-3a6d2c5e0001
name: What the latency benchmark looks for
severity: high
query: 'type: PROCESS and process.name: `latency.exe`'
trigger:
  single_match: {}
remediation: {auto: enforce, action: quarantine_asset}
YAML
  jq -nc '{id: "RTP_@ASSET@", type: "PROCESS", action: "CREATED", dateTime: "@TIME@", eventSource: "EDR",
    process: {processName: "latency.exe", pid: 5724, arguments: "latency.exe", processUniqueId: "77"},
    asset: {agentId: "@ASSET@", hostName: "@ASSET@", platform: "WINDOWS"}}' >"$work/event.json"
}

armed() {
  [ "$("$riposte" control show --brokers "$brokers" --format json |
    jq '[.[] | select(.key | startswith("arming/"))] | length')" -ge 1 ]
}

start_engine() {
  "$riposte" run --brokers "$brokers" --rules "$work/rules" --listen "127.0.0.1:$((port + 5))" \
    --set inputs.topics=home=qualys-edr,away=qualys-edr --set inputs.start=earliest \
    --set remediation.enforcement=enabled --set remediation.arming_period=0s --set remediation.kill_file= \
    --set kafka.replication_factor=1 --set engine.workers=2 --set state.directory="$work/state" \
    2>"$work/engine.log" >/dev/null &
  pids+=($!)
  wait_for curl -sf "http://127.0.0.1:$((port + 5))/readyz" || fail "riposte run does not get ready"
  wait_for armed || fail "the rule was not armed"
}

start_hop() {
  "$hop" "$brokers" hop hop-out bench-hop >"$work/hop.out" 2>"$work/hop.log" &
  pids+=($!)
  wait_for grep -q ready "$work/hop.out" || fail "bench_hop does not get ready"
}

# One turn; adds "P50 P99" in seconds to $work/NAME.txt, each the smallest value that as many are not above.
turn() { # RUN NAME INPUT OUTPUT home|away
  local found
  "$latency" "$brokers" "$3" "$4" "$count" $interval_ms "$5" <"$work/event.json" >"$work/turn.txt" 2>"$work/latency.log" ||
    fail "no latencies of $2"
  found=$(sort -g "$work/turn.txt" | awk '
    { value[NR] = $1 / 1e6 }
    function at(share, i) { i = int(NR * share); return value[i < NR * share ? i + 1 : i] }
    END { printf "%.6f %.6f", at(0.5), at(0.99) }')
  echo "turn $1: $2 p50 and p99 $found s" >&2
  [ "$1" = 0 ] || echo "$found" >>"$work/$2.txt"
}

# {"p50": {"value": the median, "spread": (most - least) / median}, "p99": likewise} of the turns.
summary() {
  jq -Rsc '[split("\n")[] | select(. != "") | split(" ") | map(tonumber)] | transpose | map(sort |
    {value: .[length / 2 | floor], spread: ((.[-1] - .[0]) / .[length / 2 | floor])}) | {p50: .[0], p99: .[1]}' "$work/$1.txt"
}

"$kafka" start "$work/broker" "$port" --benchmark || exit $?
for topic in home away hop; do
  "$kafka" topic "$work/broker" $topic 4 message.timestamp.type=LogAppendTime || fail "no topic"
done
"$kafka" topic "$work/broker" hop-out 4 || fail "no topic"
write_inputs
start_engine
start_hop
for ((i = 0; i <= turns; i++)); do
  turn "$i" hop hop hop-out home
  turn "$i" command home riposte.commands home
  turn "$i" shuffled away riposte.commands away
done
# What went through the shuffle, and nothing else did.
told=$(curl -s "http://127.0.0.1:$((port + 5))/metrics" | awk '/^riposte_proposals_total.*"sent"/ { printf "%d", $2 }')
[ "$told" = $((count * (turns + 1))) ] || fail "$told events went through the shuffle, not $((count * (turns + 1)))"
jq -nc --argjson hop "$(summary hop)" --argjson command "$(summary command)" --argjson shuffled "$(summary shuffled)" '
  ({name: "latency_hop", of: $hop}, {name: "latency_command", of: $command}, {name: "latency_command_shuffled", of: $shuffled}) |
  . as $figure | ("p50", "p99") |
  {name: "\($figure.name)_\(.)", value: $figure.of[.].value, unit: "s", reference: "latency_hop_\(.)",
   ratio: ($figure.of[.].value / $hop[.].value), spread: $figure.of[.].spread}'
