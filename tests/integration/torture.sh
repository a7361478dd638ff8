#!/usr/bin/env bash
# Fault runs: three engines of one group work on two topics to which events come evenly, while a seeded schedule of
# faults strikes (torture.py has the list): kill -9 at named points of a transaction, zombies, storms of rebalances, a
# proxy that delays, cuts and freezes the traffic and lets requests arrive late, kill -9 and restarts of brokers, disks
# that fail, partitions added under way. Then all faults end, everything is drained, and an independent read_committed
# reader (kcat) must see what exactly_once.sh says: sums, matches and commands equal to the plain evaluator's, nothing
# twice. Windows must have fired as window_episodes.py says, and the engines' stores must be what the changelog says.
#
# It prints the seed first and a report last, also as JSON. A run without aborted copies fails, and one in which no
# broker refused a zombie's commit: it tested nothing. A run that fails leaves its folder.
#
#   torture.sh RIPOSTE [--minutes N | --seconds N] [--nodes 1|3] [--seed S] [--only TEXT] [--report FILE] [--disk LIB]
#
# --only TEXT               of the faults only those with this text in their name; then none need be aborted or refused
# --disk LIB                the library of failing_disk.cc: the engines' disks fail, too
# RIPOSTE_SCENARIO_KEEP     leaves the folder in any case
set -euo pipefail
RIPOSTE=$(realpath "$1")
shift
SOURCE_DIR=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
usage() { sed -n 's/^#   torture.sh/usage: torture.sh/p' "${BASH_SOURCE[0]}" >&2; exit 3; }

seconds=60 nodes=1 seed=$((RANDOM * 32768 + RANDOM)) only="" report="" disk=()
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || usage
  case $1 in
    --minutes) seconds=$(($2 * 60)) ;;
    --seconds) seconds=$2 ;;
    --nodes) [[ $2 == [13] ]] || usage; nodes=$2 ;;
    --seed) seed=$2 ;;
    --only) only=$2 ;;
    --report) report=$2 ;;
    --disk) disk=("$(realpath "$2")") ;;
    *) usage ;;
  esac
  shift 2
done
echo "seed $seed, $nodes node(s), $seconds s of faults"

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$SOURCE_DIR/tests/integration/lib.sh"
export PYTHONDONTWRITEBYTECODE=1
engines=3
partitions=6 # of the first input, and as many state tasks
topics=("$topic" other)
rate=${RIPOSTE_TORTURE_RATE:-300}
end_badly() {
  RIPOSTE_SCENARIO_KEEP=1
  echo "to repeat the schedule: --seed $seed --nodes $nodes" >&2
  fail "$*"
}

ports_needed=$((nodes * 5 + engines))
pick_ports
proxied=() pairs=() direct=()
for node in $(seq "$nodes"); do
  first=$((port + 5 * (node - 1)))
  direct+=("127.0.0.1:$first")
  proxied+=("127.0.0.1:$((first + 4))")
  pairs+=("$((first + 4)):$((first + 3))")
done
list() { local IFS=, && echo "$*"; }

# Short sessions and short transactions: a fault hits one soon, and is over soon.
settings+=(--set "inputs.topics=${topics[0]}=windows-nxlog,${topics[1]}=windows-nxlog" --set "kafka.partitions=$partitions"
  --set engine.commit_interval=50ms --set engine.commit_interval_backlog=50ms --set "kafka.properties=$(
  list session.timeout.ms=5000 heartbeat.interval.ms=1000 topic.metadata.refresh.interval.ms=3000 client.id=@NAME@)")

prepare_rules
cp "$SOURCE_DIR/tests/integration/windows.yaml" "$work/rules"
mapfile -t apart < <(sed -n 's/^id: *//p' "$work/rules/windows.yaml")
start_broker plain --nodes "$nodes" --proxied
create_input
create_topic "${topics[1]}" 4 message.timestamp.type=LogAppendTime
# Compacted under way, which else would take an hour.
create_topic riposte.changelog "$partitions" cleanup.policy=compact segment.ms=10000 min.cleanable.dirty.ratio=0.01
say "brokers at $(list "${direct[@]}"), through the proxy at $(list "${proxied[@]}")"
command=("$RIPOSTE" run) options=()
if [ ${#disk[@]} -gt 0 ]; then
  options+=(--disk)
  command=(env "LD_PRELOAD=${disk[0]}" "RIPOSTE_FAILING_DISK=$work/@NAME@" "${command[@]}")
fi
code=0
python3 "$SOURCE_DIR/tests/integration/torture.py" --seed "$seed" --seconds "$seconds" --nodes "$nodes" \
  --engines "$engines" --port "$port" --http-port $((port + 5 * nodes)) --rate "$rate" \
  --brokers "$(list "${direct[@]}")" --broker-folder "$work/broker" --kafka-sh "$kafka_sh" \
  --topics "${topics[0]}:$partitions" "${topics[1]}:4" --work "$work" --report "$work/torture.json" --only "$only" "${options[@]}" --proxy "${pairs[@]}" -- \
  "${command[@]}" --rules "$work/rules" --brokers "$(list "${proxied[@]}")" --listen @LISTEN@ \
  --set "state.directory=$work/@NAME@" "${settings[@]}" || code=$?
[ -z "$report" ] || cp "$work/torture.json" "$report" || true
[ $code -eq 0 ] || end_badly "the engines did not come through"

events=$work/events.ndjson
replay_events
judge || code=$?
[ $code -eq 0 ] || [ $code -eq 9 ] || end_badly "what was committed is not what the events imply"
for name in $(seq -f e%.0f "$engines"); do
  "$RIPOSTE" state verify "$work/$name" --brokers "$broker" --format json || [ $? -eq 1 ] || end_badly "no comparison"
done >"$work/stores.ndjson" 2>"$work/verify.log"
python3 "$SOURCE_DIR/tests/integration/window_episodes.py" "$work" || end_badly "windows are not as their events imply"
python3 "$scenario_py" tell "$work/torture.json" "$work/judgement.json" "$work/windows.json" | tee "$work/torture.txt"
[ -z "$report" ] || cp "$work/torture.json" "$report"
if [ -z "$only" ]; then
  [ $code -eq 0 ] || end_badly "no aborted copy was seen: the faults hit no open transaction"
  # Not the engine's own word: its group may have told it first that the partition is lost.
  grep -q '^proxy, fenced: [1-9]' "$work/torture.txt" || end_badly "no commit was refused: the faults made no zombie"
fi
say "nothing lost, nothing twice"
