#!/usr/bin/env bash
# What `riposte run` takes with 4, 16 and 32 partitions (`./dev bench --partitions`): resident memory at its highest,
# threads, and transactions a second while it reads the same events, exactly once. One JSON line a figure on stdout, as
# the other benchmarks print; the reference of each is the figure with 4 partitions.
#
#   partitions.sh EVENTS.ndjson [ROUNDS]     events of the profile windows-nxlog, written ROUNDS times, by default 6
#
# The broker is its own and goes away at the end. In turns, each as a new group with topics of its own and as many state
# tasks as partitions; the first turn is the warm-up. Medians of three. Transactions are those between the first sample of
# /metrics with committed records and the first one with all of them. Threads are the most that were seen.
#
# RIPOSTE_BENCH_RULES are other rules than those of rules/library.
# RIPOSTE (default build/release/riposte) names another program, RIPOSTE_BENCH_PORT another port.
# Exit codes: 0 measured, 1 failed, 3 usage, 77 Java, Maven, kcat, jq or curl is missing.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
riposte=${RIPOSTE:-$root/build/release/riposte}
rules=${RIPOSTE_BENCH_RULES:-$root/rules/library}
kafka=$root/tests/support/kafka/kafka.sh
port=${RIPOSTE_BENCH_PORT:-29392}
metrics=127.0.0.1:$((port + 5))
brokers=127.0.0.1:$port
turns=3
sizes=(4 16 32)
engine=''

[ $# -ge 1 ] || { echo "usage: partitions.sh EVENTS.ndjson [ROUNDS]" >&2; exit 3; }
events=$1
rounds=${2:-6}
for program in kcat jq curl java; do
  command -v $program >/dev/null || { echo "partitions.sh: $program is missing" >&2; exit 77; }
done

work=$(mktemp -d "${TMPDIR:-/tmp}/riposte-partitions.XXXXXX")
fail() { echo "partitions.sh: $*" >&2; tail -n 5 "$work"/*.log >&2 2>/dev/null || true; exit 1; }
cleanup() {
  [ -z "$engine" ] || { kill -KILL "$engine" && wait "$engine"; } 2>/dev/null || true
  "$kafka" stop "$work/broker" --kill >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

write_events() { # PARTITIONS
  local i
  "$kafka" topic "$work/broker" "winlog-$1" "$1" message.timestamp.type=LogAppendTime || fail "no topic"
  for ((i = 0; i < rounds; i++)); do
    kcat -P -q -b "$brokers" -t "winlog-$1" -K "$(printf '\t')" -z lz4 -X partitioner=murmur2_random <"$work/keyed.txt" ||
      fail "the events cannot be written"
  done
}

# "RECORDS TRANSACTIONS" that are committed, as the engine counts them.
committed() {
  { curl -s "http://$metrics/metrics" || true; } | awk '
    /^riposte_events_consumed_total/ { records += $2 }
    /^riposte_transactions_total.*"committed"/ { transactions = $2 }
    END { printf "%d %d\n", records, transactions }'
}
status_of() { awk -v name="$1:" '$1 == name { print $2 }' "/proc/$engine/status"; }

# One run; sets figures to "BYTES THREADS TRANSACTIONS_A_SECOND".
run_engine() { # PARTITIONS TURN
  local name=$1-$2 now count=0 transactions=0 first=0 first_transactions=0 threads=0 seen deadline
  "$riposte" run --brokers "$brokers" --rules "$rules" --listen "$metrics" \
    --set inputs.topics="winlog-$1=windows-nxlog" --set inputs.start=earliest --set kafka.group="bench-$name" \
    --set kafka.topic_prefix="bench-$name." --set kafka.partitions="$1" --set kafka.replication_factor=1 \
    --set engine.workers=2 --set state.directory="$work/state-$name" 2>"$work/engine-$name.log" >/dev/null &
  engine=$!
  deadline=$((SECONDS + 300))
  while [ "$count" -lt "$total" ]; do
    kill -0 "$engine" 2>/dev/null || fail "riposte run has ended"
    [ $SECONDS -lt $deadline ] || fail "$count of $total records after 300 s"
    sleep 0.02
    read -r count transactions < <(committed)
    now=$(date +%s%N)
    seen=$(status_of Threads)
    [ "$seen" -le "$threads" ] || threads=$seen
    if [ "$first" = 0 ] && [ "$count" -gt 0 ]; then first=$now first_transactions=$transactions; fi
  done
  [ "$now" -gt "$first" ] || fail "too few records: all were committed at the first look"
  figures=$(awk -v kilobytes="$(status_of VmHWM)" -v threads="$threads" -v count=$((transactions - first_transactions)) \
    -v ns=$((now - first)) 'BEGIN { printf "%d %d %.3f", kilobytes * 1024, threads, count / ns * 1e9 }')
  kill -TERM "$engine"
  wait "$engine" || fail "riposte run ended with $?"
  engine=''
}

"$kafka" start "$work/broker" "$port" --benchmark || exit $?
jq -rc '"\(.Hostname // "" | tostring | gsub("[\\t\\n\\r]"; " "))\t\(.)"' "$events" >"$work/keyed.txt" || fail "$events is not NDJSON"
total=$(($(wc -l <"$work/keyed.txt") * rounds))
for size in "${sizes[@]}"; do write_events "$size"; done
for ((turn = 0; turn <= turns; turn++)); do
  for size in "${sizes[@]}"; do
    run_engine "$size" "$turn"
    echo "turn $turn: $size partitions, bytes, threads, transactions/s $figures" >&2
    [ $turn = 0 ] || echo "$size $figures" >>"$work/figures.txt"
  done
done
jq -Rsc '
  ["resident_memory", "threads", "transactions"] as $names | ["bytes", "threads", "transactions/s"] as $units |
  [split("\n")[] | select(. != "") | split(" ") | map(tonumber)] | group_by(.[0]) |
  map({size: .[0][0], of: (map(.[1:]) | transpose |
    map(sort | .[length / 2 | floor] as $median | {value: $median, spread: ((.[-1] - .[0]) / $median)}))}) |
  . as $all | range(3) as $i | $all[] |
  {name: "kafka_\($names[$i])_\(.size)_partitions", value: .of[$i].value, unit: $units[$i],
   reference: "kafka_\($names[$i])_\($all[0].size)_partitions", ratio: (.of[$i].value / $all[0].of[$i].value),
   spread: .of[$i].spread}' "$work/figures.txt"
