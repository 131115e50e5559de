#!/usr/bin/env bash
# timed.sh "what this does" "command": say what starts, run it, say how long it took and
# whether it worked, on stderr.
set -u
echo "==> $1" >&2
SECONDS=0
bash -euo pipefail -c "$2"
status=$?
printf '==> %s in %d min %02d s\n' "$([ $status = 0 ] && echo done || echo "failed (exit $status)")" $((SECONDS / 60)) $((SECONDS % 60)) >&2
exit $status
