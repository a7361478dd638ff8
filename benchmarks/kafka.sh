#!/usr/bin/env bash
# Kafka to Kafka, exactly once, by `riposte run`, against the same client that only consumes the same topic from the
# same broker. One JSON line a figure on stdout, as the other benchmarks print.
#
#   kafka.sh [--kafka-streams] EVENTS.ndjson [ROUNDS]
#       events of the profile windows-nxlog; written ROUNDS times, by default 12: commits come twice a second, so a run
#       has to take a few seconds
#
# --kafka-streams: a bare filter in Kafka Streams over the same topic as well, which lets through about one event in a
# hundred (those of one EventID). Its figures are taken from the first record on, and once more as the engine's are.
#
# The broker is its own and goes away at the end. Median of five runs each, every one as a new group that reads from
# the beginning. Start-up does not count: for the reference the time runs from the first record to the last, for the
# engine from the first sample of /metrics with committed records to the first one with all of them; what was committed
# by the first sample does not count either.
#
# RIPOSTE_BENCH_RULES are other rules than those of rules/library.
# RIPOSTE_BENCH_PREFETCH is another kafka.prefetch_bytes for the engine than the default.
# RIPOSTE (default build/release/riposte) and BENCH_CONSUME name other programs, RIPOSTE_BENCH_PORT another port.
# Exit codes: 0 measured, 1 failed, 3 usage, 77 Java (for Streams a JDK), Maven, kcat, jq or curl is missing.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
riposte=${RIPOSTE:-$root/build/release/riposte}
consume=${BENCH_CONSUME:-$root/build/release/benchmarks/bench_consume}
kafka=$root/tests/support/kafka/kafka.sh
streams=$root/benchmarks/kafka_streams/streams.sh
port=${RIPOSTE_BENCH_PORT:-29392}
metrics=127.0.0.1:$((port + 5))
brokers=127.0.0.1:$port
topic=winlog
runs=5
engine=''
settings=()
[ -z "${RIPOSTE_BENCH_PREFETCH:-}" ] || settings=(--set "kafka.prefetch_bytes=$RIPOSTE_BENCH_PREFETCH")

with_streams=0
if [ "${1:-}" = --kafka-streams ]; then with_streams=1; shift; fi
[ $# -ge 1 ] || { echo "usage: kafka.sh [--kafka-streams] EVENTS.ndjson [ROUNDS]" >&2; exit 3; }
events=$1
rules=${RIPOSTE_BENCH_RULES:-$root/rules/library}
rounds=${2:-12}
for program in kcat jq curl java; do
  command -v $program >/dev/null || { echo "kafka.sh: $program is missing" >&2; exit 77; }
done
[ $with_streams = 0 ] || "$streams" fetch || exit $?

work=$(mktemp -d "${TMPDIR:-/tmp}/riposte-bench.XXXXXX")
fail() { echo "kafka.sh: $*" >&2; tail -n 5 "$work"/*.log >&2 2>/dev/null || true; exit 1; }
cleanup() {
  [ -z "$engine" ] || { kill -KILL "$engine" && wait "$engine"; } 2>/dev/null || true
  "$kafka" stop "$work/broker" --kill >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# Records whose transactions are committed, as the engine counts them.
committed() {
  { curl -s "http://$metrics/metrics" || true; } | awk '/^riposte_events_consumed_total/ { sum += $2 } END { printf "%d\n", sum }'
}

# One run of the engine; sets exactly_once to "RECORDS SECONDS".
run_engine() {
  local run=$1 now count=0 first=0 first_count=0 deadline
  "$riposte" run --brokers "$brokers" --rules "$rules" --listen "$metrics" \
    --set inputs.topics="$topic=windows-nxlog" --set inputs.start=earliest --set kafka.group="bench-$run" \
    --set kafka.topic_prefix="bench-$run." --set kafka.replication_factor=1 --set engine.workers=2 \
    --set state.directory="$work/state-$run" "${settings[@]}" 2>"$work/engine-$run.log" >/dev/null &
  engine=$!
  deadline=$((SECONDS + 300))
  while [ "$count" -lt "$total" ]; do
    kill -0 "$engine" 2>/dev/null || fail "riposte run has ended"
    [ $SECONDS -lt $deadline ] || fail "$count of $total records after 300 s"
    sleep 0.02
    count=$(committed)
    now=$(date +%s%N)
    if [ "$first" = 0 ] && [ "$count" -gt 0 ]; then first=$now first_count=$count; fi
  done
  kill -TERM "$engine"
  wait "$engine" || fail "riposte run ended with $?"
  engine=''
  [ "$first_count" -lt "$total" ] || fail "too few records: all were committed at the first look"
  exactly_once=$(awk -v records=$((total - first_count)) -v ns=$((now - first)) \
    'BEGIN { printf "%d %.6f", records, ns / 1e9 }')
}

# The text with the EventID that nearest to one in a hundred of the events have.
rare_text() {
  jq -rc 'select(.EventID != null) | "\"EventID\":\(.EventID | tojson),"' "$events" | sort | uniq -c |
    awk -v wanted="$(($(wc -l <"$work/keyed.txt") / 100))" '
      { off = $1 > wanted ? $1 - wanted : wanted - $1 }
      NR == 1 || off < least { least = off; found = $2 }
      END { print found }'
}

# One run of Kafka Streams into a topic of its own; sets streams_all and streams_committed to "RECORDS SECONDS", and checks
# what came out.
run_streams() {
  local run=$1 output=streams-$1 count
  "$kafka" topic "$work/broker" "$output" 4 || fail "no topic"
  "$streams" filter "$brokers" "$topic" "$output" "streams-$run" "$text" "$work/streams-state-$run" \
    >"$work/streams.txt" 2>"$work/streams-$run.log" || fail "Kafka Streams has failed"
  { read -r streams_all; read -r streams_committed; } <"$work/streams.txt"
  count=$(kcat -C -q -e -b "$brokers" -t "$output" -X isolation.level=read_committed -f '.' | wc -c)
  [ "$count" = $((matching * rounds)) ] || fail "Kafka Streams wrote $count records, not $((matching * rounds))"
}

# Lines "RECORDS SECONDS" -> {"rate": the median, "spread": (fastest - slowest) / median}.
summary() {
  jq -Rsc '[split("\n")[] | select(. != "") | split(" ") | map(tonumber) | .[0] / .[1]] | sort |
    {rate: .[length / 2 | floor], spread: ((.[-1] - .[0]) / .[length / 2 | floor])}'
}

"$kafka" start "$work/broker" "$port" --benchmark || exit $?
"$kafka" topic "$work/broker" "$topic" 4 message.timestamp.type=LogAppendTime || fail "no topic"
jq -rc '"\(.Hostname // "" | tostring | gsub("[\\t\\n\\r]"; " "))\t\(.)"' "$events" >"$work/keyed.txt" || fail "$events is not NDJSON"
for ((i = 0; i < rounds; i++)); do
  kcat -P -q -b "$brokers" -t "$topic" -K "$(printf '\t')" -z lz4 -X partitioner=murmur2_random <"$work/keyed.txt" ||
    fail "the events cannot be written"
done
total=$(($(wc -l <"$work/keyed.txt") * rounds))
if [ $with_streams = 1 ]; then
  text=$(rare_text)
  [ -n "$text" ] || fail "the events have no EventID"
  matching=$(grep -cF -- "$text" "$work/keyed.txt")
  echo "kafka.sh: Kafka Streams looks for '$text' which $matching of $((total / rounds)) events have" >&2
fi

# In turns, so that all see the same machine. The first of each is the warm-up.
for ((i = 0; i <= runs; i++)); do
  read_only=$("$consume" "$brokers" "$topic" "consume-$i") || fail "bench_consume failed"
  run_engine "$i"
  echo "run $i: consume only $read_only s, exactly once $exactly_once s" >&2
  if [ $with_streams = 1 ]; then
    run_streams "$i"
    echo "run $i: Kafka Streams $streams_all s, after its first commit $streams_committed s" >&2
  fi
  [ $i = 0 ] && continue
  echo "$read_only" >>"$work/consume.txt"
  echo "$exactly_once" >>"$work/engine.txt"
  [ $with_streams = 0 ] || { echo "$streams_all" >>"$work/streams-all.txt"; echo "$streams_committed" >>"$work/streams-committed.txt"; }
done
jq -nc --argjson consume "$(summary <"$work/consume.txt")" --argjson engine "$(summary <"$work/engine.txt")" '
  {name: "kafka_consume_only", value: $consume.rate, unit: "records/s", reference: "kafka_consume_only", ratio: 1,
   spread: $consume.spread},
  {name: "kafka_exactly_once", value: $engine.rate, unit: "records/s", reference: "kafka_consume_only",
   ratio: ($engine.rate / $consume.rate), spread: $engine.spread}'
[ $with_streams = 1 ] || exit 0
jq -nc --argjson consume "$(summary <"$work/consume.txt")" --argjson engine "$(summary <"$work/engine.txt")" \
  --argjson all "$(summary <"$work/streams-all.txt")" --argjson committed "$(summary <"$work/streams-committed.txt")" '
  ({name: "kafka_streams", of: $all}, {name: "kafka_streams_after_first_commit", of: $committed}) |
  {name, value: .of.rate, unit: "records/s", reference: "kafka_consume_only", ratio: (.of.rate / $consume.rate),
   spread: .of.spread},
  {name: "kafka_exactly_once", value: $engine.rate, unit: "records/s", reference: .name,
   ratio: ($engine.rate / .of.rate), spread: $engine.spread}'
