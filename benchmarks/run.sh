#!/usr/bin/env bash
# All benchmarks of the release build (`./dev bench`): one JSON line a figure on stdout, all else on stderr.
#
#   run.sh [--rsigma | --kafka-streams | --partitions] [FILE.ndjson[.zst]...]     events of the profile windows-nxlog
#   run.sh --latency
#
# --rsigma: RSigma's figure instead, and what it and Riposte find (rsigma.sh).
# --kafka-streams: the Kafka figures alone, with those of Kafka Streams beside them (kafka.sh).
# --partitions: memory, threads and transactions with 4, 16 and 32 partitions (partitions.sh).
# --latency: from an event to its command (latency.sh).
# Rules: those of rules/library, and where there is a corpus, its Sigma rules (RIPOSTE_BENCH_RULES names others instead
# of both), but for those that do not load: old syntax, placeholders without values.
#
# Without a file: the first 60,000 recorded events nxlog-flat of the corpus (RIPOSTE_CORPUS, else ../shared/corpus
# beside the project); without a corpus, generated ones.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
programs=$root/build/release/benchmarks
library=${RIPOSTE_BENCH_RULES:-$root/rules/library}
corpus=${RIPOSTE_CORPUS:-$root/../shared/corpus}
profile=windows-nxlog
most=60000
mkdir -p "$root/build/bench"
events=$root/build/bench/events.ndjson
sigma=$root/build/bench/sigma-rules
riposte=$root/build/release/riposte

# Figures of the same name are told apart by the rules that they are of.
set_name() { jq -c --arg rules "$1" '{name: "\(.name)_\($rules)"} + del(.name)'; }

# A reader that has enough closes the pipe; the writer's complaint about that is no failure.
unpack() {
  local file
  for file in "$@"; do
    case $file in
      *.zst) zstd -dcq "$file" ;;
      *) cat "$file" ;;
    esac
  done 2>/dev/null | { head -n "$most"; } >"$events" || [ -s "$events" ]
}

only=''
case ${1:-} in
  --rsigma | --kafka-streams | --partitions) only=$1; shift ;;
  --latency) exec "$root/benchmarks/latency.sh" "${@:2}" ;;
  -*) echo "run.sh: no option $1" >&2; exit 3 ;;
esac

shopt -s nullglob
recorded=("$corpus"/events/*nxlog-flat*.ndjson.zst)
if [ $# -gt 0 ]; then
  for file in "$@"; do [ -r "$file" ] || { echo "run.sh: cannot read $file" >&2; exit 3; }; done
  unpack "$@"
elif [ ${#recorded[@]} -gt 0 ]; then
  unpack "${recorded[@]}"
else
  echo "run.sh: no corpus (RIPOSTE_CORPUS): generated events; the figures compare with no others" >&2
  "$programs/bench_generate" "$profile" 20000 >"$events"
fi
echo "run.sh: $(wc -l <"$events") events, load $(cut -d' ' -f1 /proc/loadavg) of $(nproc) processors" >&2

# The Sigma rules of the corpus that load, in a folder of their own: a set with an error is refused whole.
loadable_rules() {
  local refused=$root/build/bench/refused.txt file name
  # It ends with 2, as some do not.
  { "$riposte" check --format json "$corpus/sigma-rules" 2>/dev/null || [ $? = 2 ]; } |
    jq -r '.diagnostics[] | select(.severity == "error") | .path' | sort -u >"$refused"
  rm -rf "$sigma"
  mkdir -p "$sigma"
  while read -r file; do
    name=${file#"$corpus"/sigma-rules/}
    cp "$file" "$sigma/${name//\//__}"
  done < <(find "$corpus/sigma-rules" -name '*.yml' | sort | grep -vxFf "$refused")
  echo "run.sh: $(find "$sigma" -name '*.yml' | wc -l) files of Sigma rules, $(wc -l <"$refused") do not load" >&2
}

rules=$library
if [ -z "${RIPOSTE_BENCH_RULES:-}" ] && [ -d "$corpus/sigma-rules" ]; then
  loadable_rules
  rules=$sigma
fi

export RIPOSTE_BENCH_RULES=$rules
case $only in
  --rsigma) exec "$root/benchmarks/rsigma.sh" "$rules" "$events" ;;
  --kafka-streams) exec "$root/benchmarks/kafka.sh" --kafka-streams "$events" ;;
  --partitions) exec "$root/benchmarks/partitions.sh" "$events" ;;
esac

"$programs/bench_decode" "$library" "$profile" "$events"
"$programs/bench_match" "$library" "$profile" "$events" | set_name library
if [ "$rules" != "$library" ]; then
  "$programs/bench_match" "$rules" "$profile" "$events" | set_name sigma
fi
"$programs/bench_growth" "$events"
"$programs/bench_extremes" "$rules" "$events"
"$programs/bench_load" "$events" "$root/build/bench/rules"
"$programs/bench_windows" "$library" "$events" "$root/build/bench/windows"
"$programs/bench_flood" "$library" "$events" "$root/build/bench/flood"
code=0
"$root/benchmarks/kafka.sh" "$events" || code=$?
[ $code -ne 77 ] || { echo "run.sh: without the Kafka figures" >&2; code=0; }
exit $code
