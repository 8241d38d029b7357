#!/usr/bin/env bash
# Quick checks before a commit, without a network: format, include table, paths in pages. The last two need the build of
# `check_includes` and `check_calls` (any preset with tests) and are left out where there is none.
#   ln -s ../../scripts/pre_commit.sh .git/hooks/pre-commit
set -euo pipefail
cd "$(git rev-parse --show-toplevel)"
failed=0

if command -v clang-format >/dev/null && clang-format --version | grep -q 'version 14\.'; then
  scripts/format.sh --check || failed=1
else
  echo "pre_commit.sh: no clang-format 14, the format is not checked" >&2
fi
for build in build/release build/no-torch build/dev; do
  [[ -x $build/bin/check_includes ]] || continue
  ctest --test-dir "$build" -R '^tooling/(includes|calls|doc_paths)$' --output-on-failure >/dev/null ||
    { echo "pre_commit.sh: ctest --test-dir $build -R '^tooling/(includes|calls|doc_paths)$' fails" >&2; failed=1; }
  break
done
exit "$failed"
