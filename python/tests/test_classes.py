"""Every form of a class list, and ready-made embeddings."""

import numpy as np
import pytest
import relprompt


def labels(model, scene, classes, **keywords):
    return relprompt.Segmenter(model, classes, **keywords)(scene).labels


def test_forms_of_a_list(model, scene):
    text = labels(model, scene, "sand, grass;green plain, water")
    for classes in [
        ["sand", "grass;green plain", "water"],
        ["sand", ["grass", "green plain"], ("water",)],
        ("sand", "grass ;  green   plain", " water "),
    ]:
        assert np.array_equal(labels(model, scene, classes), text)


def test_names_with_separators_and_quotes(model):
    names = [["car, big", "semi;colon"], ['5" gun', "# no comment"], ["back\\slash", "tab\tand\nbreak"]]
    segmenter = relprompt.Segmenter(model, names)
    assert segmenter.class_names == [*names[:2], ["back\\slash", "tab and break"]]
    assert segmenter.classes == ["car, big", '5" gun', "back\\slash"]


def test_vocabularies(model):
    names = relprompt.vocabularies()
    assert names["voc-20"] and len(names) >= 8
    assert (
        len(relprompt.Segmenter(model, "voc-20", text_cache=False).classes)
        == len(relprompt.vocabulary("voc-20"))
        == 20
    )
    with pytest.raises(relprompt.ArgumentError) as caught:
        relprompt.vocabulary("voc-2")
    assert caught.value.code == "bad_vocabulary" and "voc-20" in str(caught.value)
    assert len(relprompt.templates("paper")) == 15


def test_a_file(model, scene, classes, result, tmp_path):
    assert np.array_equal(labels(model, scene, classes), result.labels)
    (tmp_path / "own.txt").write_text("sand\ngrass; green plain # a comment\n")
    assert relprompt.Segmenter(model, f"@{tmp_path}/own.txt").classes == ["sand", "grass"]


def test_a_background(model, scene):
    segmenter = relprompt.Segmenter(model, "sand, grass", background="rest;water;brick")
    assert segmenter.classes == ["sand", "grass", "rest"]
    assert segmenter(scene, unknown=0.9).unknown == 0, "they go to the background"


def test_embeddings(model, scene):
    rows = np.random.default_rng(0).standard_normal((3, model.joint_width))
    expected = labels(model, scene, rows.astype(np.float32))
    assert len(np.unique(expected)) > 1
    assert np.array_equal(labels(model, scene, rows), expected), "any float type"
    assert np.array_equal(labels(model, scene, np.asfortranarray(rows)), expected)
    titled = relprompt.Segmenter(model, rows, titles=["a", "b", "c"])
    assert titled.classes == ["a", "b", "c"] and titled(scene).overlay().ndim == 3
    assert relprompt.Segmenter(model, rows).classes == ["class 0", "class 1", "class 2"]
    with pytest.raises(relprompt.ArgumentError, match="titles: 1 of them for 3"):
        relprompt.Segmenter(model, rows, titles=["a"])


def test_embeddings_by_the_array_protocol(model, scene):
    rows = np.random.default_rng(1).standard_normal((2, model.joint_width)).astype(np.float32)

    class Tensor:
        def __array__(self, dtype=None, copy=None):
            return rows

    assert np.array_equal(labels(model, scene, Tensor()), labels(model, scene, rows))


def test_a_segmenter_opens_its_model(scene, result, classes):
    from conftest import ROOT

    segmenter = relprompt.Segmenter(ROOT / "models/demo", classes)
    assert np.array_equal(segmenter(scene).labels.shape, result.labels.shape)


def test_facts_of_a_model(model):
    assert model.joint_width == 128 and model.variant == "official" and model.head == ""
    assert len(model.hash) == 64 and isinstance(model.notes, list)
    assert "models/demo" in repr(model)
    assert {"none", "maskclip"} <= set(relprompt.heads())
