"""Class probabilities from a bare CLIP: its last layer replaced by a dense head, cosines with the class names.

MaskCLIP is Zhou, Loy, Dai: "Extract Free Dense Labels from CLIP", ECCV 2022.
"""
from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from clip_towers import CLIP, Block

HEADS = ("maskclip", "maskclip-residual", "full")


def last_layer(block: Block, x: Tensor, head: str) -> Tensor:
    """The last layer as a head computes it. x [tokens,B,D] -> the same shape.

    maskclip           W_o (W_v ln_1(x)): every token attends to itself alone, without residual and MLP
    maskclip-residual  the same in the attention's place, with residual and MLP of the layer
    full               the layer as it is
    """
    if head == "full":
        return block(x)
    values = F.linear(block.ln_1(x), block.attn.in_proj_weight, block.attn.in_proj_bias).chunk(3, -1)[2]
    y = block.attn.out_proj(values)
    if head == "maskclip":
        return y
    x = x + y
    return x + block.mlp(block.ln_2(x))


def probabilities(clip: CLIP, image: Tensor, text: Tensor, head: str) -> Tensor:
    """softmax over the classes of exp(logit_scale) p t^T at each patch, p of unit length.
    image [B,3,H,W], text [C,E] unit length -> [B,C,h,w]."""
    v = clip.visual
    x, h, w = v.embed(image, class_embedding_twice=False)
    *blocks, last = v.transformer.resblocks
    for block in blocks:
        x = block(x)
    p = v.ln_post(last_layer(last, x, head)[1:].permute(1, 0, 2)) @ v.proj
    cosines = F.normalize(p, dim=-1) @ text.t()
    return (clip.logit_scale.exp() * cosines).softmax(-1).transpose(1, 2).reshape(len(image), len(text), h, w)
