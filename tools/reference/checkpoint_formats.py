"""One network under the names, and in the files, that users have."""
from __future__ import annotations

import json
import struct
from pathlib import Path

import torch
from torch import Tensor

from clip_towers import CLIP
from rpn_reference import RPN


def write_safetensors(path: Path, tensors: dict[str, Tensor], metadata: dict[str, str] | None = None) -> None:
    kinds = {torch.float32: "F32", torch.float16: "F16", torch.int64: "I64", torch.uint8: "U8"}
    header, blobs, offset = ({"__metadata__": metadata} if metadata else {}), [], 0
    for name, t in tensors.items():
        blob = t.detach().contiguous().numpy().tobytes()
        header[name] = {"dtype": kinds[t.dtype], "shape": list(t.shape), "data_offsets": [offset, offset + len(blob)]}
        offset += len(blob)
        blobs.append(blob)
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack("<Q", len(head)) + head + b"".join(blobs))


def hugging_face_state(clip: CLIP) -> dict[str, Tensor]:
    """The towers under the names of Hugging Face's CLIPModel."""
    sd, out = clip.state_dict(), {"logit_scale": clip.state_dict()["logit_scale"]}

    def tower(src, dst, layers):
        for i in range(layers):
            a, b = f"{src}transformer.resblocks.{i}.", f"{dst}.encoder.layers.{i}."
            for kind in ("weight", "bias"):
                for name, part in zip("qkv", sd[f"{a}attn.in_proj_{kind}"].chunk(3)):
                    out[f"{b}self_attn.{name}_proj.{kind}"] = part
                for x, y in (("attn.out_proj", "self_attn.out_proj"), ("ln_1", "layer_norm1"), ("ln_2", "layer_norm2"),
                             ("mlp.c_fc", "mlp.fc1"), ("mlp.c_proj", "mlp.fc2")):
                    out[f"{b}{y}.{kind}"] = sd[f"{a}{x}.{kind}"]

    tower("visual.", "vision_model", len(clip.visual.transformer.resblocks))
    tower("", "text_model", len(clip.transformer.resblocks))
    for kind in ("weight", "bias"):
        out[f"vision_model.pre_layrnorm.{kind}"] = sd[f"visual.ln_pre.{kind}"]     # Hugging Face's spelling
        out[f"vision_model.post_layernorm.{kind}"] = sd[f"visual.ln_post.{kind}"]
        out[f"text_model.final_layer_norm.{kind}"] = sd[f"ln_final.{kind}"]
    out["vision_model.embeddings.class_embedding"] = sd["visual.class_embedding"]
    out["vision_model.embeddings.patch_embedding.weight"] = sd["visual.conv1.weight"]
    out["vision_model.embeddings.position_embedding.weight"] = sd["visual.positional_embedding"]
    out["visual_projection.weight"] = sd["visual.proj"].t()
    out["text_model.embeddings.token_embedding.weight"] = sd["token_embedding.weight"]
    out["text_model.embeddings.position_embedding.weight"] = sd["positional_embedding"]
    out["text_projection.weight"] = sd["text_projection"].t()
    return out


def mmseg_state(rpn: RPN) -> dict[str, Tensor]:
    """The network under the names of the RPN authors' mmsegmentation checkpoints."""
    out = {}
    renamed = {"vis_proj": "vis_proj_1", "vis_norm": "vis_norm_1", "text_norm": "tex_norm_1",
               "text_proj": "cls_proj_1", "text_fuse": "cls_proj"}
    for k, v in rpn.state_dict().items():
        head, _, tail = k.partition(".")
        if k.startswith("clip.visual."):
            out["backbone." + k[12:]] = v
        elif k.startswith("clip.") and k != "clip.logit_scale":
            out["text_encoder." + k[5:]] = v
        elif k == "h":
            out["prompt_proj"] = v
        elif k == "vpt":
            out["backbone.deep_prompt_embeddings"] = v
        elif head == "prompt_linear":
            out["backbone.prompt_proj." + tail] = v
        elif head == "prompt_norm":
            out["backbone." + k] = v
            out[k] = torch.ones_like(v) if tail == "weight" else torch.zeros_like(v)  # in their files, but unused
        elif head in renamed:
            out[f"decode_head.{renamed[head]}.{tail}"] = v
    return out


class Archive(torch.nn.Module):
    """Has the parameters and buffers of OpenAI's TorchScript files; computes nothing."""

    def __init__(self, clip: CLIP):
        super().__init__()
        for n, m in clip.named_children():
            self.add_module(n, m)
        for n, p in clip.named_parameters(recurse=False):
            self.register_parameter(n, p)
        self.register_buffer("input_resolution", torch.tensor(64))
        self.register_buffer("context_length", torch.tensor(77))
        self.register_buffer("vocab_size", torch.tensor(49408))

    def forward(self, x: Tensor) -> Tensor:
        return x


def write_hugging_face_folder(folder: Path, clip: CLIP) -> None:
    """A CLIPModel folder of the tiny sizes (CLIP's defaults)."""
    write_safetensors(folder / "model.safetensors", hugging_face_state(clip), {"format": "pt"})
    (folder / "config.json").write_text(json.dumps({
        "model_type": "clip", "architectures": ["CLIPModel"], "projection_dim": 64, "logit_scale_init_value": 2.6592,
        "text_config": {"hidden_size": 64, "intermediate_size": 256, "num_hidden_layers": 4,
                        "num_attention_heads": 1, "max_position_embeddings": 77, "vocab_size": 49408,
                        "hidden_act": "quick_gelu", "eos_token_id": 49407},
        "vision_config": {"hidden_size": 128, "intermediate_size": 512, "num_hidden_layers": 4,
                          "num_attention_heads": 2, "image_size": 64, "patch_size": 16,
                          "hidden_act": "quick_gelu"}}, indent=2))
    (folder / "preprocessor_config.json").write_text(json.dumps({
        "image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711],
        "size": {"shortest_edge": 64}}, indent=2))


def write_checkpoints(folder: Path, clip: CLIP, rpn: RPN, classes: list[str]) -> None:
    """The tiny network as the authors' .pth, open_clip's .pt, OpenAI's half precision .pt and a Hugging Face folder."""
    torch.save({"meta": {"CLASSES": tuple(classes), "iter": 20000}, "state_dict": mmseg_state(rpn)},
               folder / "rpn_mmseg.pth")
    torch.save({"state_dict": {"module." + k: v for k, v in clip.state_dict().items()}, "epoch": 1},
               folder / "clip_openclip.pt")
    write_hugging_face_folder(folder / "clip_hf", clip)
    half = clip.half().eval()                               # last: it converts clip's own parameters
    half.logit_scale.data = half.logit_scale.data.float()
    torch.jit.trace(Archive(half), torch.zeros(1)).save(str(folder / "clip_openai.pt"))
