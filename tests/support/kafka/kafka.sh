#!/usr/bin/env bash
# Apache Kafka on this machine for tests, demos and benchmarks: one broker in KRaft mode on 127.0.0.1.
#
#   kafka.sh start DATA_DIR PORT [--benchmark] [--sasl]
#   kafka.sh stop DATA_DIR [--kill]
#   kafka.sh status DATA_DIR
#   kafka.sh topic DATA_DIR NAME PARTITIONS [PROPERTY=VALUE...]
#   kafka.sh fetch
#
# start    returns when the broker answers; a broker that already runs in DATA_DIR is left alone. Topics
#          stay in DATA_DIR over a restart. PORT + 1 is the controller's; several brokers may run side by
#          side with other folders and ports.
#   --benchmark  the JVM's full compiler and more memory: starts slower, runs faster
#   --sasl       also listens on PORT + 2 with SASL/PLAIN: user `riposte`, password `riposte-secret`, may do
#                everything; user `stranger`, password `stranger-secret`, may do nothing
# stop     SIGTERM, or SIGKILL with --kill; returns when the process is gone
# status   exit code 0 and one line if it answers, 1 if not
# topic    makes a topic, with its properties (message.timestamp.type=LogAppendTime ...)
# fetch    only gets the jars (once, about 54 MB, from Maven Central) into RIPOSTE_KAFKA_LIBS, by default
#          ~/.cache/riposte/kafka-4.3.1
#
# Needs Java 17 or later, and Maven for the first fetch. Exit codes: 0 done, 1 failed (the reason is on
# stderr), 3 usage, 77 Java or Maven is missing.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
libs=${RIPOSTE_KAFKA_LIBS:-${XDG_CACHE_HOME:-$HOME/.cache}/riposte/kafka-4.3.1}
start_timeout_s=${RIPOSTE_KAFKA_START_TIMEOUT:-90}

fail() { echo "kafka.sh: $2" >&2; exit "$1"; }
usage() { sed -n '4,8s/^# *//p' "${BASH_SOURCE[0]}" >&2; exit 3; }

require_java() {
  command -v java >/dev/null || fail 77 "java is missing (Debian: default-jre-headless)"
  local major
  major=$(java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -1)
  [ "${major:-0}" -ge 17 ] || fail 77 "Java ${major:-?} is too old: Kafka 4 needs 17 or later"
}

# Copies the jars once. Into a folder beside it first: a fetch that is cut off leaves nothing behind that looks whole.
fetch() {
  [ -e "$libs/.complete" ] && return
  command -v mvn >/dev/null || fail 77 "mvn is missing, it fetches Kafka's jars (Debian: maven)"
  mkdir -p "$(dirname "$libs")"
  (
    flock 9
    [ -e "$libs/.complete" ] && exit 0
    rm -rf "$libs" "$libs.part"
    echo "kafka.sh: fetching Apache Kafka's jars into $libs" >&2
    mvn -q -B -f "$here/pom.xml" dependency:copy-dependencies -DincludeScope=runtime \
      -DoutputDirectory="$libs.part" >&2 || fail 1 "Maven could not fetch the jars"
    touch "$libs.part/.complete"
    mv "$libs.part" "$libs"
  ) 9>"$libs.lock"
}

# The process of DATA_DIR, if it runs. The command line is compared: a pid may have been reused.
running_pid() {
  local pid
  pid=$(cat "$1/pid" 2>/dev/null) || return 1
  [ -r "/proc/$pid/cmdline" ] && tr '\0' ' ' <"/proc/$pid/cmdline" | grep -qF "$1/node.properties" || return 1
  echo "$pid"
}

# Metadata, not an open port: the port opens before the broker can serve.
answers() {
  if command -v kcat >/dev/null; then
    timeout 5 kcat -L -b "127.0.0.1:$1" -m 2 2>/dev/null | grep -q '^ 1 brokers'
  else
    timeout 20 java -cp "$libs/*" org.apache.kafka.tools.BrokerApiVersionsCommand \
      --bootstrap-server "127.0.0.1:$1" >/dev/null 2>&1
  fi
}

write_properties() {
  local data=$1 port=$2 sasl=$3 listener=""
  [ "$sasl" = yes ] && listener=",SASL://127.0.0.1:$((port + 2))"
  sed -e "s|@PORT@|$port|g; s|@CONTROLLER_PORT@|$((port + 1))|g; s|@DATA@|$data|g; s|@SASL_LISTENER@|$listener|g" \
    "$here/node.properties" >"$data/node.properties"
  [ "$sasl" = yes ] || return 0
  cat >>"$data/node.properties" <<PROPERTIES
sasl.enabled.mechanisms=PLAIN
listener.name.sasl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_riposte="riposte-secret" user_stranger="stranger-secret";
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS;User:riposte
PROPERTIES
}

start() {
  local data=$1 port=$2 sasl=no mode=test option
  shift 2
  [[ $port =~ ^[0-9]+$ ]] || fail 3 "'$port' is no port"
  for option in "$@"; do
    case $option in
      --sasl) sasl=yes ;;
      --benchmark) mode=benchmark ;;
      *) usage ;;
    esac
  done
  require_java
  fetch
  mkdir -p "$data"
  data=$(cd "$data" && pwd)
  if running_pid "$data" >/dev/null; then
    answers "$(cat "$data/port")" || fail 1 "the broker in $data runs but does not answer, see $data/broker.log"
    return 0
  fi
  write_properties "$data" "$port" "$sasl"
  echo "$port" >"$data/port"
  local java_options=(-Xms256m -Xmx512m -XX:TieredStopAtLevel=1)
  [ $mode = benchmark ] && java_options=(-Xms512m -Xmx1g)
  java_options+=(-XX:+UseSerialGC -XX:-UsePerfData -Dorg.slf4j.simpleLogger.defaultLogLevel=warn
    -Dorg.slf4j.simpleLogger.showDateTime=true -cp "$libs/*")
  if [ ! -e "$data/log/meta.properties" ]; then
    local id
    id=$(java "${java_options[@]}" kafka.tools.StorageTool random-uuid 2>/dev/null | tail -1)
    java "${java_options[@]}" kafka.tools.StorageTool format -t "$id" -c "$data/node.properties" \
      >"$data/format.log" 2>&1 || fail 1 "the data folder cannot be formatted, see $data/format.log"
  fi
  # A session of its own: an interrupt at the terminal that ends a test must not end the broker first.
  setsid java "${java_options[@]}" kafka.Kafka "$data/node.properties" >>"$data/broker.log" 2>&1 </dev/null &
  local pid=$!
  echo "$pid" >"$data/pid"
  local deadline=$((SECONDS + start_timeout_s))
  until answers "$port"; do
    kill -0 "$pid" 2>/dev/null || fail 1 "the broker ended at start (is port $port free?), see $data/broker.log"
    [ $SECONDS -lt $deadline ] || fail 1 "the broker does not answer after $start_timeout_s s, see $data/broker.log"
    sleep 0.1
  done
}

stop() {
  local data pid signal=TERM
  [ "${2:-}" = --kill ] && signal=KILL
  data=$(cd "$1" 2>/dev/null && pwd) || return 0
  pid=$(running_pid "$data") || { rm -f "$data/pid"; return 0; }
  kill -$signal "$pid"
  local deadline=$((SECONDS + 30))
  while running_pid "$data" >/dev/null; do
    [ $SECONDS -lt $deadline ] || { kill -KILL "$pid" 2>/dev/null || true; }
    sleep 0.05
  done
  rm -f "$data/pid"
}

status() {
  local data pid port
  data=$(cd "$1" 2>/dev/null && pwd) || fail 1 "no broker in $1"
  pid=$(running_pid "$data") || fail 1 "no broker runs in $data"
  port=$(cat "$data/port")
  answers "$port" || fail 1 "the broker in $data (process $pid) does not answer"
  echo "127.0.0.1:$port, process $pid, data in $data"
}

topic() {
  local data=$1 name=$2 partitions=$3 port property properties=()
  shift 3
  port=$(cat "$data/port" 2>/dev/null) || fail 1 "no broker in $data"
  for property in "$@"; do properties+=(--config "$property"); done
  java -Xmx128m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dorg.slf4j.simpleLogger.defaultLogLevel=error -cp "$libs/*" \
    org.apache.kafka.tools.TopicCommand --bootstrap-server "127.0.0.1:$port" --create --if-not-exists --topic "$name" \
    --partitions "$partitions" --replication-factor 1 "${properties[@]}" >/dev/null || fail 1 "the topic $name cannot be made"
}

case "${1:-}" in
  start) [ $# -ge 3 ] || usage; start "${@:2}" ;;
  stop) [ $# -ge 2 ] || usage; stop "${@:2}" ;;
  topic) [ $# -ge 4 ] || usage; topic "${@:2}" ;;
  status) [ $# -eq 2 ] || usage; status "$2" ;;
  fetch) require_java; fetch ;;
  *) usage ;;
esac
