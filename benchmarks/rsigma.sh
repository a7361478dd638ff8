#!/usr/bin/env bash
# RSigma beside Riposte, on the same events and the same Sigma rules (`./dev bench --rsigma`): what an event takes each of
# them, and whether they find the same. One JSON line a figure on stdout, all else on stderr.
#
#   rsigma.sh RULES EVENTS.ndjson     rules that both load; events of the profile windows-nxlog
#
# RSigma routes an event by one category and one service that stand in it, so the events are tagged with them before. It has
# no timer: a figure is the processor time of its process less that of a run without events. Where an event is of two
# categories, its matches are those of two runs, and the time is that of the first.
# Matches that only one of them finds: build/bench/rsigma-differences.tsv (who, line, rule).
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
rules=$1 events=$2
version=0.23.0
rsigma=$root/build/rsigma/bin/rsigma
work=$root/build/bench/rsigma
mkdir -p "$work"
fail() { echo "rsigma.sh: $*" >&2; exit 3; }

if ! "$rsigma" --version 2>/dev/null | grep -qF "$version"; then
  command -v cargo >/dev/null || fail "RSigma is built with cargo, which is not installed"
  echo "rsigma.sh: building RSigma $version; that takes some minutes" >&2
  CARGO_TARGET_DIR=$root/build/rsigma/target cargo install rsigma --version "$version" --locked --root "$root/build/rsigma" >"$work/cargo.log" 2>&1 ||
    { tail -20 "$work/cargo.log" >&2; fail "RSigma cannot be built (whole log: $work/cargo.log)"; }
fi

# What the profile maps: the provider's name, and the fields that Security has under other names.
cat >"$work/pipeline.yml" <<'TEXT'
name: windows-nxlog
priority: 10
transformations:
  - id: provider
    type: field_name_mapping
    mapping:
      Provider_Name: [Provider_Name, SourceName]
    rule_conditions:
      - {type: logsource, product: windows}
  - id: process_creation
    type: field_name_mapping
    mapping:
      Image: [Image, NewProcessName]
      ParentImage: [ParentImage, ParentProcessName]
    rule_conditions:
      - {type: logsource, product: windows, category: process_creation}
TEXT

profile=$root/rules/profiles/windows-nxlog.yaml
python3 "$root/benchmarks/tag_logsource.py" "$profile" <"$events" >"$work/first.ndjson"
python3 "$root/benchmarks/tag_logsource.py" "$profile" --last <"$events" >"$work/last.ndjson"
: >"$work/none.ndjson"

# Matches of the events on stdout.
evaluate() { # EVENTS [OPTION...]
  local file=$1
  shift
  "$rsigma" engine eval -q --rules "$rules" -p "$work/pipeline.yml" --logsource-routing --event-logsource product=windows \
    --logsource-field-map service=sigma_service,category=sigma_category --input-format json --output-format ndjson \
    --event "@$file" "$@" 2>"$work/rsigma.log"
}

# The processor time of a run in seconds.
seconds_of() {
  local TIMEFORMAT='%U %S'
  { time evaluate "$1" >/dev/null; } 2>&1 | awk '{print $1 + $2}'
}
median() { sort -g | awk '{value[NR] = $1} END {printf "%s %s %s\n", value[int((NR + 1) / 2)], value[1], value[NR]}'; }

count=$(wc -l <"$events")
read -r empty _ _ < <(for _ in 1 2 3 4 5; do seconds_of "$work/none.ndjson"; done | median)
read -r middle fastest slowest < <(for _ in 1 2 3 4 5; do seconds_of "$work/first.ndjson"; done | median)
ours=$("$root/build/release/benchmarks/bench_match" "$rules" windows-nxlog "$events" | jq -c 'select(.name == "bytes_to_matches")')
jq -cn --argjson ours "$ours" --argjson count "$count" --argjson empty "$empty" --argjson middle "$middle" \
  --argjson fastest "$fastest" --argjson slowest "$slowest" '
  (($middle - $empty) * 1e9 / $count) as $theirs |
  {name: "rsigma_bytes_to_matches", value: $theirs, unit: "ns/event", reference: "riposte_bytes_to_matches",
   ratio: ($theirs / $ours.value), spread: (($slowest - $fastest) / ($middle - $empty))}'

for tagged in first last; do
  evaluate "$work/$tagged.ndjson" --include-event | jq -r '[.event.riposte_line, .rule_id] | @tsv'
done | sort -u >"$work/theirs.tsv"
"$root/build/release/riposte" replay --rules "$rules" --events "$events" --profile windows-nxlog --show match --format json 2>"$work/replay.log" |
  jq -r '[.line, .rule] | @tsv' | sort -u >"$work/ours.tsv"
{
  comm -23 "$work/ours.tsv" "$work/theirs.tsv" | sed 's/^/riposte\t/'
  comm -13 "$work/ours.tsv" "$work/theirs.tsv" | sed 's/^/rsigma\t/'
} >"$root/build/bench/rsigma-differences.tsv"
echo "rsigma.sh: $count events; matches: $(comm -12 "$work/ours.tsv" "$work/theirs.tsv" | wc -l) of both," \
  "$(grep -c '^riposte' "$root/build/bench/rsigma-differences.tsv" || true) of Riposte alone," \
  "$(grep -c '^rsigma' "$root/build/bench/rsigma-differences.tsv" || true) of RSigma alone" >&2
