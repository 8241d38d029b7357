"""The machine, and a build of relprompt on it: the bundle in a private prefix, LibTorch from the Python package."""
from __future__ import annotations

import os
import platform
import shutil
import subprocess
from pathlib import Path

from context import ROOT, Check, NotRun, Rows, StepFailed, run

PROGRAMS = {"relprompt": "relprompt_cli", "test_network": "test_network", "test_train": "test_train",
            "test_cli_gpu": "test_cli_gpu", "bench_updates": "bench_updates"}
# What no step needs: libraries that are loaded for images, tars, rasters and videos of other people.
LEFT_OUT = ("HUB", "HEIF", "TAR", "FONTS", "RASTER", "VIDEO", "PYTHON", "GPU_STAND_IN")


def _said(*command: str) -> str:
    try:
        return subprocess.run(command, cwd=ROOT, text=True, capture_output=True).stdout.strip()
    except OSError:
        return ""


def machine(check: Check, rows: Rows) -> None:
    import torch
    processor = [line.split(":")[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8") if "model name" in line]
    rows.add("commit", os.environ.get("COMMIT") or _said("git", "describe", "--always", "--dirty") or "unknown")
    rows.add("processor", f"{processor[0] if processor else platform.machine()}, {check.cores} cores")
    rows.add("system", f"{platform.freedesktop_os_release()['PRETTY_NAME']}, {' '.join(platform.libc_ver())}, "
                       f"{_said('g++', '--version').splitlines()[0]}, {_said('cmake', '--version').splitlines()[0]}")
    rows.add("PyTorch", f"{torch.__version__}, CUDA {torch.version.cuda}, Python {platform.python_version()}")
    # Debian's libraries are built with the new one; a LibTorch with the other cannot be linked with them.
    new_abi = bool(torch._C._GLIBCXX_USE_CXX11_ABI)
    rows.add("C++ ABI of LibTorch", "new" if new_abi else "old", "new, as that of the bundle", new_abi)
    # They do not meet those of the bundle's, which RELPROMPT_PRIVATE_ONEDNN hides.
    library = Path(torch.__file__).parent / "lib/libtorch_cpu.so"
    names = sum(" T dnnl_" in line for line in _said("nm", "-D", str(library)).splitlines()) if library.exists() else 0
    rows.add("names of oneDNN that LibTorch shows", str(names))
    if check.on_gpu:
        found = torch.cuda.is_available()
        rows.add("device", torch.cuda.get_device_name() if found else "none", "a GPU", found)
        if found:
            driver = _said("nvidia-smi", "--query-gpu=driver_version,memory.total", "--format=csv,noheader")
            rows.add("driver, memory", driver.splitlines()[0] if driver else "unknown")
    else:
        rows.add("device", "none: the dry run on the CPU, at small sizes")


def unpack(check: Check, rows: Rows, bundle: str) -> None:
    if bundle == "system":
        rows.add("bundle", "none: this system's own packages")
        return
    if not Path(bundle).exists():
        raise StepFailed(f"no bundle {bundle}: make it by scripts/gpu_bundle.sh on an installed Debian and bring it")
    prefix = check.folder("prefix")
    run(check, ["tar", "-xJf", bundle, "-C", prefix])
    size = Path(bundle).stat().st_size / 2**20
    rows.at_most("size of the bundle", size, 45, " MiB")


def _torch_options(check: Check) -> tuple[list[str], list[str]]:
    """-> prefixes, options"""
    import torch
    place = str(torch.utils.cmake_prefix_path)
    prefixes = [place] if Path(place, "Torch/TorchConfig.cmake").exists() else []   # else where CMake looks by itself
    if not check.on_gpu:
        return prefixes, []
    if shutil.which("nvcc") is None:
        raise NotRun("no nvcc in PATH: LibTorch's CMake files for CUDA ask for the CUDA toolkit")
    return prefixes, ["-DTORCH_CUDA_ARCH_LIST={}.{}".format(*torch.cuda.get_device_capability())]


def configure(check: Check, rows: Rows, bundle: str) -> None:
    prefixes, options = _torch_options(check)
    if bundle != "system":
        usr = check.work / "prefix/usr"
        multiarch = _said("gcc", "-print-multiarch") or "x86_64-linux-gnu"
        libraries = usr / "lib" / multiarch
        # By RPATH and not by LD_LIBRARY_PATH: compilers and Python keep their own libraries.
        link = f"-L{libraries} -Wl,-rpath,{libraries} -Wl,-rpath-link,{libraries} -Wl,--disable-new-dtags"
        prefixes.insert(0, str(usr))
        options += ["-DRELPROMPT_PRIVATE_ONEDNN=ON", f"-DCMAKE_CXX_FLAGS=-isystem {usr}/include -isystem {usr}/include/{multiarch}",
                    f"-DCMAKE_SHARED_LINKER_FLAGS={link}", f"-DCMAKE_EXE_LINKER_FLAGS={link} -Wl,--allow-shlib-undefined"]
    options += [f"-DRELPROMPT_{name}=OFF" for name in LEFT_OUT]
    words = ["cmake", "-S", ROOT, "-B", check.build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
             "-DCMAKE_POLICY_VERSION_MINIMUM=3.5", "-DRELPROMPT_TORCH=ON", "-DRELPROMPT_BENCH=ON", "-DRELPROMPT_TESTS=ON",
             "-DRELPROMPT_GPU_TESTS=ON", f"-DCMAKE_PREFIX_PATH={';'.join(prefixes)}", *options]
    if run(check, words, status=None).returncode != 0:
        import torch
        rows.add("LibTorch's own CMake files", "fail (logs/configure.log): scripts/gpu/TorchConfig.cmake instead")
        run(check, [*words, "--fresh", f"-DTorch_DIR={ROOT / 'scripts/gpu'}",
                    f"-DRELPROMPT_PYTHON_TORCH={Path(torch.__file__).parent}"])
    cache = (check.build / "CMakeCache.txt").read_text()
    places = dict(line.split("=", 1) for line in cache.splitlines() if "=" in line and line[0] not in "#/")
    for name in ("ONEDNN_LIBRARY:FILEPATH", "fmt_DIR:PATH", "Torch_DIR:PATH"):
        found = places.get(name, "nothing")
        ours = bundle == "system" or name.startswith("Torch") or str(check.work) in found
        rows.add(name.split(":")[0], found, "" if bundle == "system" else "of the bundle, LibTorch of Python", ours)


def build(check: Check, rows: Rows) -> None:
    jobs = os.environ.get("JOBS") or str(check.cores)
    # -k 0: what does not compile takes away its own steps and no others.
    targets = [*PROGRAMS.values(), "relprompt_torch_library"]
    run(check, ["cmake", "--build", check.build, "--parallel", jobs, "--target", *targets, "--", "-k", "0"], status=None)
    for name in PROGRAMS:
        there = (check.build / "bin" / name).exists()
        rows.add(name, "built" if there else "missing: logs/build.log says why", "built", there)
    library = (check.build / "lib/librelprompt-torch.so").exists()
    rows.add("librelprompt-torch.so", "built" if library else "missing", "built", library)
