"""The Relationship Prompt Network in plain PyTorch: what the C++ project must compute, number by number.

Equations are those of Li, Lu, Xie, Qu, "Relationship Prompt Learning is Enough for Open-Vocabulary Semantic
Segmentation", NeurIPS 2024. Parameter names are those of relprompt's prompts.safetensors.

Shapes: B images, C classes, N = h*w patches, D width of the image tower, E joint width, L layers.

Two variants of the trainable part:
  paper     what the publication describes: M2oE in each layer, no visual prompt tokens, one linear layer for texts
  official  what the authors' released code computes: visual prompt tokens (VPT) in each layer, no M2oE, two linear
            layers for texts, the class embedding added twice
Inference only, that is without dropout and gate noise; gradients flow.
"""
from __future__ import annotations

from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from clip_towers import CLIP
from m2oe import M2oE

MEAN, STD = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)   # ImageNet's, RGB, 0-255: the authors' protocol


@dataclass
class Config:
    variant: str = "official"            # official | paper
    vpt_tokens: int = 10                  # official only; of each layer
    lpm: str = "c"                       # a | b | c: Eq. 5, 6, 7
    rpm_layers: list[int] | None = None   # 1-based layers that give prompts; None: every layer but the last
    rank: int = 3                         # paper only: r of M2oE
    top_k: int = 2                        # paper only: experts that an image uses
    seen_penalty: float = 0.1             # what the probabilities of seen classes lose at inference
    seen: list[int] = field(default_factory=list)


class RPN(nn.Module):
    """A frozen CLIP with trainable prompts (RPM) and the linear projection module (LPM)."""

    def __init__(self, clip: CLIP, cfg: Config):
        super().__init__()
        self.clip, self.cfg = clip, cfg
        v = clip.visual
        width, joint, layers = v.proj.shape[0], v.proj.shape[1], len(v.transformer.resblocks)
        self.h = nn.Parameter(torch.zeros(v.grid**2, width))                 # pixel knowledge, one for all layers
        self.prompt_linear = nn.Linear(width, width)
        self.prompt_norm = nn.LayerNorm(width, eps=1e-6)
        if cfg.variant == "official":
            self.vpt = nn.Parameter(torch.zeros(layers, cfg.vpt_tokens, width))
        else:
            self.m2oe = nn.ModuleList([M2oE(width, cfg.rank, top_k=cfg.top_k) for _ in range(layers - 1)])
        self.vis_proj, self.vis_norm = nn.Linear(joint, joint), nn.LayerNorm(joint)
        self.text_fuse = nn.Linear({"a": joint, "b": joint, "c": 2 * joint}[cfg.lpm], joint)
        self.text_norm = nn.LayerNorm(joint)
        if cfg.variant == "official":
            self.text_proj = nn.Linear(joint, joint)
        for p in clip.parameters():
            p.requires_grad_(False)

    # ---------------------------------------------------------------- relationship prompt module (RPM)
    def align(self, x: Tensor, n: int, layer: int, h: int, w: int) -> tuple[Tensor, Tensor]:
        """Tokens after a layer into the joint space, unit length. x [tokens,B,D] -> (patches [B,N,E], class token
        [B,E]). In the paper variant the patches pass M2oE (Eq. 1) in every layer but the last."""
        v = self.clip.visual
        x = self.prompt_norm(x).permute(1, 0, 2)
        g, p = x[:, 0], x[:, -n:]
        if self.cfg.variant == "paper" and layer < len(v.transformer.resblocks):
            p = self.m2oe[layer - 1](p, h, w)
        g, p = v.ln_post(g) @ v.proj, v.ln_post(p) @ v.proj
        return F.normalize(p, dim=-1), F.normalize(g, dim=-1)

    @staticmethod
    def itp(p: Tensor, g: Tensor, t: Tensor) -> Tensor:
        """Image-to-pixel attention map m = p (t * g)^T, Eq. 2. p [B,N,E], g [B,E], t [C,E] -> [B,N,C]."""
        return p @ (g[:, None] * t[None]).transpose(1, 2)

    def apg(self, m: Tensor, h: int, w: int) -> Tensor:
        """Relationship prompts Linear(m^T h), Eq. 3; h is resized bilinearly to the grid. m [B,N,C] -> [B,C,D]."""
        grid = self.clip.visual.grid
        k = self.h
        if (h, w) != (grid, grid):
            k = F.interpolate(k.t().reshape(1, -1, grid, grid), size=(h, w), mode="bilinear", align_corners=False)
            k = k.flatten(2)[0].t()
        return self.prompt_linear(m.transpose(1, 2) @ k)

    # ---------------------------------------------------------------- the whole network
    def forward(self, image: Tensor, text: Tensor, trace: dict | None = None) -> Tensor:
        """Mask logits at patch resolution. image [B,3,H,W] normalised, text [C,E] unit length -> [B,C,h,w].

        Layer i sees [class token, VPT tokens (official), prompts of layer i-1, patches]; what it gives at the places
        of prompts is discarded. `trace` takes "layer1.attention_map" [B,N,C], ".prompt" [B,C,D], ".class_token"
        [B,E] and ".patches" [B,N,E] of every layer.
        """
        v, cfg = self.clip.visual, self.cfg
        official = cfg.variant == "official"
        x, h, w = v.embed(image, class_embedding_twice=official)
        n, blocks = h * w, v.transformer.resblocks
        active = set(cfg.rpm_layers or range(1, len(blocks)))
        prompt = None
        for i, block in enumerate(blocks, start=1):
            tokens = [x[:1]]
            if official:
                tokens.append(self.prompt_linear(self.vpt[i - 1])[:, None].expand(-1, x.shape[1], -1))
            if prompt is not None:
                tokens.append(prompt.permute(1, 0, 2))
            x = block(torch.cat(tokens + [x[-n:]], 0))
            p, g = self.align(x, n, i, h, w)
            prompt = None
            if i in active:
                m = self.itp(p, g, text)
                prompt = self.apg(m, h, w)
                if trace is not None:
                    trace[f"layer{i}.attention_map"] = m
                    trace[f"layer{i}.prompt"] = prompt
            if trace is not None:
                trace[f"layer{i}.class_token"], trace[f"layer{i}.patches"] = g, p
        return self.lpm(p, g, text).transpose(1, 2).reshape(len(p), len(text), h, w)

    def lpm(self, p: Tensor, g: Tensor, t: Tensor) -> Tensor:
        """Linear projection module, Eq. 5-7, with a LayerNorm after each linear layer: LN(Linear(p)) k^T / sqrt(E),
        where k = LN(Linear(t)), LN(Linear(t * g)) or LN(Linear([t * g, t])). -> [B,N,C]."""
        tg = g[:, None] * t[None]
        k = {"a": t[None].expand_as(tg), "b": tg, "c": torch.cat([tg, t[None].expand_as(tg)], -1)}[self.cfg.lpm]
        k = self.text_fuse(k)
        if self.cfg.variant == "official":
            k = self.text_proj(k)
        return self.vis_norm(self.vis_proj(p)) @ self.text_norm(k).transpose(1, 2) * t.shape[-1] ** -0.5

    # ---------------------------------------------------------------- from patches to an image's pixels
    def logits(self, image: Tensor, text: Tensor, size: tuple[int, int]) -> Tensor:
        """Mask logits brought to `size` pixels. -> [B,C,*size]."""
        return F.interpolate(self(image, text), size=size, mode="bilinear", align_corners=False)

    def predict(self, image: Tensor, text: Tensor) -> Tensor:
        """Class probabilities of one window, those of seen classes less the penalty. -> [B,C,H,W]."""
        y = self.logits(image, text, tuple(image.shape[-2:])).sigmoid()
        y[:, self.cfg.seen] -= self.cfg.seen_penalty
        return y

    def slide(self, image: Tensor, text: Tensor, crop: int, stride: int) -> Tensor:
        """Mean of overlapping windows; the last window of a row or column is moved inside. -> [B,C,H,W]."""
        b, _, H, W = image.shape
        out = image.new_zeros(b, len(text), H, W)
        count = image.new_zeros(1, 1, H, W)
        rows = max(H - crop + stride - 1, 0) // stride + 1
        cols = max(W - crop + stride - 1, 0) // stride + 1
        for r in range(rows):
            for c in range(cols):
                y2, x2 = min(r * stride + crop, H), min(c * stride + crop, W)
                y1, x1 = max(y2 - crop, 0), max(x2 - crop, 0)
                out[:, :, y1:y2, x1:x2] += self.predict(image[:, :, y1:y2, x1:x2], text)
                count[:, :, y1:y2, x1:x2] += 1
        return out / count

    def segment(self, rgb, text: Tensor, crop: int, stride: int, short: int) -> Tensor:
        """Class planes at the image's own size; labels are their arg max. rgb uint8 [H,W,3] (numpy) -> [C,H,W].

        Resize: the shorter side becomes `short`, the other int(x*scale + 0.5); OpenCV INTER_LINEAR on uint8. Then
        (rgb - mean)/std, windows, their mean, and planes back to H x W bilinearly (align_corners false).
        """
        from opencv_resize import resize
        h, w = rgb.shape[:2]
        s = short / min(h, w)
        small = resize(rgb, int(w * s + 0.5), int(h * s + 0.5))
        x = (torch.from_numpy(small).float() - torch.tensor(MEAN)) / torch.tensor(STD)
        y = self.slide(x.to(text.dtype).permute(2, 0, 1)[None], text, crop, stride)
        return F.interpolate(y, size=(h, w), mode="bilinear", align_corners=False)[0]
