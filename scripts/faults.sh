#!/usr/bin/env bash
# Strikes every system call that can fail of segment (also of a shard), video, import, quantize, eval and train, one a run, and
# checks what is left (docs/measurements/reliability.md). Commands called -older replace results that stand there. Hours on two
# cores, most of them for train (--points 20 takes 20 of its calls); the release preset has to be built.
#   scripts/faults.sh [--commands segment,eval] [--faults kill,disk-full] [--points N] [--json FILE]
set -euo pipefail
cd "$(dirname "$0")/.."
build=build/release
for file in "$build/bin/relprompt" "$build/bin/strike" "$build/lib/libclock_steps.so"; do
  [[ -e $file ]] || { echo "faults.sh: $file is missing; cmake --build --preset release makes it" >&2; exit 2; }
done
points=(--all)
for word in "$@"; do
  [[ $word != --points* ]] || points=()
done
exec python3 tests/faults/faults.py --program "$PWD/$build/bin/relprompt" --strike "$PWD/$build/bin/strike" \
  --clock "$PWD/$build/lib/libclock_steps.so" "${points[@]}" "$@"
