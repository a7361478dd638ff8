#!/usr/bin/env bash
# Kafka Streams for `kafka.sh --kafka-streams`.
#
#   streams.sh fetch                                        gets the jars once from Maven Central
#   streams.sh filter BROKERS INPUT OUTPUT GROUP TEXT STATE_DIRECTORY    see Filter.java
#
# RIPOSTE_STREAMS_LIBS is where the jars are, by default ~/.cache/riposte/kafka-streams-4.3.1.
# Exit codes: those of Filter.java, and 77 where a JDK or Maven is missing.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
libs=${RIPOSTE_STREAMS_LIBS:-${XDG_CACHE_HOME:-$HOME/.cache}/riposte/kafka-streams-4.3.1}

fail() { echo "streams.sh: $2" >&2; exit "$1"; }

# Into a folder beside it first: a fetch that is cut off leaves nothing behind that looks whole.
fetch() {
  java --list-modules 2>/dev/null | grep -q '^jdk.compiler@' || fail 77 "a JDK is missing (Debian: default-jdk-headless)"
  [ ! -e "$libs/.complete" ] || return 0
  command -v mvn >/dev/null || fail 77 "mvn is missing, it fetches the jars (Debian: maven)"
  mkdir -p "$(dirname "$libs")"
  rm -rf "$libs" "$libs.part"
  echo "streams.sh: fetching Kafka Streams' jars into $libs" >&2
  mvn -q -B -f "$here/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$libs.part" >&2 ||
    fail 1 "Maven could not fetch the jars"
  touch "$libs.part/.complete"
  mv "$libs.part" "$libs"
}

case "${1:-}" in
  fetch) [ $# = 1 ] || fail 3 "usage: streams.sh fetch"; fetch ;;
  filter)
    exec java -Xms512m -Xmx1g -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp "$libs/*" "$here/Filter.java" "${@:2}"
    ;;
  *) fail 3 "usage: streams.sh fetch | filter BROKERS INPUT OUTPUT GROUP TEXT STATE_DIRECTORY" ;;
esac
