#!/usr/bin/env bash
# Formats every C++ file of the project in place; --check only reports and fails if one would change.
# The format is that of clang-format 14 (Debian 12): other versions break some lines otherwise.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v clang-format >/dev/null; then
  echo "format.sh: clang-format is not installed (scripts/install_dependencies.sh --dev)" >&2
  exit 1
fi
if ! clang-format --version | grep -q 'version 14\.'; then
  echo "format.sh: $(clang-format --version) found, version 14 expected" >&2
  exit 1
fi

options=(-i)
case "${1:-}" in
  "") ;;
  --check) options=(--dry-run --Werror) ;;
  *) echo "usage: scripts/format.sh [--check]" >&2; exit 2 ;;
esac

# By folder and not through git: this also works in an unpacked archive.
find . \( -path ./build -o -path ./out -o -path ./.git \) -prune -o -type f \( -name '*.h' -o -name '*.cpp' \) -print0 |
  xargs -0 -r clang-format "${options[@]}"
