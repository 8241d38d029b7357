#!/usr/bin/env bash
# make test: installs what is missing, builds the release preset and runs every test.
# JOBS (default 2) bounds compiler processes and tests: a file that includes LibTorch needs more than 1 GB to compile.
# The last line is CTest's summary, also when tests were skipped (CTest lists those after it).
set -euo pipefail
cd "$(dirname "$0")/.."

jobs="${JOBS:-2}"
log=build/release/Testing/make_test.log

scripts/install_dependencies.sh
cmake --preset release -DRELPROMPT_BENCH=ON  # the benchmarks are only compiled
cmake --build --preset release --parallel "$jobs"

# Tests run beside each other: an OpenMP thread that waits for work should leave its core to them.
export OMP_WAIT_POLICY="${OMP_WAIT_POLICY:-passive}"
mkdir -p "$(dirname "$log")"
status=0
ctest --preset release --parallel "$jobs" 2>&1 | tee "$log" || status=$?
echo
grep -E '^[0-9]+% tests passed' "$log" | tail -n 1 || { echo "test.sh: CTest gave no summary" >&2; exit 1; }
exit "$status"
