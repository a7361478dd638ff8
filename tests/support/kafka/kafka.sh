#!/usr/bin/env bash
# Apache Kafka on this machine for tests, demos and benchmarks, in KRaft mode on 127.0.0.1: one node, or three.
#
#   kafka.sh start DATA_DIR PORT [--benchmark] [--sasl] [--proxied] [--nodes 3] [--node N]
#   kafka.sh stop DATA_DIR [--kill] [--node N]
#   kafka.sh status DATA_DIR
#   kafka.sh topic DATA_DIR NAME PARTITIONS [PROPERTY=VALUE...]
#   kafka.sh partitions DATA_DIR NAME PARTITIONS
#   kafka.sh fetch
#
# start    returns when the broker answers; a broker that already runs in DATA_DIR is left alone. Topics
#          stay in DATA_DIR over a restart. PORT + 1 is the controller's; several brokers may run side by
#          side with other folders and ports.
#   --benchmark  the JVM's full compiler and more memory: starts slower, runs faster
#   --sasl       also listens on PORT + 2 with SASL/PLAIN: user `riposte`, password `riposte-secret`, may do
#                everything; user `stranger`, password `stranger-secret`, may do nothing
#   --proxied    also listens on PORT + 3 and leads the clients that come there to PORT + 4, where a proxy
#                is expected (tests/integration/fault_proxy.py)
#   --nodes 3    three nodes with small heaps, each record on all three; node N has its ports from
#                PORT + 5 * (N - 1) on and its folder DATA_DIR/nodeN
#   --node N     of an existing cluster only this node, with the options that it was made with
# stop     SIGTERM, or SIGKILL with --kill; returns when the process is gone. All nodes, or node N
# status   exit code 0 and one line a node if it answers, 1 if not
# topic    makes a topic, with its properties (message.timestamp.type=LogAppendTime ...)
# partitions  raises the number of a topic's partitions
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
usage() { sed -n '4,9s/^# *//p' "${BASH_SOURCE[0]}" >&2; exit 3; }

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

# Metadata with the node in it, not an open port: the port opens before the broker can serve.
answers() { # PORT NODE
  if command -v kcat >/dev/null; then
    timeout 5 kcat -L -b "127.0.0.1:$1" -m 2 2>/dev/null | grep -q "^  broker $2 at 127.0.0.1:$1\b"
  else
    timeout 20 java -cp "$libs/*" org.apache.kafka.tools.BrokerApiVersionsCommand \
      --bootstrap-server "127.0.0.1:$1" >/dev/null 2>&1
  fi
}

# ---- one node; its folder has `node`, `port` and `pid`

write_properties() { # FOLDER PORT NODE VOTERS SASL PROXIED
  local folder=$1 port=$2 sasl="" proxied="" advertised="" copies=1 in_sync=1
  [ "$5" = no ] || sasl=",SASL://127.0.0.1:$((port + 2))"
  [ "$6" = no ] || { proxied=",PROXIED://127.0.0.1:$((port + 3))" advertised=",PROXIED://127.0.0.1:$((port + 4))"; }
  [[ $4 != *,* ]] || { copies=3 in_sync=2; }
  sed -e "s|@PORT@|$port|g; s|@CONTROLLER_PORT@|$((port + 1))|g; s|@DATA@|$folder|g; s|@NODE@|$3|g; s|@VOTERS@|$4|g" \
    -e "s|@COPIES@|$copies|g; s|@IN_SYNC@|$in_sync|g; s|@SASL_LISTENER@|$sasl|g" \
    -e "s|@PROXIED_LISTENER@|$proxied|g; s|@PROXIED_ADVERTISED@|$advertised|g" \
    "$here/node.properties" >"$folder/node.properties"
  [ "$5" = yes ] || return 0
  cat >>"$folder/node.properties" <<PROPERTIES
sasl.enabled.mechanisms=PLAIN
listener.name.sasl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_riposte="riposte-secret" user_stranger="stranger-secret";
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS;User:riposte
PROPERTIES
}

# Formats the node's folder at its first start, and launches it.
launch() { # FOLDER CLUSTER_ID [JAVA_OPTION...]
  local folder=$1 id=$2
  shift 2
  local java_options=("$@" -XX:+UseSerialGC -XX:-UsePerfData -Dorg.slf4j.simpleLogger.defaultLogLevel=warn
    -Dorg.slf4j.simpleLogger.showDateTime=true -cp "$libs/*")
  if [ ! -e "$folder/log/meta.properties" ]; then
    java "${java_options[@]}" kafka.tools.StorageTool format -t "$id" -c "$folder/node.properties" \
      >"$folder/format.log" 2>&1 || fail 1 "the data folder cannot be formatted, see $folder/format.log"
  fi
  # A session of its own: an interrupt at the terminal that ends a test must not end the broker first.
  setsid java "${java_options[@]}" kafka.Kafka "$folder/node.properties" >>"$folder/broker.log" 2>&1 </dev/null &
  echo $! >"$folder/pid"
}

await_node() { # FOLDER
  local folder=$1 pid port node
  pid=$(cat "$folder/pid") port=$(cat "$folder/port") node=$(cat "$folder/node")
  local deadline=$((SECONDS + start_timeout_s))
  until answers "$port" "$node"; do
    [ -e "/proc/$pid" ] || fail 1 "the broker ended at start (is port $port free?), see $folder/broker.log"
    [ $SECONDS -lt $deadline ] || fail 1 "the broker does not answer after $start_timeout_s s, see $folder/broker.log"
    sleep 0.1
  done
}

stop_node() { # FOLDER SIGNAL
  local pid
  pid=$(running_pid "$1") || { rm -f "$1/pid"; return 0; }
  kill "-$2" "$pid"
  local deadline=$((SECONDS + 30))
  while running_pid "$1" >/dev/null; do
    [ $SECONDS -lt $deadline ] || { kill -KILL "$pid" 2>/dev/null || true; }
    sleep 0.05
  done
  rm -f "$1/pid"
}

# ---- all nodes

# The folders of DATA_DIR's nodes: itself, or one below it for each; or that of node $2 alone.
folders_of() { # DATA_DIR [NODE]
  local folder
  for folder in "$1" "$1"/node[0-9]; do
    [ -e "$folder/port" ] || continue
    [ -z "${2:-}" ] || [ "$(cat "$folder/node" 2>/dev/null || echo 1)" = "$2" ] || continue
    echo "$folder"
  done
}

brokers_of() { # DATA_DIR
  local folder list=""
  while read -r folder; do list+="${list:+,}127.0.0.1:$(cat "$folder/port")"; done < <(folders_of "$1")
  [ -n "$list" ] || fail 1 "no broker in $1"
  echo "$list"
}

prepare_nodes() { # DATA_DIR PORT NODES SASL PROXIED
  local data=$1 node folder port voters=""
  for node in $(seq "$3"); do voters+="${voters:+,}$node@127.0.0.1:$(($2 + 5 * (node - 1) + 1))"; done
  for node in $(seq "$3"); do
    folder=$data port=$(($2 + 5 * (node - 1)))
    [ "$3" = 1 ] || folder=$data/node$node
    mkdir -p "$folder"
    write_properties "$folder" "$port" "$node" "$voters" "$4" "$5"
    echo "$port" >"$folder/port"
    echo "$node" >"$folder/node"
  done
}

start() {
  local data=$1 port=$2 sasl=no proxied=no mode=test nodes=1 only=""
  shift 2
  [[ $port =~ ^[0-9]+$ ]] || fail 3 "'$port' is no port"
  while [ $# -gt 0 ]; do
    case $1 in
      --sasl) sasl=yes ;;
      --proxied) proxied=yes ;;
      --benchmark) mode=benchmark ;;
      --nodes) [[ ${2:-} == [13] ]] || usage; nodes=$2; shift ;;
      --node) [[ ${2:-} == [123] ]] || usage; only=$2; shift ;;
      *) usage ;;
    esac
    shift
  done
  require_java
  fetch
  mkdir -p "$data"
  data=$(cd "$data" && pwd)
  local folder folders=() java_options=(-Xms256m -Xmx512m -XX:TieredStopAtLevel=1)
  [ $mode = test ] || java_options=(-Xms512m -Xmx1g)
  if [ -z "$only" ]; then
    # The options may have changed since the last start, but not under a broker that runs.
    [ -n "$(running_folders "$data")" ] || prepare_nodes "$data" "$port" "$nodes" $sasl $proxied
  fi
  mapfile -t folders < <(folders_of "$data" "$only")
  [ ${#folders[@]} -gt 0 ] || fail 1 "no node $only in $data"
  [ ! -e "$data/node1" ] || java_options=(-Xms128m -Xmx256m -XX:TieredStopAtLevel=1)
  local id=""
  for folder in "${folders[@]}"; do
    running_pid "$folder" >/dev/null && continue
    [ -n "$id" ] || [ -e "$folder/log/meta.properties" ] ||
      id=$(java -XX:TieredStopAtLevel=1 -cp "$libs/*" kafka.tools.StorageTool random-uuid 2>/dev/null | tail -1)
    launch "$folder" "$id" "${java_options[@]}"
  done
  for folder in "${folders[@]}"; do await_node "$folder"; done
}

running_folders() { # DATA_DIR
  local folder
  while read -r folder; do
    if running_pid "$folder" >/dev/null; then echo "$folder"; fi
  done < <(folders_of "$1")
}

stop() {
  local data signal=TERM only="" folder
  data=$(cd "$1" 2>/dev/null && pwd) || return 0
  shift
  while [ $# -gt 0 ]; do
    case $1 in
      --kill) signal=KILL ;;
      --node) [[ ${2:-} == [123] ]] || usage; only=$2; shift ;;
      *) usage ;;
    esac
    shift
  done
  # Together: a controller waits for the others of its quorum when it goes alone.
  while read -r folder; do stop_node "$folder" $signal & done < <(folders_of "$data" "$only")
  wait
}

status() {
  local data folder pid port
  data=$(cd "$1" 2>/dev/null && pwd) || fail 1 "no broker in $1"
  [ -n "$(folders_of "$data")" ] || fail 1 "no broker runs in $data"
  while read -r folder; do
    pid=$(running_pid "$folder") || fail 1 "no broker runs in $folder"
    port=$(cat "$folder/port")
    answers "$port" "$(cat "$folder/node")" || fail 1 "the broker in $folder (process $pid) does not answer"
    echo "127.0.0.1:$port, process $pid, data in $folder"
  done < <(folders_of "$data")
}

# The admin tool of Kafka for topics.
topic_command() { # DATA_DIR ARGUMENT...
  local brokers
  brokers=$(brokers_of "$1")
  shift
  java -Xmx128m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dorg.slf4j.simpleLogger.defaultLogLevel=error -cp "$libs/*" \
    org.apache.kafka.tools.TopicCommand --bootstrap-server "$brokers" "$@" >/dev/null
}

topic() {
  local data=$1 name=$2 partitions=$3 property properties=()
  shift 3
  for property in "$@"; do properties+=(--config "$property"); done
  topic_command "$data" --create --if-not-exists --topic "$name" --partitions "$partitions" "${properties[@]}" ||
    fail 1 "the topic $name cannot be made"
}

partitions() {
  topic_command "$1" --alter --topic "$2" --partitions "$3" || fail 1 "the topic $2 cannot have $3 partitions"
}

case "${1:-}" in
  start) [ $# -ge 3 ] || usage; start "${@:2}" ;;
  stop) [ $# -ge 2 ] || usage; stop "${@:2}" ;;
  topic) [ $# -ge 4 ] || usage; topic "${@:2}" ;;
  partitions) [ $# -eq 4 ] || usage; partitions "${@:2}" ;;
  status) [ $# -eq 2 ] || usage; status "$2" ;;
  fetch) require_java; fetch ;;
  *) usage ;;
esac
