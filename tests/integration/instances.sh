#!/usr/bin/env bash
# Proves that instances of one group know which rule set the others have:
#   - with the same rules each counts two alike, with different ones each counts the other as different, and
#     `control show` and /readyz say so;
#   - one that is killed and started again takes its own record over;
#   - two processes on one state directory do not pass for one;
#   - SIGTERM takes the record away, and ends within 5 s although a write waits for a broker that is gone.
#
#   instances.sh RIPOSTE
set -euo pipefail
RIPOSTE=$(realpath "$1")
SOURCE_DIR=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$SOURCE_DIR/tests/integration/lib.sh"
command -v jq >/dev/null || { echo "skipped: jq is missing (Debian: jq)"; exit 77; }

# run_with NAME PORT STATE RULES
run_with() {
  start_engine "$1" --rules "$work/$4" --brokers "$broker" --listen "127.0.0.1:$2" \
    --set "state.directory=$work/$3" "${settings[@]}"
}
counts() { # PORT SAME DIFFERENT
  local text
  text=$(curl -s "http://127.0.0.1:$1/metrics") &&
    grep -qx "riposte_ruleset_instances{set=\"same\"} $2" <<<"$text" &&
    grep -qx "riposte_ruleset_instances{set=\"different\"} $3" <<<"$text"
}
show() { "$RIPOSTE" control show --brokers "$broker" "$@" 2>>"$work/show.log"; }
# The announcements, as JSON.
announced() { show --format json | jq -c '[.[] | select(.key | startswith("ruleset/"))]'; }
announces() { [ "$(announced | jq "$1")" = true ]; }

mkdir "$work/rules-a" "$work/rules-b"
cp "$SOURCE_DIR"/rules/library/windows/*.yaml "$work/rules-a"
cp "$SOURCE_DIR"/rules/library/windows/*.yaml "$work/rules-b"
pick_ports
a=$((port + 3)) b=$((port + 4))
start_broker plain
create_input

run_with one "$a" one rules-a
run_with two "$b" two rules-b
await_engine one "$a"
await_engine two "$b"
wait_until 10 "one does not see that both are alike" counts "$a" 2 0
wait_until 10 "two does not see that both are alike" counts "$b" 2 0
show | grep -q "group 'scenario': 2 live instances, set " || fail "control show: $(show)"
say "two instances with the same rules"

rm "$work/rules-b/ticket-tool.yaml"
wait_until 10 "one does not see that they differ" counts "$a" 1 1
wait_until 10 "two does not see that they differ" counts "$b" 1 1
is_ready "$a" || fail "one is not ready, although rules may differ"
grep -q '1 with this rule set, 1 with another, for instance ' "$work/ready.txt" || fail "readyz: $(cat "$work/ready.txt")"
show | grep -q "group 'scenario': 2 live instances, 2 DIFFERENT sets" || fail "control show: $(show)"
announces 'length == 2 and all(.live and .differs and .age_seconds < 60)' || fail "control show: $(announced)"
say "two instances that differ"

keys=$(announced | jq -c 'map(.key)')
killed=$(date -u +%FT%T)
kill -KILL "${engine_pid[two]}"
wait "${engine_pid[two]}" 2>/dev/null || true
run_with two "$b" two rules-b
wait_until 30 "two does not take its record over" announces "map(.value.since) | max > \"$killed\""
[ "$(announced | jq -c 'map(.key)')" = "$keys" ] || fail "after kill -9 there are others: $(announced)"
say "killed and started again: the same two"

await_engine two "$b"
start_engine three --rules "$work/rules-b" --brokers "$broker" --listen "" --set "state.directory=$work/two" "${settings[@]}"
wait_until 30 "the two on one state directory pass for one" announces 'length == 3 and all(.live)'
logged two instance-name-shared || logged three instance-name-shared || fail "nobody says that a name is shared"
wait_until 10 "one does not count all three" counts "$a" 1 2
say "two on one state directory: two instances"

stop_engine three
stop_engine two
announces 'length == 1' || fail "there are records of instances that ended: $(announced)"
wait_until 10 "one is not alone" counts "$a" 1 0
say "SIGTERM takes the record away"

stop_broker --kill
rm "$work/rules-a/ticket-tool.yaml"
sleep 5 # the new set is live, and its announcement waits for the broker
[ "$(grep -c '"code":"rules-live"' "$work/one.log")" -eq 2 ] || fail "the new set is not live"
stop_engine one
say "without a broker it ends in time, too"
