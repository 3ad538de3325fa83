#!/usr/bin/env bash
# A PostgreSQL server of a test's own: sourced,
#
#   postgres_start      a new cluster and its server; exports PGHOST (the folder
#                       of its Unix socket, it listens nowhere else), PGPORT,
#                       PGUSER and PGDATABASE
#   postgres_crash      kill -9 of the whole server, and a start on the same files
#   postgres_restart    an orderly, immediate-mode restart
#   postgres_stop       also at exit, unless the sourcing script has a trap of
#                       its own: then it calls this there
#   postgres_missing    true when the machine has no server programs
#
# or run: tests/postgres.sh run COMMAND [ARG…] with a server around the command.
# The server runs as the calling user, for root as `postgres`, with fsync on.
postgres_root= postgres_bin=

postgres_find() {
    local bin
    for bin in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) \
      "$(dirname "$(command -v postgres 2>/dev/null || echo /none/postgres)")"; do
        [ -x "$bin/initdb" ] && [ -x "$bin/postgres" ] && postgres_bin=$bin && return 0
    done
    return 1
}
postgres_missing() { ! postgres_find; }

# postgres_as COMMAND…: as the user that the server runs as.
postgres_as() {
    if [ "$(id -u)" -eq 0 ]; then
        (cd / && runuser -u postgres -- "$@")
    else
        "$@"
    fi
}
postgres_ctl() {
    postgres_as "$postgres_bin/pg_ctl" -s -w -t 60 -D "$postgres_root/data" \
      -l "$postgres_root/server.log" "$@"
}
postgres_up() {
    postgres_ctl -o "-k $postgres_root -c listen_addresses= -c max_connections=200 ${POSTGRES_OPTIONS:-}" start
}
postgres_start() {
    postgres_find || { echo "postgres.sh: no PostgreSQL server found" >&2; return 1; }
    # Not below $TMPDIR: a socket's path has 107 bytes at most.
    postgres_root=$(mktemp -d /tmp/orma-pg-XXXXXX)
    [ "$(id -u)" -ne 0 ] || chown postgres: "$postgres_root"
    chmod 755 "$postgres_root"
    postgres_as "$postgres_bin/initdb" -D "$postgres_root/data" -U postgres -A trust \
      -E UTF8 --locale=C.UTF-8 >"$postgres_root.initdb" 2>&1 \
      || { cat "$postgres_root.initdb" >&2; rm -f "$postgres_root.initdb"; return 1; }
    rm -f "$postgres_root.initdb"
    [ -n "$(trap -p EXIT)" ] || trap postgres_stop EXIT
    postgres_up || { cat "$postgres_root/server.log" >&2; return 1; }
    export PGHOST=$postgres_root PGPORT=5432 PGUSER=postgres PGDATABASE=postgres
}
postgres_pid() { head -n 1 "$postgres_root/data/postmaster.pid" 2>/dev/null; }
postgres_crash() {
    local pid children
    pid=$(postgres_pid)
    children=$(cat "/proc/$pid/task/$pid/children" 2>/dev/null)
    # shellcheck disable=SC2086
    kill -9 "$pid" $children 2>/dev/null
    # Its lock file names a pid: a start is refused while that one lives.
    while kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
    postgres_up
}
postgres_restart() {
    postgres_ctl -m immediate stop && postgres_up
}
postgres_stop() {
    [ -n "$postgres_root" ] || return 0
    postgres_ctl -m immediate stop >/dev/null 2>&1
    rm -rf "$postgres_root"
    postgres_root=
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
    [ "${1:-}" = run ] || { echo "usage: $0 run COMMAND [ARG…]" >&2; exit 2; }
    shift
    postgres_start || exit 1
    "$@"
    exit $?
fi
