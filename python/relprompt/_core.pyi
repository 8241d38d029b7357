"""The extension module (python/src). The package's own classes are what users call."""

import os
from typing import Callable, Dict, List, Optional, Sequence, Tuple, Union

import numpy as np
from numpy.typing import NDArray

__version__: str
WHOLE_IMAGE: int

_Path = Union[str, bytes, os.PathLike[str]]
_Text = Union[str, bytes]

def error_codes() -> List[Tuple[str, int]]: ...

class NameRule:
    BY_MODEL: NameRule
    AVERAGE: NameRule
    MAX: NameRule

class WindowMean:
    BY_MODEL: WindowMean
    PROBABILITIES: WindowMean
    LOGITS: WindowMean

class Refinement:
    BY_MODEL: Refinement
    NONE: Refinement
    PAMR: Refinement

class ModelOptions:
    device: str
    precision: str
    threads: int
    vocab: _Path
    training_free: bool
    head: str
    pack_cache: bool
    heads: int
    text_heads: int
    activation: str

class TextOptions:
    templates: List[str]
    truncate: bool
    names: NameRule
    use_cache: bool

class BackgroundOptions:
    background: str
    contrast: bool

class DecodeOptions:
    bands: List[int]
    max_decoded_pixels: int
    def set_range(self, min: float, max: float) -> None: ...

class OverlayOptions:
    alpha: float
    contours: bool
    legend: bool
    region_names: bool
    min_side: int

class OutputOptions:
    simplify: float
    min_polygon: int

class SegmentOptions:
    short_side: int
    window: int
    stride: int
    window_batch: int
    logit_scale: float
    mean: WindowMean
    seen: Sequence[int]
    calibration: float
    unknown_threshold: Optional[float]
    min_area: Optional[float]
    refine: Refinement
    scales: Sequence[float]
    flip: bool
    max_pixels: int
    def add_class_threshold(self, label: int, threshold: float) -> None: ...

class ClassList:
    @property
    def names(self) -> List[List[str]]: ...
    @property
    def titles(self) -> List[str]: ...
    @property
    def seen(self) -> List[bool]: ...
    @property
    def background(self) -> Optional[int]: ...
    @property
    def contrast(self) -> bool: ...
    def __len__(self) -> int: ...

def parse_class_list(text: str) -> ClassList: ...
def read_class_file(path: _Path) -> ClassList: ...
def titled_classes(titles: Sequence[str]) -> ClassList: ...
def vocabulary_names() -> List[Tuple[str, str]]: ...
def vocabulary(name: str) -> ClassList: ...
def named_templates(name_or_path: str) -> List[str]: ...

class Image:
    @property
    def height(self) -> int: ...
    @property
    def width(self) -> int: ...
    @property
    def notes(self) -> List[str]: ...
    @property
    def pixels(self) -> NDArray[np.uint8]: ...

def decode_image(bytes: bytes, options: DecodeOptions, name: _Text) -> Image: ...
def read_image(path: _Path, options: DecodeOptions) -> Image: ...
def image_from_array(pixels: NDArray[np.uint8]) -> Image: ...

class Model:
    @property
    def place(self) -> os.PathLike[str]: ...
    @property
    def options(self) -> ModelOptions: ...
    @property
    def joint_width(self) -> int: ...
    @property
    def notes(self) -> List[str]: ...
    @property
    def hash(self) -> str: ...
    @property
    def variant(self) -> str: ...
    @property
    def head(self) -> str: ...

def open_model(
    place: _Path, options: ModelOptions, offline: bool, show: Optional[Callable[[str, int, int], None]]
) -> Model: ...
def dense_head_names() -> List[str]: ...

class Found:
    @property
    def labels(self) -> NDArray[np.uint16]: ...
    @property
    def pixels(self) -> NDArray[np.uint64]: ...
    @property
    def scores(self) -> Optional[NDArray[np.float16]]: ...
    @property
    def unknown(self) -> int: ...
    @property
    def windows(self) -> int: ...
    @property
    def resized(self) -> Tuple[int, int]: ...
    @property
    def seconds(self) -> Dict[str, float]: ...

class Session:
    @property
    def classes(self) -> ClassList: ...
    @property
    def unknown_words(self) -> List[str]: ...
    def check(self, options: SegmentOptions) -> None: ...
    def segment(self, image: Image, options: SegmentOptions, scores: bool) -> Found: ...

def session_by_names(
    model: Model, classes: ClassList, text: TextOptions, background: BackgroundOptions
) -> Session: ...
def session_by_embeddings(model: Model, rows: NDArray[np.float32], classes: ClassList) -> Session: ...

class OutputFormat:
    @property
    def name(self) -> str: ...
    @property
    def image_file(self) -> str: ...
    @property
    def run_files(self) -> List[str]: ...
    @property
    def about(self) -> str: ...

class Writer:
    def __init__(
        self, folder: _Path, formats: Sequence[str], classes: ClassList, options: OutputOptions
    ) -> None: ...
    def add(
        self, name: _Text, stem: _Text, found: Found, image: Image, path: _Text
    ) -> List[os.PathLike[str]]: ...
    def finish(self) -> List[os.PathLike[str]]: ...

def output_formats() -> List[OutputFormat]: ...
def output_format(name: str) -> OutputFormat: ...
def encode(
    format: str,
    name: _Text,
    stem: _Text,
    found: Found,
    image: Image,
    classes: ClassList,
    options: OutputOptions,
) -> List[Tuple[str, bytes]]: ...
def class_color(label: int) -> int: ...
def draw_overlay(image: Image, found: Found, classes: ClassList, options: OverlayOptions) -> Image: ...
def write_scores(path: _Path, found: Found) -> None: ...
def write_text(path: _Path, text: str) -> None: ...
def report(
    session: Session,
    image: Image,
    found: Found,
    protocol: SegmentOptions,
    decode: DecodeOptions,
    path: _Path,
    sha256: str,
    files: Sequence[Tuple[str, _Text]],
) -> str: ...
