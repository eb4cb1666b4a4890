#!/usr/bin/env bash
# Builds the variants from nothing: build.sh [--out DIR] [--check] [NAME…]. Needs uv. See build.py.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [ "$(uname)" = Darwin ]; then caches=$HOME/Library/Caches; else caches=${XDG_CACHE_HOME:-$HOME/.cache}; fi
cache=${PARITY_CACHE:-$caches/transformers-parity}/variants

# Makes the environment of a requirements file, once, and prints its Python.
environment() {
  local folder
  folder=$cache/environment-$(cksum <"$1" | cut -d" " -f1)
  if [ ! -e "$folder/complete" ]; then
    uv venv --quiet --clear --python 3.11 "$folder" >&2
    uv pip install --quiet --python "$folder/bin/python" --require-hashes -r "$1" >&2
    touch "$folder/complete"
  fi
  echo "$folder/bin/python"
}

python=$(environment "$here/requirements.txt")
OLDEST_PYTHON=$(environment "$here/oldest/requirements.txt")
# One thread a process, so that sums are rounded alike on any number of cores.
export OLDEST_PYTHON OMP_NUM_THREADS=1 OMP_WAIT_POLICY=PASSIVE TOKENIZERS_PARALLELISM=false HF_HUB_OFFLINE=1
exec "$python" "$here/build.py" --work "$cache/work" "$@"
