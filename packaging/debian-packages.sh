# Debian packages by purpose, and their installation; sourced by quickstart and
# check.
build_packages="gcc libc6-dev make autoconf automake libtool pkg-config
 libltdl-dev libjson-c-dev libyaml-dev libsqlite3-dev libuv1-dev libssl-dev
 libb2-dev zlib1g-dev libzip-dev libpq-dev libxml2-dev"
test_packages="libcunit1-dev g++ strace graphviz sqlite3 xz-utils"
more_test_packages="postgresql clang valgrind procps time"
code_packages="quantum-espresso quantum-espresso-data"

# install_packages "NAME …": installs those that are missing, as root or sudo.
install_packages() {
    local missing=() name
    for name in $1; do
        dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null \
          | grep -qx installed || missing+=("$name")
    done
    [ ${#missing[@]} -eq 0 ] && return
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || {
            echo "these packages are needed, and neither root nor sudo is there to install them:" >&2
            echo "  apt-get install ${missing[*]}" >&2
            return 1
        }
        as_root=(sudo)
    fi
    echo "installing ${#missing[@]} packages: ${missing[*]}" >&2
    local log
    log=$(mktemp)
    "${as_root[@]}" apt-get update -qq >"$log" 2>&1 || true
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
      --no-install-recommends "${missing[@]}" >>"$log" 2>&1 || {
        tail -n 20 "$log" >&2
        rm -f "$log"
        echo "apt-get could not install: ${missing[*]}" >&2
        return 1
    }
    rm -f "$log"
}
