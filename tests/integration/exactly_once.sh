#!/usr/bin/env bash
# Proves exactly once through a real Kafka: two engines share four partitions; while they work, one is killed with
# SIGKILL inside an open transaction and started again, the other is stopped (SIGSTOP) inside one for longer than
# its session and continued. Then an independent read_committed reader (kcat) must see that
#   - the audit's counts cover each input record exactly once, in ranges without a gap or an overlap;
#   - the matches are those of `riposte replay --naive` on the same file, and so are the commands and their ids;
#   - no id of an alert or a command is there twice;
#   - aborted copies are there for a read_uncommitted reader: without them nothing would have been tested.
#
#   exactly_once.sh RIPOSTE
#
# RIPOSTE_SCENARIO_COUNT    events that are generated (20000)
# RIPOSTE_SCENARIO_EVENTS   NDJSON file in the windows-nxlog format to use instead
# RIPOSTE_SCENARIO_SECONDS  how long the producing takes (30); the faults need about 20
# RIPOSTE_SCENARIO_KEEP     leaves everything in the temporary folder
set -euo pipefail
RIPOSTE=$(realpath "$1")
SOURCE_DIR=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$SOURCE_DIR/tests/integration/lib.sh"

seconds=${RIPOSTE_SCENARIO_SECONDS:-30}
kills=0
stops=0

# Short transactions, one after the other: a fault hits one with records in it soon.
settings+=(--set engine.commit_interval=10ms --set engine.commit_interval_backlog=10ms)

# Stops the engine at a moment at which it has an open transaction with records in it.
freeze_in_transaction() {
  local attempt
  for attempt in $(seq 40); do
    kill -STOP "${engine_pid[$1]}"
    if python3 "$scenario_py" held "$broker" "$partitions"; then
      say "$1 is stopped inside a transaction (attempt $attempt)"
      return
    fi
    kill -CONT "${engine_pid[$1]}"
    sleep "0.0$((RANDOM % 90 + 10))"
  done
  fail "$1 was stopped $attempt times, never inside a transaction"
}

kill_and_restart() { # NAME PORT
  freeze_in_transaction "$1"
  kill -KILL "${engine_pid[$1]}"
  wait "${engine_pid[$1]}" 2>/dev/null || true
  kills=$((kills + 1))
  run_engine "$1" "$2"
  say "$1 was killed and started again"
  await_engine "$1" "$2"
}

stop_past_session() {
  freeze_in_transaction "$1"
  sleep $((session_ms / 1000 + 2))
  kill -CONT "${engine_pid[$1]}"
  stops=$((stops + 1))
  say "$1 goes on after $((session_ms / 1000 + 2)) s, its session is over"
}

prepare_rules
prepare_events
pick_ports
start_broker plain
create_input
say "$count events, broker at $broker"
run_engine one $((port + 3))
run_engine two $((port + 4))
await_engine one $((port + 3))
await_engine two $((port + 4))
# The enforcing rules run dry until their arming period of 1 s is over.
sleep 2
say "both engines are ready"

start_producer "$seconds"
sleep 2
kill_and_restart one $((port + 3))
sleep 1
stop_past_session two
end_producer
await_all_covered
stop_engine one
stop_engine two
say "both engines ended with exit code 0"
code=0
judge || code=$?
[ $code -eq 0 ] || [ $code -eq 9 ] || exit 1
lost=$(cat "$work"/{one,two}.log | grep -c '"lost":true' || true)
fences=$(cat "$work"/{one,two}.log | grep -c '"code":"task-stopped".*"reason":"fenced"' || true)
say "kills: $kills, stops past the session: $stops, partitions lost by the stopped engine: $lost, tasks that were fenced in their work: $fences"
[ $code -eq 0 ] || fail "no aborted copy was seen: the faults hit no open transaction"
