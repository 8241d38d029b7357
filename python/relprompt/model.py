"""An opened model."""

from __future__ import annotations

import os
from typing import Any, Callable, List, Optional, Union

from . import _core


def heads() -> List[str]:
    """Names of the dense heads of a bare CLIP: "none", "maskclip", ..."""
    return list(_core.dense_head_names())


class Model:
    """An opened model: weights packed for computing, immutable. Any number of threads may use one.

    path: a model folder, any checkpoint that `relprompt import` reads, or a name on the Hugging Face hub such
        as "openai/clip-vit-base-patch16", which is fetched into the shared cache if it is not there.
    precision: "fp32", "bf16" or "int8".
    head: dense head of a bare CLIP, one of heads(); empty: the model's own.
    threads: CPU threads of one computation; 0: all cores.
    device: "cpu"; "cuda" needs the optional library, which is not in the Python package.
    vocab: tokenizer file or folder; empty: the model's own.
    training_free: leave the model's prompts out, its CLIP alone.
    pack_cache: keep packed weights under XDG_CACHE_HOME/relprompt.
    text_heads, vision_heads, activation: what a checkpoint does not state about its CLIP.
    offline: do not ask the hub.
    progress: show downloads with tqdm, where that is installed and the screen is a terminal.

    Raises NotFoundError ("model_not_found"), ModelError, ArgumentError, FileError ("no_network"),
    DeviceError, OutOfMemoryError. Ctrl-C ends the call; what was downloaded is kept.
    """

    def __init__(
        self,
        path: Union[str, "os.PathLike[str]"],
        *,
        precision: str = "fp32",
        head: str = "",
        threads: int = 0,
        device: str = "cpu",
        vocab: Union[str, "os.PathLike[str]"] = "",
        training_free: bool = False,
        pack_cache: bool = True,
        vision_heads: int = 0,
        text_heads: int = 0,
        activation: str = "",
        offline: bool = False,
        progress: bool = True,
    ) -> None:
        options = _core.ModelOptions()
        options.precision = precision
        options.head = head
        options.threads = threads
        options.device = device
        options.vocab = vocab
        options.training_free = training_free
        options.pack_cache = pack_cache
        options.heads = vision_heads
        options.text_heads = text_heads
        options.activation = activation
        with _Download(progress) as download:
            self._core = _core.open_model(os.fspath(path), options, offline, download.show)

    @property
    def joint_width(self) -> int:
        """E, numbers of an embedding."""
        return self._core.joint_width

    @property
    def notes(self) -> List[str]:
        """What was assumed about the model's files, one sentence each."""
        return self._core.notes

    @property
    def hash(self) -> str:
        """SHA-256 over the model's tensors and the settings that they are computed with."""
        return self._core.hash

    @property
    def variant(self) -> str:
        """The form of the prompts, "paper" or "official"; "none" for a bare CLIP."""
        return self._core.variant

    @property
    def head(self) -> str:
        """Dense head of a bare CLIP; empty for a model with prompts."""
        return self._core.head

    def __repr__(self) -> str:
        return f"relprompt.Model({str(self._core.place)!r}, precision={self._core.options.precision!r})"


class _Download:
    """A tqdm bar over the bytes of a download, made when the first are known."""

    def __init__(self, wanted: bool) -> None:
        self._bar: Any = None
        self.show: Optional[Callable[[str, int, int], None]] = self._show if wanted else None

    def __enter__(self) -> "_Download":
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def _show(self, file: str, done: int, total: int) -> None:
        if self._bar is None:
            try:
                from tqdm.auto import tqdm
            except ImportError:
                self.show = None
                return
            self._bar = tqdm(total=total, unit="B", unit_scale=True, disable=None)
        self._bar.set_description(file, refresh=False)
        self._bar.total = total
        self._bar.update(done - self._bar.n)
