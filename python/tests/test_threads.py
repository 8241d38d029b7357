"""Threads, Ctrl-C and reading ahead."""

import os
import signal
import subprocess
import sys
import threading
import time
import warnings

import numpy as np
import pytest
import relprompt
from conftest import ROOT


def in_threads(*jobs):
    failures = []

    def guarded(job):
        try:
            job()
        except BaseException as error:  # noqa: B902 - shown by the test
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_two_segmenters_of_one_model(model, scene, classes, result, pixels):
    mirrored = np.ascontiguousarray(pixels[:, ::-1])
    other = relprompt.Segmenter(model, "sand, grass, water, brick")
    expected = other(mirrored).labels
    own = relprompt.Segmenter(model, classes)

    def first():
        for _ in range(20):
            assert np.array_equal(own(scene).labels, result.labels)

    def second():
        for _ in range(20):
            assert np.array_equal(other(mirrored).labels, expected)

    in_threads(first, second)


def test_one_segmenter_from_two_threads_takes_turns(segmenter, result, pixels):
    flipped = np.ascontiguousarray(pixels[::-1])
    expected = segmenter(flipped).labels

    def job(image, labels):
        def run():
            for _ in range(20):
                assert np.array_equal(segmenter(image).labels, labels)

        return run

    in_threads(job(pixels, result.labels), job(flipped, expected), job(pixels, result.labels))


def test_python_runs_while_it_computes(model, pixels):
    segmenter = relprompt.Segmenter(model, "sand, grass", short_side=512, window=64, stride=32)
    steps = 0
    ended = threading.Event()

    def count():
        nonlocal steps
        while not ended.wait(0.001):
            steps += 1

    counter = threading.Thread(target=count)
    counter.start()
    begin = time.monotonic()
    while time.monotonic() - begin < 0.3:
        segmenter(pixels)
    ended.set()
    counter.join()
    assert steps > 5, "the other thread stood still"


INTERRUPTED = f"""
import os, signal, sys, threading, time, numpy, relprompt
segmenter = relprompt.Segmenter(relprompt.Model({str(ROOT / 'models/demo')!r}, threads=1), "sand, grass")
image = numpy.zeros((700, 700, 3), numpy.uint8)
small = segmenter(image[:96, :96]).labels
threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    while True:
        segmenter(image, short_side=2000, window=96, stride=24)
except KeyboardInterrupt:
    pass
assert (segmenter(image[:96, :96]).labels == small).all(), "it goes on afterwards"
"""


def test_ctrl_c_ends_the_wait():
    run = subprocess.run([sys.executable, "-c", INTERRUPTED], timeout=200, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


SIGNALS = f"""
import os, signal, numpy, relprompt
segmenter = relprompt.Segmenter(relprompt.Model({str(ROOT / 'models/demo')!r}, threads=2), "sand, grass")
segmenter(numpy.zeros((200, 200, 3), numpy.uint8))
for thread in os.listdir("/proc/self/task"):
    status = open(f"/proc/self/task/{{thread}}/status").read()
    blocked = int(status.split("SigBlk:")[1].split()[0], 16)
    print(thread == str(os.getpid()), all(blocked >> number - 1 & 1 for number in (signal.SIGINT, signal.SIGTERM)))
"""


def test_no_signal_reaches_a_thread_that_computes():
    """docs/guide/interrupting.md says why: of this process, only Python's own thread may get one."""
    command, own = [sys.executable, "-c", SIGNALS], {
        **os.environ,
        "OPENBLAS_NUM_THREADS": "1",
    }  # NumPy's threads
    run = subprocess.run(command, env=own, capture_output=True, text=True, check=True)
    threads = run.stdout.splitlines()
    assert threads.count("True False") == 1, "Python's thread"
    others = [line for line in threads if line.startswith("False")]
    assert len(others) >= 2 and set(others) == {"False True"}, run.stdout


DAEMON = f"""
import threading, time, numpy, relprompt
segmenter = relprompt.Segmenter(relprompt.Model({str(ROOT / 'models/demo')!r}, threads=1), "sand, grass")
image = numpy.zeros((96, 96, 3), numpy.uint8)
def label():
    while True:
        segmenter(open({str(ROOT / 'examples/world.png')!r}, "rb").read()).overlay()
for _ in range(3):
    threading.Thread(target=label, daemon=True).start()
time.sleep(0.2)
class Late:
    def __del__(self):
        segmenter(image)
late = Late()
late.itself = late
"""


def test_python_may_end_while_threads_compute():
    for _ in range(3):
        run = subprocess.run([sys.executable, "-c", DAEMON], timeout=100, capture_output=True, text=True)
        assert run.returncode == 0, run.stderr


def test_map_keeps_the_order(segmenter, scene, pixels, result):
    images = [scene, pixels, scene.read_bytes(), np.ascontiguousarray(pixels[:50]), str(scene)]
    for workers in (1, 2, 7):
        results = list(segmenter.map(images, workers=workers, progress=False))
        assert [r.labels.shape[0] for r in results] == [96, 96, 96, 50, 96]
        assert all(np.array_equal(r.labels, result.labels) for r in results[:3])
    assert [r.name for r in results] == [str(scene), "image", "image", "image", str(scene)]


def test_map_reads_no_further_ahead_than_it_may(segmenter, pixels):
    taken = 0

    def endless():
        nonlocal taken
        while True:
            taken += 1
            yield pixels

    results = segmenter.map(endless(), workers=2)
    assert taken == 0
    for step in range(1, 6):
        next(results)
        assert taken <= step + 3
    results.close()


def test_map_passes_keywords_on(segmenter, scene):
    with_scores = list(segmenter.map([scene], scores=True, unknown=0.99))
    assert with_scores[0].scores is not None and with_scores[0].unknown > 0


def test_map_and_bad_images(segmenter, scene):
    images = [scene, b"no image", "nowhere.png", scene]
    results = segmenter.map(images)
    assert next(results).name == str(scene)
    with pytest.raises(relprompt.ImageError):
        next(results)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert len(list(segmenter.map(images, errors="skip"))) == 2
    assert len(caught) == 2 and "nowhere.png" in str(caught[1].message)
    for keywords in ({"workers": 0}, {"errors": "ignore"}, {"window": "half"}):
        with pytest.raises(relprompt.ArgumentError):
            segmenter.map(images, **keywords)


def test_map_leaves_no_threads(segmenter, scene):
    before = threading.active_count()
    for _ in range(3):
        results = segmenter.map([scene] * 10)
        next(results)
        results.close()
    assert threading.active_count() == before
