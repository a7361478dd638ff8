#!/usr/bin/env bash
# Proves that what waiting cannot mend ends `riposte run` with a message that names it and the right exit code:
#   - a wrong password: exit code 4, and no log line has the password in it;
#   - a user without rights: exit code 4, and the message names the topic;
#   - an input topic that does not exist: exit code 3, and the message names it;
#   - the right password: it becomes ready.
#
#   refused.sh RIPOSTE
set -euo pipefail
RIPOSTE=$(realpath "$1")
SOURCE_DIR=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$SOURCE_DIR/tests/integration/lib.sh"

# run_as NAME USER PASSWORD: over the SASL listener, with everything logged.
run_as() {
  printf '%s\n' "$3" >"$work/$1.password"
  start_engine "$1" --rules "$SOURCE_DIR/rules/library" --brokers "127.0.0.1:$((port + 2))" --log-level debug \
    --listen "127.0.0.1:$((port + 3))" --set "state.directory=$work/$1" --set "inputs.topics=$topic=windows-nxlog" \
    --set inputs.start=earliest --set "kafka.properties=security.protocol=SASL_PLAINTEXT,sasl.mechanism=PLAIN,\
sasl.username=$2,sasl.password_file=$work/$1.password"
}

# refuses NAME EXIT_CODE TEXT: it ends with that code, and its last error has the text.
refuses() {
  end_engine "$1" 20
  [ "$exit_code" -eq "$2" ] || fail "$1: exit code $exit_code, not $2"
  grep '"level":"error"' "$work/$1.log" | tail -n 1 | grep -q -- "$3" || fail "$1: no error that says '$3'"
  say "$1: exit code $2, '$3'"
}
keeps_secret() { # NAME
  ! grep -qF -- "$(cat "$work/$1.password")" "$work/$1.log" "$work/$1.out" || fail "$1: the password is in the log"
}

pick_ports
start_broker sasl
create_input
run_as wrong-password riposte not-the-password-7
refuses wrong-password 4 'refuses the connection.*Invalid username or password'
keeps_secret wrong-password
run_as no-rights stranger stranger-secret
refuses no-rights 4 "topic 'riposte\.[a-z-]*'.*authorization failed"
keeps_secret no-rights
start_engine no-topic --brokers "$broker" --rules "$SOURCE_DIR/rules/library" --listen "" \
  --set "state.directory=$work/no-topic" --set inputs.topics=absent=windows-nxlog --set inputs.start=earliest
refuses no-topic 3 "input topic 'absent' does not exist"
run_as welcome riposte riposte-secret
await_engine welcome $((port + 3))
keeps_secret welcome
stop_engine welcome
say "the right password: ready, and ended with exit code 0"
