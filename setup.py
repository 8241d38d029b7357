"""Builds the wheel's binaries with CMake: the extension module, librelprompt.so, librelprompt-hub.so and
the program.

Environment:
  RELPROMPT_BUILD_DIR   a CMake build folder to use, as it is configured if it builds the Python package
                        (default: build/pip/temp..., which makes a second build quick)
  CMAKE_ARGS            further arguments for CMake's configuration
  JOBS                  compilers at a time (default 2)
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent


def version() -> str:
    """The project's version, which CMakeLists.txt states."""
    found = re.search(r"project\(relprompt VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text())
    assert found, "CMakeLists.txt states no version"
    return found.group(1)


def given_build() -> str:
    """The CMake build folder that the environment names, absolute, or ""."""
    given = os.environ.get("RELPROMPT_BUILD_DIR", "")
    return os.path.abspath(given) if given else ""


class CleanBuild(build_py):
    """Forgets the files of an earlier build, which would be in the wheel for ever."""

    def run(self) -> None:
        shutil.rmtree(Path(self.build_lib) / "relprompt", ignore_errors=True)
        super().run()


class CMakeBuild(build_ext):
    """Configures and builds with CMake, and installs its component relprompt-python into the package."""

    def build_extension(self, ext: Extension) -> None:
        build = Path(given_build() or Path(self.build_temp, "cmake").resolve())
        package = Path(self.get_ext_fullpath(ext.name)).resolve().parent
        if not (given_build() and configured(build)):
            run(
                ["cmake", "-S", str(ROOT), "-B", str(build), "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release"]
                + ["-DRELPROMPT_TORCH=OFF", "-DRELPROMPT_TESTS=OFF", "-DRELPROMPT_PYTHON=ON"]
                + ["-DRELPROMPT_PYTHON_REQUIRED=ON", f"-DRELPROMPT_PYTHON_EXECUTABLE={sys.executable}"]
                + shlex.split(os.environ.get("CMAKE_ARGS", ""))
            )
        jobs = os.environ.get("JOBS", "2")
        run(["cmake", "--build", str(build), "--target", "python_package", "--parallel", jobs])
        run(["cmake", "--install", str(build), "--component", "relprompt-python", "--prefix", str(package)])


def configured(build: Path) -> bool:
    """True for a build folder that builds the Python package; it is used as it is."""
    cache = build / "CMakeCache.txt"
    return cache.exists() and "RELPROMPT_PYTHON:BOOL=ON" in cache.read_text()


def run(command: list) -> None:
    print("+", shlex.join(command), flush=True)
    try:
        subprocess.run(command, check=True)
    except FileNotFoundError:
        raise SystemExit(
            "setup.py: cmake is not installed; scripts/install_dependencies.sh installs what is needed"
        )
    except subprocess.CalledProcessError as error:
        raise SystemExit(
            f"setup.py: {command[0]} failed with status {error.returncode}; its messages are above"
        )


# setuptools' own folders lie beside those of CMake, and not in python/.
OWN = Path(given_build() or ROOT / "build") / "pip"
OWN.mkdir(parents=True, exist_ok=True)

setup(
    version=version(),
    ext_modules=[Extension("relprompt._core", sources=[])],
    cmdclass={"build_ext": CMakeBuild, "build_py": CleanBuild},
    options={"build": {"build_base": str(OWN)}, "egg_info": {"egg_base": str(OWN)}},
)
