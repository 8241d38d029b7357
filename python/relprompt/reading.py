"""Reading ahead: images are decoded on threads while one is computed."""

from __future__ import annotations

import warnings
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Callable, Deque, Iterable, Iterator, Sized

from .errors import ArgumentError, FileError, ImageError
from .images import ImageLike, Loaded


def read_ahead(
    images: Iterable[ImageLike],
    read: Callable[[ImageLike], Loaded],
    workers: int,
    progress: bool,
    errors: str,
) -> Iterator[Loaded]:
    """What `read` makes of each image, in their order; at most workers + 1 are ready or in work at a time."""
    if workers < 1:
        raise ArgumentError("bad_argument", f"workers: expected 1 or more, found {workers}")
    if errors not in ("raise", "skip"):
        raise ArgumentError("bad_argument", f'errors: expected "raise" or "skip", found {errors!r}')
    return _read(images, read, workers, progress, errors == "skip")


def _read(
    images: Iterable[ImageLike], read: Callable[[ImageLike], Loaded], workers: int, progress: bool, skip: bool
) -> Iterator[Loaded]:
    source = iter(images)
    pending: Deque["Future[Loaded]"] = deque()
    bar = _bar(images) if progress else None
    pool = ThreadPoolExecutor(workers, thread_name_prefix="relprompt-read")
    try:
        while True:
            while len(pending) <= workers:
                try:
                    image = next(source)
                except StopIteration:
                    break
                pending.append(pool.submit(read, image))
            if not pending:
                return
            try:
                yield pending.popleft().result()
            except (FileError, ImageError) as error:
                if not skip:
                    raise
                warnings.warn(f"left out: {error}", RuntimeWarning, stacklevel=2)
            if bar is not None:
                bar.update()  # after the consumer is done with it
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        if bar is not None:
            bar.close()


def _bar(images: Iterable[ImageLike]) -> Any:
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return None
    total = len(images) if isinstance(images, Sized) else None
    return tqdm(total=total, unit="image", disable=None)
