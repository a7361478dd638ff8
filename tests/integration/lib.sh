# shellcheck shell=bash
# What the tests against a real broker share: a folder that goes away, a broker, topics, events, engines and the
# waiting for them, and the judgement. Sourced. The caller has set RIPOSTE (the program) and SOURCE_DIR (the
# project's folder), and `set -euo pipefail`.
#
# Skipped (exit code 77) where Java, Maven or kcat is missing. RIPOSTE_SCENARIO_KEEP=1 leaves the folder.

kafka_sh="$SOURCE_DIR/tests/support/kafka/kafka.sh"
scenario_py="$SOURCE_DIR/tests/integration/scenario.py"
command -v kcat >/dev/null || { echo "skipped: kcat is missing (Debian: kcat)"; exit 77; }
command -v java >/dev/null || { echo "skipped: java is missing (Debian: default-jre-headless)"; exit 77; }

work=$(mktemp -d "${TMPDIR:-/tmp}/riposte-integration.XXXXXX")
declare -A engine_pid=()
other_pids=()

now_ms() { local micros=${EPOCHREALTIME/[.,]/} && echo "${micros%???}"; }
started_ms=$(now_ms)
say() { printf '%6.1f s  %s\n' "$(($(now_ms) - started_ms))e-3" "$*"; }

fail() {
  echo "FAILED: $*" >&2
  local log
  for log in "$work"/*.log; do
    [ -s "$log" ] && { echo "--- the end of $(basename "$log")" >&2; tail -n 15 "$log" | cut -c1-400 >&2; }
  done
  exit 1
}

clean_up() {
  local pid
  for pid in "${engine_pid[@]}" "${other_pids[@]}"; do
    kill -KILL "$pid" 2>/dev/null || true
  done
  "$kafka_sh" stop "$work/broker" --kill || true
  if [ -n "${RIPOSTE_SCENARIO_KEEP:-}" ]; then echo "left in $work"; else rm -rf "$work"; fi
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# Sets `port` to the first of so many free ports in a row; of the five: broker, controller, SASL, two engines.
ports_needed=5
pick_ports() { port=$(python3 "$scenario_py" ports "$ports_needed"); }

start_broker() { # plain|sasl [OPTION OF kafka.sh...]
  local code=0 options=("${@:2}")
  [ "$1" = plain ] || options+=("--$1")
  "$kafka_sh" start "$work/broker" "$port" "${options[@]}" >"$work/kafka_sh.log" 2>&1 || code=$?
  [ $code -ne 77 ] || { echo "skipped: $(cat "$work/kafka_sh.log")"; exit 77; }
  [ $code -eq 0 ] || fail "the broker does not start: $(cat "$work/kafka_sh.log")"
  broker=127.0.0.1:$port
}
stop_broker() { "$kafka_sh" stop "$work/broker" "$@" || fail "the broker does not stop"; }

create_topic() { # NAME PARTITIONS [KEY=VALUE...]
  "$kafka_sh" topic "$work/broker" "$@" >"$work/topic.log" 2>&1 || fail "topic $1: $(cat "$work/topic.log")"
}

# start_engine NAME [ARGUMENT...]: `riposte run`, its log in NAME.log, its process in engine_pid[NAME].
start_engine() {
  local name=$1
  shift
  "$RIPOSTE" run "$@" 2>>"$work/$name.log" >>"$work/$name.out" &
  engine_pid[$name]=$!
}

# wait_until SECONDS WHAT COMMAND...: polls; fails with WHAT.
wait_until() {
  local deadline=$(($(now_ms) + $1 * 1000)) what=$2
  shift 2
  until "$@"; do
    [ "$(now_ms)" -lt "$deadline" ] || fail "$what"
    sleep 0.1
  done
}

# end_engine NAME SECONDS: waits for the end and sets exit_code; fails if it takes longer.
end_engine() {
  local pid=${engine_pid[$1]}
  wait_until "$2" "$1 does not end within $2 s" ended "$pid"
  exit_code=0
  wait "$pid" || exit_code=$?
  unset "engine_pid[$1]"
}
# A process of ours that is a zombie has ended, too.
ended() { ! grep -qsE '^State:\s+[^Z]' "/proc/$1/status"; }

stop_engine() { # NAME: SIGTERM; must end within 5 s with exit code 0
  kill -TERM "${engine_pid[$1]}"
  end_engine "$1" 5
  [ "$exit_code" -eq 0 ] || fail "$1 ended with exit code $exit_code after SIGTERM"
}

ready_code() { curl -s -o "$work/ready.txt" -w '%{http_code}' "http://127.0.0.1:$1/readyz?verbose" || true; }
is_ready() { [ "$(ready_code "$1")" = 200 ]; }
# is_ready_engine NAME PORT: fails the test if the engine has ended instead.
is_ready_engine() {
  ! ended "${engine_pid[$1]}" || fail "engine $1 has ended"
  is_ready "$2"
}
is_unready() { [ "$(ready_code "$1")" = 503 ]; }
logged() { grep -q -- "$2" "$work/$1.log"; }

# Reads a topic from its beginning to its end: format, topic, isolation.
read_topic() {
  kcat -C -b "$broker" -t "$2" -o beginning -e -q -f "$1" -X "isolation.level=${3:-read_committed}" \
    -X check.crcs=true 2>>"$work/kcat.log" || fail "kcat cannot read $2: $(tail -n 3 "$work/kcat.log")"
}

# consumes PORT COUNT: that engine has committed so many records since its start. While much is written, reading a
# topic to its end takes long, so the engine's own word is taken here; it decides no result.
consumes() {
  curl -s "http://127.0.0.1:$1/metrics" |
    awk -v least="$2" '/^riposte_events_consumed_total/ { sum += $2 } END { exit !(sum >= least) }'
}

# How many input records the committed audit covers.
covered() { read_topic '%s\n' riposte.audit | python3 "$scenario_py" covered; }
covers() { [ "$(covered)" -ge "$1" ]; }

# ---- the scenario that the scripts share: windows-nxlog events in, the library's rules

topic=winlog
topics=("$topic") # of all inputs
partitions=4
session_ms=6000
count=${RIPOSTE_SCENARIO_COUNT:-20000}
enforced=()
apart=() # rules whose firings somebody else judges

# The library, with three of its rules enforcing: so commands are ordered, too.
prepare_rules() {
  cp -r "$SOURCE_DIR/rules/library" "$work/rules"
  local name file
  for name in lsass-memory-read ticket-tool event-log-cleared; do
    file="$work/rules/windows/$name.yaml"
    sed -i 's/auto: dry_run/auto: enforce/' "$file"
    grep -q 'auto: enforce' "$file" || fail "$name does not enforce"
    enforced+=("$(sed -n 's/^id: *//p' "$file")")
  done
}

# The events, and what the plain evaluator makes of them.
prepare_events() {
  events=${RIPOSTE_SCENARIO_EVENTS:-$work/events.ndjson}
  [ -n "${RIPOSTE_SCENARIO_EVENTS:-}" ] || python3 "$scenario_py" generate "$count" >"$events"
  replay_events
}
replay_events() {
  count=$(wc -l <"$events")
  "$RIPOSTE" replay --naive --rules "$work/rules" --profile windows-nxlog --events "$events" \
    --show match,firing,command --format json >"$work/replay.json" 2>"$work/replay.log" || fail "the replay"
}

create_input() { create_topic "$topic" "$partitions" message.timestamp.type=LogAppendTime; }

# Recordings are years old, so the age of an event is no reason here to refuse a command.
settings=(--set "inputs.topics=$topic=windows-nxlog" --set inputs.start=earliest --set kafka.group=scenario
  --set "kafka.properties=session.timeout.ms=$session_ms" --set remediation.enforcement=enabled
  --set remediation.arming_period=1s --set "remediation.kill_file=$work/STOP" --set remediation.max_age_kill=36500d
  --set remediation.max_age_file=36500d --set remediation.max_age_isolate=36500d)

run_engine() { # NAME PORT
  start_engine "$1" --rules "$work/rules" --brokers "$broker" --listen "127.0.0.1:$2" \
    --set "state.directory=$work/$1" "${settings[@]}"
}
await_engine() { wait_until 30 "engine $1 is not ready" is_ready_engine "$1" "$2"; }

# Produces the events, evenly over that many seconds, in the background. Idempotent: each event once, whatever the
# broker goes through.
start_producer() { # SECONDS
  python3 "$scenario_py" produce "$events" --seconds "$1" |
    kcat -P -E -b "$broker" -t "$topic" -K $'\x01' -z lz4 -X linger.ms=20 -X enable.idempotence=true \
      2>"$work/producer.log" &
  producer=$!
  other_pids+=("$producer")
}
end_producer() {
  wait "$producer" || fail "kcat cannot produce: $(cat "$work/producer.log")"
  say "everything is produced"
}
await_all_covered() {
  wait_until 60 "the audit does not cover all events" covers "$count"
  say "everything is committed"
}

read_outputs() {
  local name
  for name in "${topics[@]}"; do read_topic '%t\x01%p\x01%o\x01%s\n' "$name"; done >"$work/input.txt"
  for name in alerts audit commands dead-letter; do
    read_topic '%s\n' "riposte.$name" read_committed >"$work/$name.committed"
    read_topic '%s\n' "riposte.$name" read_uncommitted >"$work/$name.uncommitted"
  done
}

# Reads all topics and compares. Exit code 0, or 9 if all is right but there are no copies of aborted transactions.
judge() {
  read_outputs
  python3 "$scenario_py" judge "$work" "$events" "$work/replay.json" --count "$count" \
    --least-matches $((count / 200)) --enforced "${enforced[@]}" --apart "${apart[@]}" --figures "$work/judgement.json"
}
# The same where nothing need have been aborted.
judge_all_right() {
  local code=0
  judge || code=$?
  [ $code -eq 0 ] || [ $code -eq 9 ] || fail "what was committed is not what the events imply"
}
