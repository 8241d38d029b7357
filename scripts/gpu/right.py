"""Whether numbers are right: the tests that compare with the reference, on the device; label maps; the tests OnGpus."""
from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Mapping

from context import NONE, ROOT, Check, NotRun, Rows, StepFailed, environment, run

VARIANTS = "official, paper"
# NVIDIA's libraries know the first, LibTorch the second.
NO_TF32 = {"NVIDIA_TF32_OVERRIDE": "0"}
TF32 = {"TORCH_ALLOW_TF32_CUBLAS_OVERRIDE": "1", "RELPROMPT_TEST_TOLERANCE": "1e-2"}


def references(check: Check, rows: Rows) -> None:
    """Makes the goldens that are too large for the repository, or takes them from ../shared, and the batches of real size."""
    from real_size import Setting
    for network in ("tiny", "base"):
        folder, ready = check.work / "shared/golden" / network, ROOT.parent / "shared/golden" / network
        folder.parent.mkdir(parents=True, exist_ok=True)
        if not folder.exists() and ready.exists():
            folder.symlink_to(ready)
        elif not (folder / "expected.safetensors").exists():
            code = f"import pathlib, {network}_golden as g; g.write(pathlib.Path({str(folder)!r}))"
            run(check, [sys.executable, "-c", code], status=None, variables={"PYTHONPATH": str(ROOT / "tools/reference")})
        there = (folder / "expected.safetensors").exists()
        rows.add(f"goldens of the {network} network", str(folder.resolve()) if there else "not made: see the log", "there", there)
    rows.add("batches of real size", str(Setting.batches_of(check)))


def golden_network(check: Check, rows: Rows, network: str, what: str, program: str, filters: str, least: int,
                   variables: Mapping[str, str]) -> None:
    """A row: tests that need a network's goldens."""
    if (check.work / "shared/golden" / network / "expected.safetensors").exists():
        gtest(check, rows, what, program, filters, least, variables=variables)
    else:
        rows.add(what, "not compared: the step references did not make the numbers", f"all, {least} or more", False)


def gtest(check: Check, rows: Rows, what: str, program: str, filters: str, least: int, shards: int = 1,
          variables: Mapping[str, str] = NONE) -> None:
    """A row: the tests of a program that these filters name, on the device. At least `least` must have run."""
    path = check.program(program)
    variables = {"RELPROMPT_SHARED": str(check.work / "shared"), "RELPROMPT_TEST_DEVICE": check.device, **variables}
    print(f"$ {path} --gtest_filter={filters} {variables}", flush=True)
    processes = [subprocess.Popen([path, f"--gtest_filter={filters}"], cwd=tempfile.mkdtemp(dir=check.work), text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  env=environment(check, {**variables, "GTEST_TOTAL_SHARDS": str(shards),
                                                          "GTEST_SHARD_INDEX": str(i)}))
                 for i in range(shards)]
    passed, failed, skipped = [], [], []
    for process in processes:
        text = process.communicate()[0]
        print(text, flush=True)
        passed += re.findall(r"^\[       OK \] (\S+)", text, re.M)
        failed += re.findall(r"^\[  FAILED  \] ([^\s,]+).*ms\)$", text, re.M)
        skipped += re.findall(r"^\[  SKIPPED \] (\S+) \(", text, re.M)
        if process.returncode < 0:
            failed.append(f"the program, ended by signal {-process.returncode}")
    measured = f"{len(passed)} pass" + (f", {len(skipped)} are skipped" if skipped else "")
    measured += f", {len(failed)} fail: {', '.join(failed[:4])}" if failed else ""
    rows.add(what, measured, f"all, {least} or more", not failed and len(passed) >= least, failed=failed, skipped=skipped)


def goldens(check: Check, rows: Rows, variables: Mapping[str, str] = NO_TF32) -> None:
    gtest(check, rows, f"micro network, every stage ({VARIANTS})", "test_network", "*ReferenceNumbers*", 4, variables=variables)
    gtest(check, rows, f"engine on the CPU and network on the device: {VARIANTS}, ten methods, every switch", "test_network",
          "Models/Engine.*", 64, variables=variables)
    gtest(check, rows, "labels made on the device: as the tiles' and the engine's", "test_network",
          "*DeviceLabels*:*LabelsOnADevice*:*ImageOnDevice*:*ImagesOnDevice*", 18, variables=variables)
    golden_network(check, rows, "base", f"ViT-B/16 at 512 x 512 ({VARIANTS})", "test_network", "*BaseGolden*", 2, variables)
    golden_network(check, rows, "tiny", f"tiny network, every stage, windows ({VARIANTS})", "test_network", "*TinyGolden*", 10,
                   variables)


def goldens_in_tf32(check: Check, rows: Rows) -> None:
    goldens(check, rows, TF32)


def steps(check: Check, rows: Rows) -> None:
    golden_network(check, rows, "tiny", f"every gradient, three steps of AdamW ({VARIANTS})", "test_train",
                   "*TrainingGolden.ThreeStepsOfAdamW*", 2, NO_TF32)
    gtest(check, rows, f"200 updates of the micro network ({VARIANTS}); other settings are seen", "test_train",
          "*TrainingRunGolden*", 8, variables=NO_TF32)


def make_scenes(check: Check, count: int, seed: int, train_share: float) -> Path:
    folder = check.folder(f"scenes-{seed}")
    run(check, [check.program("relprompt"), "world", "--scenes", str(count), "--seed", str(seed), "--size", "96",
                "--train-share", str(train_share), "-o", folder, "--force"])
    return folder


def label_maps(check: Check, scenes: Path, name: str, options: list[str]) -> dict[str, Any]:
    """Label maps of the scenes by the bundled model, by the names of their files."""
    import numpy
    from PIL import Image
    out = check.folder(f"labels-{name}")
    run(check, [check.program("relprompt"), "segment", scenes / "images/val", "-m", "models/demo", "--class-file",
                scenes / "classes.txt", "-o", out, "--save", "labels", "-q", *options], variables=NO_TF32)
    return {file.name: numpy.asarray(Image.open(file)) for file in sorted(out.rglob("*.labels.png"))}


def agreement(one: dict[str, Any], other: dict[str, Any]) -> float:
    """Percent of pixels with the same label."""
    if not one or one.keys() != other.keys():
        raise StepFailed(f"{len(one)} and {len(other)} label maps: expected one for each scene from both")
    same = sum(float((one[name] == other[name]).mean()) for name in one)
    return 100 * same / len(one)


def labels(check: Check, rows: Rows) -> None:
    scenes = make_scenes(check, 20, 551, 0)
    cpu = label_maps(check, scenes, "cpu", ["--device", "cpu", "--threads", "1"])
    if len(cpu) != 20:
        raise StepFailed(f"{len(cpu)} label maps of 20 scenes in {check.work / 'labels-cpu'}")
    names = max(int(labels.max()) for labels in cpu.values())
    rows.at_least("largest label: the maps are no constant", names, 1)
    device = ["--device", check.device]
    beside = "the CPU's" if check.on_gpu else "those of one thread"
    rows.at_least(f"{check.device} in fp32 as {beside}", agreement(label_maps(check, scenes, "fp32", device), cpu), 99.9, "%")
    bf16 = label_maps(check, scenes, "bf16", [*device, "--precision", "bf16"])
    rows.at_least(f"{check.device} in bf16 as fp32 on the CPU", agreement(bf16, cpu), 99.5, "%")


def on_gpus(check: Check, rows: Rows) -> None:
    shards = min(8, check.cores) if check.on_gpu else 1
    if check.on_gpu:
        import torch
        if not torch.cuda.is_available():
            raise NotRun("no GPU")
    gtest(check, rows, "commands on one device: methods, variants, precisions, losses, self-training", "test_cli_gpu",
          "*OnGpus*", 20, shards)
