# Sourced by benchmarks that run on both storage backends, at their beginning:
#
#   . backend.sh       runs the calling script once for each backend, the second
#                      time with a PostgreSQL server of its own around it; goes on
#                      within those runs, where $backend names the one
#   new_profile        an empty profile of $backend in the folder $work, or in
#                      $BENCH_KEEP/<backend> if BENCH_KEEP is set, which stays
#
# BENCH_BACKEND=core.sqlite_dos or core.psql_dos: that one only. For the second
# PGHOST then names the folder of a running server's socket; a kept profile
# works while that server does.
bench_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [ -z "${BENCH_BACKEND:-}" ]; then
    BENCH_BACKEND=core.sqlite_dos "$0" "$@" || exit
    . "$bench_here/../postgres.sh"
    if postgres_missing; then
        echo "core.psql_dos: skipped, there is no PostgreSQL server"
        exit 0
    fi
    BENCH_BACKEND=core.psql_dos exec "$bench_here/../postgres.sh" run "$0" "$@"
fi
backend=$BENCH_BACKEND
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

new_profile() {
    export ORMA_PATH=$work/profile
    if [ -n "${BENCH_KEEP:-}" ]; then
        ORMA_PATH=$BENCH_KEEP/$backend
    fi
    rm -rf "$ORMA_PATH"
    case $backend in
    core.psql_dos)
        orma presto --use-postgres --postgres-hostname "$PGHOST" \
          --postgres-username "${PGUSER:-postgres}" >/dev/null
        ;;
    *) orma presto >/dev/null ;;
    esac
}
