"""The losses of training, over label maps with ignored pixels."""
from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def sigmoid_loss(logits: Tensor, target: Tensor, focal_weight=100.0, dice_weight=1.0, ignore=255):
    """Focal and dice loss as the authors' code computes them. logits [B,C,H,W], target int64 [B,H,W]
    -> (focal, dice), weighted.

    Focal (alpha 0.25, gamma 2) runs over every class plane: a class that an image lacks is all negatives, and an
    ignored pixel is a negative of every class. Dice runs over the planes of classes that an image has. Both are
    divided by the number of (image, class that it has) pairs of the batch, at least 1.
    """
    b, c, hgt, wid = logits.shape
    valid = target != ignore
    onehot = logits.new_zeros(b, c, hgt, wid).scatter_(1, target.clamp(max=c - 1)[:, None], 1.0) * valid[:, None]
    present = onehot.flatten(2).any(-1)
    pairs = max(int(present.sum()), 1)
    ce = F.binary_cross_entropy_with_logits(logits, onehot, reduction="none")
    prob = logits.sigmoid()
    p_t = prob * onehot + (1 - prob) * (1 - onehot)
    alpha = 0.25 * onehot + 0.75 * (1 - onehot)
    focal = (alpha * (1 - p_t) ** 2 * ce).flatten(2).mean(-1).sum() / pairs
    q, y = prob.flatten(2)[present], onehot.flatten(2)[present]
    dice = (1 - (2 * (q * y).sum(-1) + 1) / (q.sum(-1) + y.sum(-1) + 1)).sum() / pairs
    return focal_weight * focal, dice_weight * dice


def softmax_loss(logits: Tensor, target: Tensor, ignore=255) -> Tensor:
    """Cross entropy, mean over the pixels that count."""
    return F.cross_entropy(logits, target, ignore_index=ignore)
