#!/usr/bin/env bash
# All benchmarks of the release build (`./dev bench`): one JSON line a figure on stdout, all else on stderr.
#
#   run.sh [FILE.ndjson[.zst]...]     events of the profile windows-nxlog
#
# Without a file: the first 60,000 recorded events nxlog-flat of the corpus (RIPOSTE_CORPUS, else ../shared/corpus
# beside the project); without a corpus, generated ones. RIPOSTE_BENCH_RULES names other rules for decode and match.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
programs=$root/build/release/benchmarks
rules=${RIPOSTE_BENCH_RULES:-$root/rules/library}
corpus=${RIPOSTE_CORPUS:-$root/../shared/corpus}
profile=windows-nxlog
most=60000
mkdir -p "$root/build/bench"
events=$root/build/bench/events.ndjson

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

"$programs/bench_decode" "$rules" "$profile" "$events"
"$programs/bench_match" "$rules" "$profile" "$events"
"$programs/bench_growth" "$events"
code=0
"$root/benchmarks/kafka.sh" "$events" || code=$?
[ $code -ne 77 ] || { echo "run.sh: without the Kafka figures" >&2; code=0; }
exit $code
