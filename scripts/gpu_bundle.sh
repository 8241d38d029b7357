#!/usr/bin/env bash
# Collects what a build of relprompt needs beside a compiler, CMake, Ninja and LibTorch into one file, for a machine that
# has none of Debian's development packages and no network; scripts/gpu_check.sh unpacks it there.
#
#   scripts/gpu_bundle.sh [FILE]        makes build/gpu_bundle/bundle.tar.xz, or FILE; below 45 MiB
#   scripts/gpu_bundle.sh --list        only prints the paths that go into it
#   scripts/gpu_bundle.sh --check LIST  only checks such a list: everything below that must be in it is
#
# From an installed Debian: headers, CMake files and shared libraries of the packages, and the libraries that those load.
# glibc, libstdc++ and libgomp are the target's own: it must have a glibc at least as new as this system's. What optional
# libraries of relprompt need (curl, fonts, HEIC, tars) stays here: the check does not build them.
set -euo pipefail
cd "$(dirname "$0")/.."

largest=$((45 * 1024 * 1024))
lib="usr/lib/$(gcc -print-multiarch)"

# What the list must hold: package, path; a folder stands for whatever is in it.
must_have() {
  cat <<END
libdnnl-dev usr/include/dnnl.hpp
libdnnl-dev $lib/libdnnl.so
libopencv-core-dev usr/include/opencv4/opencv2/core.hpp
libopencv-core-dev $lib/libopencv_core.so
libopencv-imgproc-dev usr/include/opencv4/opencv2/imgproc.hpp
libopencv-imgproc-dev $lib/libopencv_imgproc.so
libcli11-dev usr/include/CLI/CLI.hpp
libboost-dev usr/include/boost/beast/
libboost-dev usr/include/boost/asio/
libboost-dev usr/include/boost/version.hpp
nlohmann-json3-dev usr/include/nlohmann/json.hpp
libyaml-cpp-dev usr/include/yaml-cpp/parser.h
libyaml-cpp-dev $lib/libyaml-cpp.so
libfmt-dev usr/include/fmt/format.h
libfmt-dev $lib/libfmt.so
libicu-dev usr/include/unicode/unistr.h
libicu-dev $lib/libicuuc.so
libicu-dev $lib/libicui18n.so
libjpeg62-turbo-dev usr/include/jpeglib.h
libjpeg62-turbo-dev $lib/libjpeg.so
libpng-dev usr/include/png.h
libpng-dev $lib/libpng.so
libtiff-dev $lib/libtiff.so
libwebp-dev usr/include/webp/decode.h
libwebp-dev $lib/libwebp.so
zlib1g-dev usr/include/zlib.h
zlib1g-dev $lib/libz.so
libssl-dev usr/include/openssl/evp.h
libssl-dev $lib/libcrypto.so
libxxhash-dev usr/include/xxhash.h
libxxhash-dev $lib/libxxhash.so
libminizip-dev usr/include/minizip/zip.h
libminizip-dev $lib/libminizip.so
libgtest-dev usr/include/gtest/gtest.h
libgtest-dev $lib/libgtest.a
libgmock-dev usr/include/gmock/gmock.h
libgmock-dev $lib/libgmock.a
libbenchmark-dev usr/include/benchmark/benchmark.h
libbenchmark-dev $lib/libbenchmark.so
libbenchmark-dev $lib/libbenchmark_main.a
END
}

# Without tools, and without what stays here. Boost comes by its files.
packages() {
  local tools='g\+\+|cmake|ninja-build|ccache|make|git|pkg-config'
  local left_out='libcurl.*|libfreetype.*|libharfbuzz.*|libfontconfig.*|fonts-.*|libboost-dev'
  scripts/install_dependencies.sh --labelling --list | grep -E -v "^($tools|$left_out)$"
  echo libgtest-dev libgmock-dev libbenchmark-dev | tr ' ' '\n'
}

# The parts of Boost that our sources include, as the compiler finds them; whole folders where those are chosen by platform.
boost_files() {
  grep -rhoE '^#include <boost/[^>]*>' apps src tests | sort -u |
    g++ -std=c++17 -x c++ -M - | tr ' \\' '\n\n' | grep '^/usr/include/boost/'
  find /usr/include/boost/{asio,beast,config} -type f
  find "/$lib"/cmake/{Boost-*,boost_headers-*,BoostDetect*} -type f
}

# The file of a library. BLAS and LAPACK are alternatives on Debian: here the reference ones, since OpenCV asks for them and
# nothing of ours does.
file_of() {
  case "$(basename "$1")" in
    libblas.so*) readlink -f "/$lib/blas/libblas.so.3" ;;
    liblapack.so*) readlink -f "/$lib/lapack/liblapack.so.3" ;;
    *) readlink -f "$1" ;;
  esac
}

# The names that a library is found by: the one that a build asks for, the one that programs load, and the file's.
names_of() {
  local path file
  while read -r path; do
    file="$(file_of "$path")"
    readelf -d "$file" 2>/dev/null | sed -n "s|.*SONAME.*\\[\\(.*\\)\\]|$lib/\\1|p"
    echo "$lib/$(basename "$path")"
    echo "$lib/$(basename "$file")"
  done
}

# What shared libraries load, but for what is the target's own.
loaded_by() {
  local path
  while read -r path; do file_of "$path"; done | xargs ldd | sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p' | sort -u |
    grep -E -v '/(libc|libm|libdl|libpthread|librt|libresolv|libmvec|libstdc\+\+|libgcc_s|libgomp|libopenblas[^/]*)\.so'
}

make_list() {
  local all libraries
  all="$(packages | xargs dpkg -L)"
  libraries="$(grep -E "^/usr/lib/.*\.so$" <<<"$all")"
  {
    grep -E "^/usr/(include|lib.*/cmake|share/cmake)/|/lib(gtest|gmock|benchmark)(_main)?\.a$" <<<"$all" |
      while read -r path; do [[ -d $path ]] || echo "$path"; done
    boost_files
    { echo "$libraries"; loaded_by <<<"$libraries"; } | names_of
  } | sed 's|^/||' | sort -u
}

check_list() {
  local list=$1 package path missing=0
  while read -r package path; do
    if [[ $path == */ ]]; then grep -q "^$path" "$list" && continue; else grep -qxF "$path" "$list" && continue; fi
    echo "gpu_bundle.sh: the bundle lacks $path of the package $package: apt-get install $package" >&2
    missing=1
  done < <(must_have)
  # Headers without the C library's: the target's compiler has its own.
  if grep -E '^usr/include/(stdio\.h|c\+\+/)|/lib(c|stdc\+\+)\.so' "$list" >&2; then
    echo "gpu_bundle.sh: these belong to the target's own C or C++ library and must not be in the bundle" >&2
    missing=1
  fi
  return $missing
}

case "${1:-}" in
  -h | --help) sed -n '2,13s/^# \{0,1\}//p' "$0"; exit 0 ;;
  --list) make_list; exit ;;
  --check) check_list "${2:?--check needs a list (try --help)}"; exit ;;
  --*) echo "gpu_bundle.sh: unknown option $1 (try --help)" >&2; exit 2 ;;
esac

bundle="${1:-build/gpu_bundle/bundle.tar.xz}"
mkdir -p "$(dirname "$bundle")"
make_list >"$bundle.list"
check_list "$bundle.list"
stage="$(mktemp -d)"
trap 'rm -rf "$stage"' EXIT
grep -v '\.so' "$bundle.list" | tar -C / --create --dereference --files-from=- | tar -C "$stage" --extract
while read -r path; do
  file="$(file_of "/$path")"
  cp -n "$file" "$stage/$lib/"
  [[ -e $stage/$path ]] || ln -s "$(basename "$file")" "$stage/$path"
done < <(grep '\.so' "$bundle.list")
tar -C "$stage" --create --owner=0 --group=0 usr | xz -T0 >"$bundle.part"
size="$(stat -c %s "$bundle.part")"
if ((size > largest)); then
  echo "gpu_bundle.sh: $bundle would have $size bytes, at most $largest are expected: $bundle.list says what is in it" >&2
  exit 1
fi
mv "$bundle.part" "$bundle"
echo "$bundle: $((size / 1024 / 1024)) MiB, $(wc -l <"$bundle.list") files"
