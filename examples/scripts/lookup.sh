#!/bin/sh
# Looks an entry point up and launches it: lookup.sh ENTRY INPUTS
#
#   lookup.sh acme.sum inputs.yaml
#
# orma lists entry points as JSON without loading any plugin; a row has kind,
# group, name, package, version, summary, state, reason and path.
#
# SPDX-License-Identifier: MIT
set -eu
if [ $# -ne 2 ]; then
    echo "usage: $0 ENTRY INPUTS" >&2
    exit 2
fi
entry=$1
inputs=$2

# A row a line. With jq it would be:
#   jq -c --arg name "$entry" '.[] | select(.name == $name)'
rows() {
    orma plugin list "$1" --format json | tr -d '\n' | sed 's/} *, *{/}\
{/g'
}
# field NAME: of the row on standard input
field() {
    sed -n 's/.*"'"$1"'": *"\([^"]*\)".*/\1/p'
}

for kind in calculations workflows; do
    row=$(rows "$kind" | grep -F "\"$entry\"" | head -n 1 || true)
    [ -z "$row" ] || break
done
if [ -z "$row" ]; then
    echo "$0: no calculation or workflow is called \"$entry\"" >&2
    exit 3
fi
name=$(printf '%s\n' "$row" | field name)
state=$(printf '%s\n' "$row" | field state)
if [ "$state" != ok ]; then
    echo "$0: $name is $state: $(printf '%s\n' "$row" | field reason)" >&2
    exit 1
fi
echo "launching $name: $(printf '%s\n' "$row" | field summary)" >&2
exec orma run "$name" -i "$inputs" --format json
