#!/usr/bin/env bash
# Proves that an event that crashes the engine does not crash it for ever: `riposte run`, with a library preloaded that
# does not survive a number of one event, ends by SIGSEGV three times. The fourth time, with the same library, the
# record is dead-lettered unparsed, and all records behind it are worked on. The event is one that a rule matches: of
# others the number, a process id, is not read.
#
#   poison.sh RIPOSTE PLANTED_DEFECT
set -euo pipefail
SOURCE_DIR=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$SOURCE_DIR/tests/integration/lib.sh"

partitions=1
before=500 # so many events come before the fatal one
count=1001
printf '#!/bin/sh\nLD_PRELOAD=%s exec %s "$@"\n' "$(realpath "$2")" "$(realpath "$1")" >"$work/riposte"
chmod +x "$work/riposte"
RIPOSTE=$work/riposte
ulimit -c 0

prepare_rules
{
  python3 "$scenario_py" generate "$before"
  printf '%s%s\n' '{"Channel":"Microsoft-Windows-Sysmon/Operational","EventID":10,"SourceProcessId":666.125,"Hostname":"WS1",' \
    '"SourceImage":"C:\\t\\a.exe","TargetImage":"C:\\Windows\\System32\\lsass.exe","GrantedAccess":"0x1010"}'
  python3 "$scenario_py" generate $((count - before - 1))
} >"$work/events.ndjson"
pick_ports
start_broker plain
create_input
kcat -P -b "$broker" -t "$topic" -X enable.idempotence=true <"$work/events.ndjson" || fail "kcat cannot produce"

for life in 1 2 3; do
  run_engine one $((port + 3))
  end_engine one 60
  [ "$exit_code" -eq $((128 + 11)) ] || fail "life $life: exit code $exit_code, not that of SIGSEGV"
  [ "$(grep -c "riposte: SIGSEGV while working on topic $topic, partition 0, offset $before; the crash is counted" \
    "$work/one.log")" -eq "$life" ] || fail "life $life: the crash is not told"
  [ "$(covered)" -le "$before" ] || fail "life $life: something behind the record is committed"
  say "life $life: ended by SIGSEGV on the record"
done

run_engine one $((port + 3))
await_engine one $((port + 3))
await_all_covered
[ "$(read_topic '%s\n' riposte.dead-letter | grep '"reason":"poison"' |
  grep -cF "\"topic\":\"$topic\",\"partition\":0,\"offset\":$before,")" -eq 1 ] || fail "the dead letter is missing"
[ "$(read_topic '%s\n' riposte.alerts | grep '"kind":"poison"' |
  grep -cF "\"offset\":$before},\"crashes\":3,")" -eq 1 ] || fail "the alert is missing"
curl -s "http://127.0.0.1:$((port + 3))/metrics" >"$work/metrics.txt"
grep -qF 'riposte_events_rejected_total{reason="poison"} 1' "$work/metrics.txt" || fail "it is not counted"
curl -s "http://127.0.0.1:$((port + 3))/readyz?verbose" >"$work/ready.txt"
grep -qF "1 dead-lettered as poison since the start, the last one $topic-0 at offset $before" "$work/ready.txt" ||
  fail "readiness does not say it: $(cat "$work/ready.txt")"
logged one '"code":"record-poison"' || fail "it is not logged"
[ ! -s "$work/one/crashes" ] || fail "the record is still remembered: $(cat "$work/one/crashes")"
stop_engine one
say "life 4: the record is dead-lettered, and all $count records are accounted for"
