#!/usr/bin/env bash
# Pins what a version of mlx-lm stands on, by hash: references/mlx-lm/pin.sh 0.32.2
set -euo pipefail
cd "$(dirname "$0")"
version=${1:?which version of mlx-lm?}
printf 'mlx-lm==%s\nmlx[cpu]; sys_platform == "linux"\n' "$version" |
  uv pip compile --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
    --output-file "requirements-$version.txt" - >/dev/null
