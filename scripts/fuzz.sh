#!/usr/bin/env bash
# Builds the fuzz targets and runs each one from its seeds; exits non-zero if any finds something.
#   scripts/fuzz.sh [SECONDS_PER_TARGET] [TARGET...]     defaults: 60 seconds, all targets
# Findings are left in build/fuzz/findings/. Corpora grow in build/fuzz/corpus/ from run to run.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-60}
shift || true
build=build/fuzz

cmake --preset fuzz >/dev/null
cmake --build --preset fuzz --parallel 2 --target fuzzers

if [ $# -gt 0 ]; then
  targets=("$@")
else
  targets=()
  for program in "$build"/bin/fuzz_*; do
    [ -x "$program" ] && targets+=("${program##*/fuzz_}")
  done
fi
[ ${#targets[@]} -gt 0 ] || { echo "fuzz.sh: no targets in $build/bin" >&2; exit 1; }

failed=()
for target in "${targets[@]}"; do
  corpus=$build/corpus/$target
  findings=$build/findings/$target
  mkdir -p "$corpus" "$findings"
  folders=("$corpus")
  [ -d "fuzz/seeds/$target" ] && folders+=("fuzz/seeds/$target")
  options=(-max_total_time="$seconds" -timeout=20 -rss_limit_mb=2500 -print_final_stats=1 -verbosity=0 -print_funcs=0)
  [ -f "fuzz/seeds/$target.dict" ] && options+=(-dict="fuzz/seeds/$target.dict")
  echo "== fuzz_$target, $seconds s"
  "$build/bin/fuzz_$target" "${options[@]}" -artifact_prefix="$findings/" "${folders[@]}" || failed+=("$target")
done

if [ ${#failed[@]} -gt 0 ]; then
  echo "fuzz.sh: findings in ${failed[*]}; inputs are in $build/findings/" >&2
  exit 1
fi
echo "fuzz.sh: no findings in ${targets[*]}"
