#!/usr/bin/env bash
# The reference of the public headers as a site in build/docs/html. Fails if a public symbol has no comment.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v doxygen >/dev/null || { echo "build_docs.sh: doxygen is missing; apt-get install doxygen" >&2; exit 77; }
mkdir -p build/docs
doxygen docs/Doxyfile
# Links between pages lead to files that are no part of the site.
if grep -E '^[^ ]*include/relprompt/' build/docs/warnings.txt; then
  echo "build_docs.sh: the lines above name what is not documented" >&2
  exit 1
fi
echo "build/docs/html/index.html"
