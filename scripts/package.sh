#!/usr/bin/env bash
# Debian packages of what a build folder holds: relprompt and, where they are built, relprompt-torch, relprompt-video and
# relprompt-raster.
#   scripts/package.sh [BUILD_FOLDER] [OUTPUT_FOLDER]     defaults: build/release, build/packages
# Then: apt install ./build/packages/relprompt_*.deb
set -euo pipefail
cd "$(dirname "$0")/.."
build="$(realpath "${1:-build/release}")"
output="${2:-build/packages}"
[[ -f $build/CPackConfig.cmake ]] || { echo "package.sh: $build is not configured; cmake --preset release" >&2; exit 2; }
for tool in dpkg-shlibdeps file; do
  command -v "$tool" >/dev/null || { echo "package.sh: $tool is missing; apt-get install dpkg-dev file" >&2; exit 2; }
done
mkdir -p "$output"
output="$(realpath "$output")"
cd "$build"
cpack -G DEB -B "$output"
rm -rf "$output/_CPack_Packages"
for package in "$output"/*.deb; do
  printf '%s  %s KB installed\n' "${package##*/}" "$(dpkg-deb -f "$package" Installed-Size)"
done
