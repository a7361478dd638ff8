#!/usr/bin/env bash
# The promise of `kafka.delivery: at_least_once` through a real Kafka: two engines share four partitions; while they
# work, one is killed with SIGKILL and started again, the other is stopped (SIGSTOP) for longer than its session and
# continued. Then an independent reader (kcat) must see that
#   - the audit's counts cover each input record, some perhaps more than once;
#   - with each id taken once, the matches and the commands are those of `riposte replay --naive` on the same file.
#
#   at_least_once.sh RIPOSTE
#
# RIPOSTE_SCENARIO_COUNT    events that are generated (8000)
# RIPOSTE_SCENARIO_SECONDS  how long the producing takes (14); the faults need about 12
# RIPOSTE_SCENARIO_KEEP     leaves everything in the temporary folder
set -euo pipefail
RIPOSTE=$(realpath "$1")
SOURCE_DIR=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
: "${RIPOSTE_SCENARIO_COUNT:=8000}"
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$SOURCE_DIR/tests/integration/lib.sh"

settings+=(--set kafka.delivery=at_least_once --set engine.commit_interval=10ms
  --set engine.commit_interval_backlog=10ms)

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

start_producer "${RIPOSTE_SCENARIO_SECONDS:-14}"
sleep 1
kill -KILL "${engine_pid[one]}"
wait "${engine_pid[one]}" 2>/dev/null || true
run_engine one $((port + 3))
say "one was killed and started again"
await_engine one $((port + 3))
kill -STOP "${engine_pid[two]}"
sleep $((session_ms / 1000 + 2))
kill -CONT "${engine_pid[two]}"
say "two goes on after $((session_ms / 1000 + 2)) s, its session is over"
end_producer
await_all_covered
stop_engine one
stop_engine two
read_outputs
python3 "$scenario_py" judge_repeats "$work" "$events" "$work/replay.json" --enforced "${enforced[@]}" ||
  fail "what was delivered is not what the events imply"
grep -q '"lost":true' "$work/two.log" || fail "the stopped engine has lost no partition: nothing was tested"
