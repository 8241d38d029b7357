"""Masks for other tools: the files are the program's, and their content is the label map."""

import json
import os

import numpy as np
import pytest
import relprompt
from conftest import ROOT


def counts_of(text):
    """Run lengths of COCO's compressed form: 5 bits a character from '0', from the third one on differences to the
    one before the last."""
    counts, position = [], 0
    while position < len(text):
        value, shift, more = 0, 0, True
        while more:
            bits = ord(text[position]) - 48
            value |= (bits & 31) << shift
            more = bits & 32
            position, shift = position + 1, shift + 5
            if not more and bits & 16:
                value -= 1 << shift
        counts.append(value + counts[-2] if len(counts) > 2 else value)
    return counts


def mask_of(segmentation):
    height, width = segmentation["size"]
    runs = counts_of(segmentation["counts"])
    assert sum(runs) == height * width
    flat = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
    return flat.reshape(width, height).T  # COCO goes down the columns


@pytest.fixture(scope="module")
def unsure(segmenter, scene):
    return segmenter(scene, unknown=0.9)


def test_coco(unsure):
    coco = unsure.to_coco()
    (image,) = coco["images"]
    assert image["file_name"] == "world.png" and (image["height"], image["width"]) == unsure.labels.shape
    assert [category["name"] for category in coco["categories"]] == unsure.classes
    labels = {category["id"]: place for place, category in enumerate(coco["categories"])}
    assert len(coco["annotations"]) == np.count_nonzero(unsure.pixels)
    for annotation in coco["annotations"]:
        label = labels[annotation["category_id"]]
        mask = mask_of(annotation["segmentation"])
        assert np.array_equal(mask, unsure.labels == label)
        rows, columns = np.nonzero(mask)
        box = [columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1]
        assert annotation["bbox"] == box and annotation["area"] == mask.sum() == unsure.pixels[label]


def test_coco_with_polygons(unsure):
    exact = unsure.to_coco(polygons=True)
    rough = unsure.to_coco(polygons=True, simplify=2, min_polygon=10)
    assert all(isinstance(entry["segmentation"], list) for entry in exact["annotations"])
    assert len(json.dumps(rough)) < len(json.dumps(exact))


def test_labelme_finds_the_image_from_its_own_folder(unsure, scene, tmp_path):
    (path,) = unsure.save(tmp_path / "out", ["labelme"])["labelme"]
    image = json.loads(open(path).read())["imagePath"]
    assert os.path.samefile(os.path.join(os.path.dirname(path), image), scene)


def test_every_format_is_saved_and_encoded_alike(unsure, segmenter, scene, tmp_path):
    names = list(relprompt.formats())
    assert {"labels", "coco", "labelme", "labelstudio", "cvat", "yolo-seg", "geojson"} <= set(names)
    result = segmenter(scene, scores=True)
    saved = result.save(tmp_path, names)
    assert list(saved) == names
    for name, paths in saved.items():
        assert paths and all(os.path.getsize(path) for path in paths), name
        if name in ("scores", "json", "labelme"):  # a LabelMe file in memory is in no folder to look from
            continue
        for file, content in result.encode(name).items():
            assert (tmp_path / file).read_bytes() == content, name


def test_a_run_of_many(segmenter, scene, pixels, tmp_path):
    images = []
    for number in range(3):
        images.append(tmp_path / f"{number}.png")
        images[-1].write_bytes(scene.read_bytes())
    saved = relprompt.save(segmenter.map(images), tmp_path / "out", ["labels", "coco"])
    assert [os.path.basename(path) for path in saved["labels"]] == [f"{n}.labels.png" for n in range(3)]
    coco = json.loads((tmp_path / "out" / "coco.json").read_text())
    assert saved["coco"] == [str(tmp_path / "out" / "coco.json")]
    assert [image["file_name"] for image in coco["images"]] == ["0.png", "1.png", "2.png"]
    assert len({annotation["id"] for annotation in coco["annotations"]}) == len(coco["annotations"])
    assert relprompt.save([], tmp_path / "none", ["coco"]) == {}
    with pytest.raises(relprompt.ArgumentError):
        relprompt.save([segmenter(scene), segmenter(scene)], tmp_path / "twice", ["labels"])
    other = relprompt.Segmenter(segmenter.model, "sand, grass")
    with pytest.raises(relprompt.ArgumentError, match="its classes"):
        relprompt.save([segmenter(scene), other(pixels, name="b.png")], tmp_path / "other", ["labels"])


def test_an_unknown_format_lists_them(unsure, tmp_path):
    for call in (lambda: unsure.encode("png"), lambda: unsure.save(tmp_path, ["png"])):
        with pytest.raises(relprompt.ArgumentError, match="geojson") as caught:
            call()
        assert caught.value.code == "bad_argument"
    assert not os.listdir(tmp_path)


def test_the_programs_files(run_program, segmenter, classes, scene, tmp_path):
    """All that `relprompt segment --save` writes for labelling tools, byte by byte."""
    names = [name for name in relprompt.formats() if name not in ("json", "scores")]
    out = tmp_path / "program"
    common = [
        "segment",
        scene,
        "-m",
        ROOT / "models/demo",
        "-c",
        classes,
        "--threads",
        1,
        "--quiet",
        "-o",
        out,
    ]
    run_program(*common, "--save", ",".join(names))
    saved = segmenter(scene).save(tmp_path / "own", names)
    for name, paths in saved.items():
        for path in paths:
            file = os.path.relpath(path, tmp_path / "own")
            assert (out / file).read_bytes() == open(path, "rb").read(), name
