#!/usr/bin/env bash
# Installs every Debian package that building, testing and running relprompt needs (Debian 12 or 13).
#
#   scripts/install_dependencies.sh              compiler, libraries, LibTorch, test frameworks
#   scripts/install_dependencies.sh --labelling  only what the program needs to label on the CPU
#   scripts/install_dependencies.sh --python     that, and what `pip install .` needs
#   scripts/install_dependencies.sh --tar        also what reading and writing tars (WebDataset) needs; with any of the others
#   scripts/install_dependencies.sh --raster     also GDAL, for georeferenced rasters (relprompt raster)
#   scripts/install_dependencies.sh --video      also FFmpeg's libraries and OpenCV's optical flow, for `relprompt video`
#   scripts/install_dependencies.sh --dev        also clang, its formatter, linter and sanitizer runtimes
#   scripts/install_dependencies.sh --engines    also Slurm and Dask, for scripts/test_engines.sh
#   scripts/install_dependencies.sh --list       only prints the packages
#
# When everything is there it ends at once, without touching the network.
set -euo pipefail

packages=(
  g++ cmake ninja-build ccache make git pkg-config
  libdnnl-dev
  libopencv-core-dev libopencv-imgproc-dev
  libcli11-dev libboost-dev nlohmann-json3-dev libyaml-cpp-dev libspdlog-dev libfmt-dev libicu-dev
  libjpeg62-turbo-dev libpng-dev libtiff-dev libwebp-dev zlib1g-dev libssl-dev libxxhash-dev libcurl4-openssl-dev libminizip-dev
  libfreetype-dev libharfbuzz-dev libfontconfig-dev fonts-dejavu-core
)
# Images that few have.
image_packages=(libheif-dev)
# WebDataset shards.
tar_packages=(libarchive-dev)
# Georeferenced rasters; the programs for tests and for whoever looks at results.
raster_packages=(libgdal-dev gdal-bin)
# Videos and cameras.
video_packages=(libavformat-dev libavcodec-dev libavutil-dev libswscale-dev libavdevice-dev libopencv-video-dev)
# Training and GPUs.
torch_packages=(libtorch-dev libgloo-dev libopenblas0-openmp)
# The Python package.
python_packages=(
  python3 python3-dev pybind11-dev python3-pybind11 python3-numpy
  python3-pip python3-setuptools python3-wheel python3-venv
)
test_packages=(libgtest-dev libgmock-dev libbenchmark-dev curl python3-jsonschema python3-pil python3-pytest mypy)
dev_packages=(clang clang-format clang-tidy libclang-rt-dev libomp-dev doxygen dpkg-dev file)
engine_packages=(slurm-wlm munge python3-distributed python3-yaml)
list_only=no
labelling_only=no
python_only=no

for argument in "$@"; do
  case "$argument" in
    --dev) packages+=("${dev_packages[@]}") ;;
    --engines) packages+=("${engine_packages[@]}") ;;
    --tar) packages+=("${tar_packages[@]}") ;;
    --raster) packages+=("${raster_packages[@]}") ;;
    --video) packages+=("${video_packages[@]}") ;;
    --labelling) labelling_only=yes ;;
    --python) python_only=yes ;;
    --list) list_only=yes ;;
    -h | --help) sed -n '2,14s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "install_dependencies.sh: unknown option $argument (try --help)" >&2; exit 2 ;;
  esac
done

if [[ $python_only == yes ]]; then
  packages+=("${python_packages[@]}")
elif [[ $labelling_only == no ]]; then
  packages+=("${image_packages[@]}" "${tar_packages[@]}" "${python_packages[@]}" "${torch_packages[@]}" "${test_packages[@]}")
fi

if [[ $list_only == yes ]]; then
  printf '%s\n' "${packages[@]}"
  exit 0
fi

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  {
    echo "install_dependencies.sh: this system has no apt-get; the build is made for Debian 12 and 13."
    echo "  Install the counterparts of these by hand, then run cmake --preset release:"
    printf '    %s\n' "${packages[@]}"
  } >&2
  exit 1
fi

# One query for all: "ii " is the state of an installed package, and unknown ones only make stderr noise.
installed="$(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' "${packages[@]}" 2>/dev/null |
  sed -n 's/^ii *//p' || true)"
missing=()
for package in "${packages[@]}"; do
  grep -qxF "$package" <<<"$installed" || missing+=("$package")
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

as_root=()
if [[ $EUID -ne 0 ]]; then
  if ! command -v sudo >/dev/null; then
    {
      echo "install_dependencies.sh: these packages are missing, and installing them needs root (no sudo here):"
      echo "  apt-get install --no-install-recommends ${missing[*]}"
    } >&2
    exit 1
  fi
  as_root=(sudo)
fi

echo "Installing ${#missing[@]} Debian packages: ${missing[*]}"
install_missing() {
  # 'env' because sudo drops the caller's environment.
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install --yes --quiet --no-install-recommends "${missing[@]}"
}

# A fresh container has no package lists, a used one may have old ones: refresh only in these cases.
if ! apt-cache show "${missing[@]}" >/dev/null 2>&1; then
  "${as_root[@]}" apt-get update --quiet
  install_missing
elif ! install_missing; then
  "${as_root[@]}" apt-get update --quiet
  install_missing
fi
