#!/usr/bin/env python3
"""Makes the numbers that C++ tests compare with. README.md says which versions of the libraries are used."""
from __future__ import annotations

import argparse
from pathlib import Path

import torch

import augmentation_golden
import base_golden
import evaluation_golden
import heads_golden
import micro_golden
import pamr_golden
import protocol_golden
import tiny_golden
import training_golden

WRITERS = {"micro": micro_golden.write, "tiny": tiny_golden.write, "base": base_golden.write,
           "pamr": pamr_golden.write, "heads": heads_golden.write, "protocol": protocol_golden.write,
           "training": training_golden.write, "augmentation": augmentation_golden.write,
           "evaluation": evaluation_golden.write}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network", choices=WRITERS)
    parser.add_argument("folder", type=Path, help="gets expected.safetensors and what belongs to it")
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    WRITERS[arguments.network](arguments.folder)


if __name__ == "__main__":
    main()
