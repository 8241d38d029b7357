"""Every way to give an image gives the same labels; what is no image is told so."""

import io
import os

import numpy as np
import pytest
import relprompt


def same(segmenter, result, image):
    assert np.array_equal(segmenter(image).labels, result.labels)


def test_paths_and_bytes(segmenter, result, scene):
    data = scene.read_bytes()
    for image in [str(scene), scene, data, bytearray(data), memoryview(data)]:
        same(segmenter, result, image)


def test_arrays(segmenter, result, pixels):
    same(segmenter, result, pixels)
    same(segmenter, result, np.asfortranarray(pixels))
    same(segmenter, result, np.repeat(pixels, 2, axis=0)[::2])
    read_only = pixels.copy()
    read_only.setflags(write=False)
    same(segmenter, result, read_only)
    grey = pixels[:, :, 0]
    assert np.array_equal(segmenter(grey).labels, segmenter(np.stack([grey] * 3, axis=2)).labels)


def test_an_array_may_change_after_the_call(segmenter, result, pixels):
    own = pixels.copy()
    labelled = segmenter(own)
    own[:] = 0
    assert np.array_equal(labelled.image, pixels)


def test_other_arrays_by_their_protocol(segmenter, result, pixels):
    class Tensor:
        def __array__(self, dtype=None, copy=None):
            return pixels

    same(segmenter, result, Tensor())


@pytest.mark.parametrize("mode", ["RGB", "L", "LA", "RGBA", "P", "1", "I;16", "CMYK"])
def test_a_pil_image_is_what_its_file_is(segmenter, pixels, mode):
    image_module = pytest.importorskip("PIL.Image")
    image = image_module.fromarray(pixels)
    if mode == "I;16":
        image = image_module.fromarray(pixels[:, :, 0].astype(np.uint16) * 200)
    else:
        image = image.convert(mode)
    if mode in ("LA", "RGBA"):
        image.putalpha(image_module.fromarray(pixels[:, :, 1]))
    file = io.BytesIO()
    if mode == "CMYK":  # PIL's own conversion; a JPEG's goes by its profile
        assert np.array_equal(segmenter(image).image, np.asarray(image.convert("RGB")))
        return
    image.save(file, "PNG")
    from_file = segmenter(file.getvalue())
    assert np.array_equal(segmenter(image).image, from_file.image)
    assert np.array_equal(segmenter(image_module.open(file)).image, from_file.image)


def test_a_pil_image_is_turned_upright(segmenter, pixels):
    image_module = pytest.importorskip("PIL.Image")
    image = image_module.fromarray(np.ascontiguousarray(pixels[:40]))
    exif = image_module.Exif()
    exif[0x0112] = 6
    file = io.BytesIO()
    image.save(file, "JPEG", exif=exif, quality=95)
    from_file = segmenter(file.getvalue())
    assert from_file.labels.shape == (96, 40)
    # Two JPEG decoders differ by some units of rounding.
    opened = segmenter(image_module.open(file))
    assert opened.labels.shape == (96, 40)
    assert np.abs(opened.image.astype(int) - from_file.image.astype(int)).max() <= 4


def test_names(segmenter, scene, pixels):
    assert segmenter(str(scene)).name == str(scene)
    assert segmenter(pixels).name == "image"
    assert segmenter(pixels, name="a.b.png").name == "a.b.png"


def test_a_name_that_is_not_utf8(segmenter, scene, tmp_path):
    path = os.fsdecode(os.fsencode(str(tmp_path)) + b"/\xff.png")
    with open(path, "wb") as file:
        file.write(scene.read_bytes())
    saved = segmenter(path).save(tmp_path / "out", ["labels", "json"])
    assert all(os.path.exists(name) for (name,) in saved.values())
    with pytest.raises(relprompt.ImageError, match="cannot read"):
        open(path, "wb").write(b"no image")
        segmenter(path)


@pytest.mark.parametrize("image", [None, 3, object(), ["a.png"], {}])
def test_what_is_no_image_is_a_type_error(segmenter, image):
    with pytest.raises(TypeError, match="image: expected a path"):
        segmenter(image)


@pytest.mark.parametrize(
    "array, message",
    [
        (np.zeros((4, 4, 3)), "expected uint8"),
        (np.zeros((4, 4, 4), np.uint8), r"\[H, W, 3\]"),
        (np.zeros((3, 4, 5), np.uint8), "channels go last"),
        (np.zeros((0, 4, 3), np.uint8), r"\[0, 4, 3\]"),
        (np.zeros((1, 4, 4, 3), np.uint8), r"\[1, 4, 4, 3\]"),
    ],
)
def test_bad_arrays(segmenter, array, message):
    with pytest.raises(relprompt.ArgumentError, match=message) as caught:
        segmenter(array)
    assert caught.value.code == "bad_argument"
