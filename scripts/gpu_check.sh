#!/usr/bin/env bash
# Checks relprompt on a machine with one GPU: builds it against PyTorch's LibTorch, then runs every step of
# docs/measurements/gpu.md, each with a time limit, and writes gpu.json, gpu.md and a log for each step.
#
#   scripts/gpu_check.sh RESULTS_FOLDER                    all of it, 8 minutes at most
#   scripts/gpu_check.sh RESULTS_FOLDER --cpu              the same on the CPU at small sizes: the dry run
#   scripts/gpu_check.sh RESULTS_FOLDER --only right,fast  these steps, or groups of steps, alone
#   scripts/gpu_check.sh --list                            the steps with their limits
#
#   --bundle FILE    what scripts/gpu_bundle.sh made [build/gpu_bundle/bundle.tar.xz]; `system`: this system's own packages
#   --work FOLDER    for the build and what steps make, kept for another run [build/gpu_check]
#   --build FOLDER   a build that is already there, instead of one of its own
#   --minutes N      for all of it [8; 60 with --cpu]
#
# Needs python3 with PyTorch, NumPy and Pillow (PYTHON=... names another one), CMake, Ninja, g++ and, for a GPU, nvcc.
# Ends with 1 if a step failed or was not run, after all the others have been.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ ${1:---help} == -h || ${1:---help} == --help ]]; then
  sed -n '2,16s/^# \{0,1\}//p' scripts/gpu_check.sh
  exit 0
fi
for python in ${PYTHON:-python3 /usr/bin/python3}; do
  [[ -n ${PYTHON:-} ]] || "$python" -c 'import importlib.util as u, sys; sys.exit(not u.find_spec("torch"))' || continue
  exec "$python" -u scripts/gpu/check.py "$@"
done
echo "gpu_check.sh: no PyTorch in python3 and /usr/bin/python3: install it, or name another Python by PYTHON=..." >&2
exit 1
