#!/usr/bin/env bash
# Proves that SIGTERM under load ends the engine within 5 s with exit code 0, with everything committed: no
# transaction stays open or was aborted, and after each restart the sums go on exactly where they ended, so that
# in the end matches and commands equal those of the plain evaluator.
#
#   sigterm.sh RIPOSTE
set -euo pipefail
RIPOSTE=$(realpath "$1")
SOURCE_DIR=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$SOURCE_DIR/tests/integration/lib.sh"

prepare_rules
prepare_events
pick_ports
start_broker plain
create_input
run_engine one $((port + 3))
await_engine one $((port + 3))
sleep 2 # the enforcing rules run dry until their arming period of 1 s is over
start_producer 12
for round in 1 2 3; do
  wait_until 20 "round $round: the engine takes nothing" consumes $((port + 3)) $((count / 20))
  asked_ms=$(date +%s%3N)
  stop_engine one
  say "round $round: ended with exit code 0 in $(($(date +%s%3N) - asked_ms)) ms"
  kill -0 "$producer" 2>/dev/null || fail "round $round: the load was over before SIGTERM"
  ! python3 "$scenario_py" held "$broker" "$partitions" || fail "round $round: a transaction was left open"
  run_engine one $((port + 3))
done
end_producer
await_all_covered
stop_engine one
code=0
judge || code=$?
[ $code -ne 0 ] || fail "a transaction was aborted, although nothing disturbed any"
[ $code -eq 9 ] || fail "what was committed is not what the events imply"
