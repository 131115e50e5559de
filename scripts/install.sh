#!/usr/bin/env bash
# install.sh PYTHON: make .venv hold exactly requirements.txt. uv downloads in parallel; where its index cannot be
# reached (a mirror that only pip is configured for), pip installs the same pins.
set -euo pipefail
python=$1
"$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || {
  echo "Python 3.11, 3.12 or 3.13 is needed, $python is $("$python" -V 2>&1); name another with make PYTHON=python3.12 ..." >&2
  exit 1
}
[ -x .venv/bin/python ] || "$python" -m venv .venv
pip="env PIP_DISABLE_PIP_VERSION_CHECK=1 .venv/bin/python -m pip install --quiet --no-deps"
$pip "$(grep '^uv==' requirements.txt)"
.venv/bin/uv pip sync --quiet --python .venv/bin/python requirements.txt || {
  echo "uv could not install; trying pip, which takes longer" >&2
  $pip -r requirements.txt
}
# The library is importable in .venv, from where it lies; the path is relative, so that the folder may be moved.
for site in .venv/lib/python3.*/site-packages; do echo ../../../../scripts > "$site/framewright.pth"; done
touch .venv/ready
