"""CLIP's two towers (Radford et al., 2021) with the parameter names of OpenAI's checkpoints.

Written to be read and to be compared with, not to be fast. Shapes: B images, N = h*w patches, D width of the image
tower, E width of the joint image-text space, T width of the text tower.
"""
from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class QuickGELU(nn.Module):
    """x sigmoid(1.702 x), the activation of OpenAI's towers."""

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.sigmoid(1.702 * x)


class Block(nn.Module):
    """Transformer layer with the norms before attention and MLP. x [tokens, batch, width] -> the same shape.

    x <- x + Attention(ln_1(x)), then x <- x + c_proj(QuickGELU(c_fc(ln_2(x)))).
    """

    def __init__(self, width: int, heads: int, mask: Tensor | None = None):
        super().__init__()
        self.attn = nn.MultiheadAttention(width, heads)
        self.ln_1 = nn.LayerNorm(width)
        self.mlp = nn.Sequential()
        self.mlp.add_module("c_fc", nn.Linear(width, 4 * width))
        self.mlp.add_module("gelu", QuickGELU())
        self.mlp.add_module("c_proj", nn.Linear(4 * width, width))
        self.ln_2 = nn.LayerNorm(width)
        self.mask = mask

    def forward(self, x: Tensor) -> Tensor:
        y = self.ln_1(x)
        mask = None if self.mask is None else self.mask.to(x.dtype)
        x = x + self.attn(y, y, y, need_weights=False, attn_mask=mask)[0]
        return x + self.mlp(self.ln_2(x))


class Stack(nn.Module):
    """The layers of a tower, one after the other."""

    def __init__(self, width: int, layers: int, heads: int, mask: Tensor | None = None):
        super().__init__()
        self.resblocks = nn.Sequential(*[Block(width, heads, mask) for _ in range(layers)])

    def forward(self, x: Tensor) -> Tensor:
        return self.resblocks(x)


class VisionTower(nn.Module):
    """Image tower. `grid` is the side, in patches, of the grid that the position embeddings are stored for."""

    def __init__(self, image_size: int, patch: int, width: int, layers: int, heads: int, joint: int):
        super().__init__()
        self.patch, self.grid = patch, image_size // patch
        self.conv1 = nn.Conv2d(3, width, patch, patch, bias=False)
        self.class_embedding = nn.Parameter(torch.zeros(width))
        self.positional_embedding = nn.Parameter(torch.zeros(self.grid**2 + 1, width))
        self.ln_pre = nn.LayerNorm(width)
        self.transformer = Stack(width, layers, heads)
        self.ln_post = nn.LayerNorm(width)
        self.proj = nn.Parameter(torch.zeros(width, joint))

    def embed(self, image: Tensor, class_embedding_twice: bool) -> tuple[Tensor, int, int]:
        """Class token and patches with their positions. image [B,3,H,W] -> ([1+N,B,D], h, w).

        Positions are resized bilinearly to h x w. The RPN authors' code adds class_embedding a second time, through
        the class token's position; CLIP itself adds it once. A checkpoint trained by their code needs
        class_embedding_twice=True.
        """
        x = self.conv1(image)
        b, d, h, w = x.shape
        x = x.flatten(2).permute(0, 2, 1)
        x = torch.cat([self.class_embedding.expand(b, 1, d), x], 1)
        pos = self.positional_embedding
        cls_pos = pos[:1] + self.class_embedding if class_embedding_twice else pos[:1]
        grid_pos = pos[1:].reshape(1, self.grid, self.grid, d).permute(0, 3, 1, 2)
        grid_pos = F.interpolate(grid_pos, size=(h, w), mode="bilinear", align_corners=False)
        x = x + torch.cat([cls_pos, grid_pos.flatten(2)[0].t()], 0)[None]
        return self.ln_pre(x).permute(1, 0, 2), h, w

    def encode_image(self, image: Tensor) -> Tensor:
        """CLIP's image embedding, not normalised. [B,3,H,W] -> [B,E]."""
        x, _, _ = self.embed(image, False)
        return self.ln_post(self.transformer(x)[0]) @ self.proj


class CLIP(nn.Module):
    """Both towers under OpenAI's names (visual.*, transformer.*, token_embedding, ...). The defaults are the sizes of
    the tiny model of make_golden.py."""

    def __init__(self, image_size=64, patch=16, width=128, layers=4, heads=2, joint=64,
                 text_width=64, text_layers=4, text_heads=1, context=77, vocab=49408):
        super().__init__()
        self.visual = VisionTower(image_size, patch, width, layers, heads, joint)
        mask = torch.full((context, context), float("-inf")).triu_(1)
        self.transformer = Stack(text_width, text_layers, text_heads, mask)
        self.token_embedding = nn.Embedding(vocab, text_width)
        self.positional_embedding = nn.Parameter(torch.zeros(context, text_width))
        self.ln_final = nn.LayerNorm(text_width)
        self.text_projection = nn.Parameter(torch.zeros(text_width, joint))
        self.logit_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))

    def encode_text(self, tokens: Tensor) -> Tensor:
        """Text embeddings of unit length. tokens int64 [C,context], the end token's id the largest -> [C,E]."""
        x = self.token_embedding(tokens) + self.positional_embedding
        x = self.transformer(x.permute(1, 0, 2)).permute(1, 0, 2)
        x = self.ln_final(x)[torch.arange(len(tokens)), tokens.argmax(-1)] @ self.text_projection
        return F.normalize(x, dim=-1)

    def forward(self, image: Tensor, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Image and text embeddings of unit length, [B,E] and [C,E]."""
        return F.normalize(self.visual.encode_image(image), dim=-1), self.encode_text(tokens)
