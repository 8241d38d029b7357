"""What an untrained official network is like: its trained part as the constructors of the authors' code leave it.

Their head has an initialiser that their training never calls, so linear layers keep PyTorch's default (uniform within
1/sqrt(inputs), biases too) but for the weights that the constructors set themselves. `first_loss` is how that looks to
the loss: its mean and deviation over many starts, which a test compares with ours.

    python3 tools/reference/initial_values.py
"""
from __future__ import annotations

import math

import torch
from torch import nn

from byte_tokenizer import ByteTokenizer
from hashed_weights import uniform
from losses import sigmoid_loss
from micro_golden import micro_clip
from rpn_reference import RPN, Config

STARTS, CLASSES = 400, 5


def draw(rpn: RPN) -> None:
    """Draws the trained part anew."""
    patch, width = rpn.clip.visual.patch, rpn.h.shape[1]
    bound = math.sqrt(6 / (3 * patch**2 + width))
    for name, module in rpn.named_modules():
        if not name.startswith("clip") and isinstance(module, (nn.Linear, nn.LayerNorm)):
            module.reset_parameters()
    nn.init.uniform_(rpn.h, -bound, bound)
    nn.init.uniform_(rpn.vpt, -bound, bound)
    nn.init.kaiming_normal_(rpn.prompt_linear.weight, mode="fan_out")
    for layer in (rpn.vis_proj, rpn.text_proj):
        nn.init.normal_(layer.weight, std=0.02)    # their truncation is at +-2, a hundred deviations


def first_loss() -> torch.Tensor:
    """[STARTS,2] logarithm of the focal loss, and the dice loss, of the micro network before any update; rows of the labels are stripes, the first
    of ignored pixels."""
    rpn = RPN(micro_clip(ByteTokenizer().vocab), Config("official", vpt_tokens=3)).eval()
    image, text = uniform("image", 2, 3, 32, 32) * 2, uniform("texts", CLASSES, 32)
    text = text / text.norm(dim=-1, keepdim=True)
    target = torch.arange(32).div(8, rounding_mode="floor")[None, :, None].repeat(2, 1, 32)
    target[:, 0] = 255
    losses = []
    for start in range(STARTS):
        torch.manual_seed(start)
        with torch.no_grad():
            draw(rpn)
            focal, dice = sigmoid_loss(rpn.logits(image, text, (32, 32)), target)
            losses.append(torch.stack([focal.log(), dice]))
    return torch.stack(losses)


if __name__ == "__main__":
    values = first_loss()
    for name, column in zip(("log of focal", "dice"), values.unbind(1)):
        print(f"{name}: mean {column.mean():.5f}, deviation {column.std():.5f} over {len(column)} starts")
