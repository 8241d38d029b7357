"""The commands that faults strike: how each is run, run again, and what must be true of its files."""
import json
import os
import re
import struct

TEMPORARY = re.compile(r"^\.relprompt-[0-9a-f]{16}(-[0-9a-f]{16})?\.(tmp|old)$")
LIST = ".relprompt-files"
HEADER = b"# Files that relprompt wrote here (SHA-256 and name). It replaces no others: keep this list with them.\n"
FOREIGN = "mine.txt"
FOREIGN_TEXT = b"not relprompt's\n"
OWN_LISTS = {LIST, ".lock"}


class Scenario:
    """A command in a folder of its own. `out` is the folder that it writes into."""

    name = ""
    out = "out"
    compared = None  # endings of the files whose bytes a later run must repeat; None: all
    among_others = False  # `out` may hold files of others when the command begins
    trains = False
    at_once = False  # all files appear together: older and new ones are never mixed

    def older_command(self, tools):
        """A command whose results are in `out` when the struck one begins; None: `out` is not there then."""

    def command(self, tools):
        raise NotImplementedError

    def again(self, tools, folder):
        """The command that goes on after a fault."""
        return self.command(tools)

    def files(self, folder):
        """{path below `out`: its bytes as far as they must be equal}, of files under their final names."""
        found = {}
        root = os.path.join(folder, self.out)
        for path, _, names in os.walk(root):
            for name in names:
                if TEMPORARY.match(name) or name in OWN_LISTS or name == FOREIGN:
                    continue
                whole = os.path.join(path, name)
                below = os.path.relpath(whole, root)
                if ".relprompt-parts" in below or ".relprompt-shards" in below or below.startswith("parts" + os.sep):
                    continue
                if self.compared and not any(below.endswith(end) for end in self.compared):
                    continue
                with open(whole, "rb") as file:
                    found[below] = self.content(below, file.read())
        return found

    @staticmethod
    def content(name, data):
        return without_times(data) if name.endswith(".json") else data

    @staticmethod
    def bad_lists(folder):
        """Lists of own files below the folder that do not begin with their header, or hold it twice."""
        bad = []
        for path, _, names in os.walk(folder):
            if LIST in names:
                with open(os.path.join(path, LIST), "rb") as file:
                    text = file.read()
                if not text.startswith(HEADER) or text.count(HEADER) != 1 or not text.endswith(b"\n"):
                    bad.append(os.path.join(path, LIST))
        return bad

    def places(self, folder):
        """Folders with a file of somebody else's."""
        return [folder, os.path.join(folder, self.out)] if self.among_others else [folder]

    @staticmethod
    def strays(folder):
        """Temporary files below the folder."""
        return [os.path.join(path, name) for path, _, names in os.walk(folder) for name in names if TEMPORARY.match(name)]


def without_times(data):
    """A report without what differs from run to run; damaged JSON stays as it is and compares unequal."""
    def strip(value):
        if isinstance(value, dict):
            return {key: strip(inner) for key, inner in value.items() if key not in ("seconds", "times", "input")}
        return [strip(inner) for inner in value] if isinstance(value, list) else value
    try:
        return json.dumps(strip(json.loads(data)), sort_keys=True).encode()
    except ValueError:
        return data


def whole_safetensors(data):
    """True if header and tensors are all there."""
    if len(data) < 8:
        return False
    size = struct.unpack("<Q", data[:8])[0]
    if 8 + size > len(data):
        return False
    ends = [entry["data_offsets"][1] for key, entry in json.loads(data[8:8 + size]).items() if key != "__metadata__"]
    return 8 + size + max(ends, default=0) == len(data)


class Segment(Scenario):
    name = "segment"
    among_others = True

    def command(self, tools):
        return [tools.program, "segment", tools.image, "-m", tools.model, "-c", "red plain, blue plain, grass", "-o", "out", "-q",
                "--threads", "1", "--save", "labels,overlay,scores,json,coco,labelme"]

    def again(self, tools, folder):
        return self.command(tools) + ["--resume"]


class Shard(Segment):
    """A shard; its journal, which grows with every run, is not compared."""

    name = "shard"

    def command(self, tools):
        return super().command(tools) + ["--shard", "0/1"]


class Video(Scenario):
    """Frames that are images; a video is written as well where the optional library was built."""

    name = "video"
    among_others = True

    def command(self, tools):
        library = os.path.join(os.path.dirname(tools.program), "..", "lib", "librelprompt-video.so")
        saved = "labels,json,timeline" + (",labels-video" if os.path.exists(library) else "")
        return [tools.program, "video", tools.scenes + "/images/val", "-m", tools.model, "-c", "red plain, blue plain, grass",
                "-o", "out", "-q", "--threads", "1", "--frames", "2", "--smooth", "0.5", "--save", saved]

    def again(self, tools, folder):
        return self.command(tools) + ["--resume"]


class Import(Scenario):
    name = "import"
    out = "imported"
    at_once = True

    def command(self, tools):
        return [tools.program, "import", os.path.join(tools.model, "clip.safetensors"), "--heads", "2", "--vocab", tools.model,
                "-o", "imported", "--force"]


class Quantize(Scenario):
    name = "quantize"
    out = "quantized"
    at_once = True

    def command(self, tools):
        return [tools.program, "quantize", tools.scenes + "/images/val", "-m", tools.model, "--class-file",
                tools.scenes + "/classes.txt", "-o", "quantized", "--images", "2", "--threads", "1", "--force", "-q"]


class Eval(Scenario):
    name = "eval"
    among_others = True
    out = "report"
    compared = ["report.json", "report.md", "confusion.png", "sheet.png"]

    def command(self, tools):
        return [tools.program, "eval", tools.config, "-m", tools.model, "--data", tools.scenes, "-o", "report", "--threads", "1",
                "--set", "test.save_every=1", "-q", "--force"]


class Train(Scenario):
    name = "train"
    out = "run"
    compared = ["last/prompts.safetensors", "last/config.json", "report.json", "result.json"]
    trains = True

    def command(self, tools):
        return [tools.program, "train", tools.config, "--clip", tools.model, "--data", tools.scenes, "-o", "run", "--threads", "1", "-q",
                "--set", "train.iterations=3", "--set", "train.batch=2", "--set", "train.warmup_iterations=1",
                "--set", "train.checkpoint_every=1", "--set", "train.log_every=1", "--set", "train.evaluate_every=0",
                "--set", "train.best=none"]

    def again(self, tools, folder):
        if os.path.exists(os.path.join(folder, "run", "config.yaml")):
            return [tools.program, "train", "--resume", "run", "-q"]
        return self.command(tools)


class SegmentOlder(Segment):
    """The image was labelled with other classes before."""

    name = "segment-older"

    def older_command(self, tools):
        return [word.replace("red plain, blue plain, grass", "red plain, grass") for word in self.command(tools)]


class ImportOlder(Import):
    name = "import-older"

    def older_command(self, tools):
        return self.command(tools) + ["--activation", "gelu"]


class QuantizeOlder(Quantize):
    name = "quantize-older"

    def older_command(self, tools):
        command = self.command(tools)
        command[command.index("--images") + 1] = "1"
        return command


class EvalOlder(Eval):
    name = "eval-older"

    def older_command(self, tools):
        return self.command(tools) + ["--precision", "int8"]


class TrainOlder(Train):
    """A run of another learning rate stands there."""

    name = "train-older"

    def command(self, tools):
        return super().command(tools) + ["--force"]

    def older_command(self, tools):
        return super().command(tools) + ["--set", "optimizer.rate=1.0e-3"]

    def again(self, tools, folder):
        return self.command(tools)


ALL = [Segment(), SegmentOlder(), Shard(), Video(), Import(), ImportOlder(), Quantize(), QuantizeOlder(), Eval(), EvalOlder(), Train(),
       TrainOlder()]
