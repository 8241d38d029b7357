#!/usr/bin/env bash
# Runs clang-tidy (.clang-tidy: every finding is an error).
#
#   scripts/lint.sh               C++ sources that differ from the branch `main`, or from HEAD when on it
#   scripts/lint.sh --all         every source of src/, apps/, examples/ and python/src/
#   scripts/lint.sh FILE.cpp...   these
#
# It configures its own build folder: clang cannot read GCC's precompiled header, and the compiler cache would
# hide the compiler's name from clang-tidy. Nothing is compiled there. NO_TORCH=1 leaves LibTorch out. Where
# pybind11 is not installed, python/src is left out.
set -euo pipefail
cd "$(dirname "$0")/.."

for tool in clang-tidy clang++; do
  command -v "$tool" >/dev/null || {
    echo "lint.sh: $tool is not installed (scripts/install_dependencies.sh --dev)" >&2
    exit 1
  }
done

changed_files() {
  local base=HEAD
  if git rev-parse --quiet --verify main >/dev/null; then base="$(git merge-base main HEAD)"; fi
  git diff --name-only --diff-filter=d "$base" -- '*.cpp'
  git ls-files --others --exclude-standard -- '*.cpp'
}

files=()
if [[ $# -eq 0 ]]; then
  mapfile -t files < <(changed_files | grep -E '^(src|apps|examples|python/src)/' | sort -u || true)
elif [[ $1 == --all ]]; then
  mapfile -t files < <(git ls-files --cached --others --exclude-standard -- 'src/*.cpp' 'apps/*.cpp' 'examples/*.cpp' \
    'python/src/*.cpp')
else
  files=("$@")
fi
if [[ ${#files[@]} -eq 0 ]]; then
  echo "lint.sh: no changed source files"
  exit 0
fi

torch=ON
[[ -z ${NO_TORCH:-} ]] || torch=OFF
cmake -S . -B build/lint -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_COMPILER=clang++ \
  -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON -DRELPROMPT_CCACHE=OFF -DRELPROMPT_TESTS=OFF \
  -DRELPROMPT_TORCH="$torch" -DRELPROMPT_PYTHON=ON >/dev/null
if ! grep -q '/python/src/' build/lint/compile_commands.json; then
  kept=()
  for file in "${files[@]}"; do
    if [[ $file == python/src/* ]]; then echo "lint.sh: $file is left out, pybind11 is not installed"; else kept+=("$file"); fi
  done
  files=("${kept[@]}")
  [[ ${#files[@]} -gt 0 ]] || exit 0
fi
echo "lint.sh: ${#files[@]} files"
printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P "${JOBS:-2}" clang-tidy -p build/lint --quiet 2> >(grep -v ' warnings generated' >&2)
