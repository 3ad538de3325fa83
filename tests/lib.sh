# TAP for shell tests: source it first. Each test has an ORMA_PATH and a work
# folder of its own, removed at exit.
#
#   run COMMAND…           runs it; $status, $output (stdout), $errors (stderr)
#   ok DESCRIPTION TEST…   passes when the command TEST… succeeds
#   is DESCRIPTION GOT WANTED
#   like DESCRIPTION TEXT REGEX      (grep -E)
#   unlike DESCRIPTION TEXT REGEX
#   near DESCRIPTION GOT WANTED TOLERANCE      numbers
#   exits DESCRIPTION STATUS         the last run's status
#   skip_all REASON        ends the test: the machine lacks something
#   finish                 last line: prints the plan, exits 1 after a failure
set -u
# Below an empty $work, tests would write to and remove from the root folder.
work=$(mktemp -d "${TMPDIR:-/tmp}/orma-test-XXXXXX") && [ -d "${work:-}" ] || {
    echo "Bail out! no folder to work in"
    exit 1
}
trap 'rm -rf "$work"' EXIT
export ORMA_PATH=$work/orma HOME=$work/home XDG_DATA_HOME=$work/data NO_COLOR=1 TZ=UTC
unset ORMA_PROFILE EMAIL
mkdir -p "$HOME"
count=0 failures=0 status=0 output= errors=

run() {
    "$@" >"$work/stdout" 2>"$work/stderr" </dev/null && status=0 || status=$?
    output=$(cat "$work/stdout") errors=$(cat "$work/stderr")
}
# verdict STATUS DESCRIPTION [DIAGNOSTIC…]
verdict() {
    count=$((count + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $count - $2"
        return
    fi
    failures=$((failures + 1))
    echo "not ok $count - $2"
    shift 2
    [ $# -eq 0 ] || printf '%s\n' "$@" | sed 's/^/# /'
}
ok() {
    local description=$1
    shift
    if "$@" >"$work/ok.log" 2>&1; then
        verdict 0 "$description"
    else
        verdict 1 "$description" "command: $*" "$(cat "$work/ok.log")"
    fi
}
is() {
    [ "$2" = "$3" ] && verdict 0 "$1" || verdict 1 "$1" "got:    $2" "wanted: $3"
}
like() {
    grep -qE -- "$3" <<<"$2" && verdict 0 "$1" || verdict 1 "$1" "got: $2" "wanted a match of: $3"
}
unlike() {
    grep -qE -- "$3" <<<"$2" && verdict 1 "$1" "got: $2" "wanted no match of: $3" || verdict 0 "$1"
}
near() {
    awk -v a="$2" -v b="$3" -v t="$4" 'BEGIN {d = a - b; exit !(a != "" && d <= t && -d <= t)}' \
      && verdict 0 "$1" || verdict 1 "$1" "got:    $2" "wanted: $3 within $4"
}
exits() {
    [ "$status" -eq "$2" ] && verdict 0 "$1" \
      || verdict 1 "$1" "exit status $status, wanted $2" "stdout: $output" "stderr: $errors"
}
skip_all() {
    echo "1..0 # SKIP $1"
    exit 0
}
finish() {
    echo "1..$count"
    exit $((failures > 0))
}
