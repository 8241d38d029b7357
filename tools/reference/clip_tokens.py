"""Token ids of the VOC class names in CLIP's own vocabulary of 49408 tokens, which is not part of the project."""
from __future__ import annotations

import torch
from torch import Tensor

START, END, CONTEXT = 49406, 49407, 77
A_PHOTO_OF_A = [320, 1125, 539, 320]
IDS = {
    "aeroplane": [27735, 3980], "bicycle": [11652], "bird": [3329], "boat": [4440], "bottle": [5392], "bus": [2840],
    "car": [1615], "cat": [2368], "chair": [4269], "cow": [9706], "diningtable": [1462, 653, 2175], "dog": [1929],
    "horse": [4558], "motorbike": [33341], "person": [2533], "pottedplant": [3547, 4841, 3912], "sheep": [9629],
    "sofa": [15723], "train": [3231], "tvmonitor": [3197, 10198],
    "potted plant": [48581, 3912], "tv monitor": [1583, 10198],
}


def tokens_of(names: list[str]) -> Tensor:
    """"a photo of a NAME" of each name: start, text, end, zeros. -> int64 [names,77]."""
    ids = torch.zeros(len(names), CONTEXT, dtype=torch.int64)
    for i, name in enumerate(names):
        row = [START] + A_PHOTO_OF_A + IDS[name] + [END]
        ids[i, : len(row)] = torch.tensor(row)
    return ids
