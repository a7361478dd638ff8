# shellcheck shell=bash
# What the tests against a real broker share: a folder that goes away, a broker, topics, engines and the
# waiting for them. Sourced. The caller has set RIPOSTE (the program) and SOURCE_DIR (the project's folder).
#
# Skipped (exit code 77) where Java, Maven or kcat is missing. RIPOSTE_SCENARIO_KEEP=1 leaves the folder.

kafka_sh="$SOURCE_DIR/tests/support/kafka/kafka.sh"
scenario_py="$SOURCE_DIR/tests/integration/scenario.py"
command -v kcat >/dev/null || { echo "skipped: kcat is missing (Debian: kcat)"; exit 77; }
command -v java >/dev/null || { echo "skipped: java is missing (Debian: default-jre-headless)"; exit 77; }

work=$(mktemp -d "${TMPDIR:-/tmp}/riposte-integration.XXXXXX")
declare -A engine_pid=()
other_pids=()

say() { printf '%6.1f s  %s\n' "$(($(date +%s%3N) - started_ms))e-3" "$*"; }
started_ms=$(date +%s%3N)

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

# Sets `port` to the first of five free ports in a row: broker, controller, SASL, two engines.
pick_ports() { port=$(python3 "$scenario_py" ports 5); }

start_broker() { # plain|sasl
  local code=0 options=()
  [ "$1" = plain ] || options=("--$1")
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
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    [ $SECONDS -lt $deadline ] || fail "$what"
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

ready_code() { curl -s -o "$work/ready.txt" -w '%{http_code}' "http://127.0.0.1:$1/readyz" || true; }
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

# How many input records the committed audit covers.
covered() { read_topic '%s\n' riposte.audit | python3 "$scenario_py" covered; }
covers() { [ "$(covered)" -ge "$1" ]; }
