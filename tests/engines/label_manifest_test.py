"""examples/dask/label_manifest.py after each exit status, on a Dask cluster of two processes, with a stand-in for the
program. test_engines.sh runs it with the program itself."""
import contextlib
import io
import os
import pathlib
import sys
import tempfile
import time
import unittest

try:
    import distributed
except ImportError:
    distributed = None

EXAMPLES = str(pathlib.Path(__file__).resolve().parents[2] / "examples/dask")
sys.path.insert(0, EXAMPLES)
import label_manifest

# Shard I ends its Nth start with the Nth word of the file OUT/I, the last one again and again, and adds its arguments
# to OUT/starts.
PROGRAM = """#!/bin/bash
out=${@: -1}
for ((i = 1; i <= $#; ++i)); do
  next=$((i + 1))
  [[ ${!i} != -o ]] || out=${!next}
  [[ ${!i} != --shard ]] || shard=${!next%/*}
done
echo "$@" >>"$out/starts"
[[ $1 != merge ]] || { echo "joined"; exit "$(cat "$out/merge")"; }
read -r -a words <"$out/$shard"
[[ ${#words[@]} -eq 1 ]] || echo "${words[@]:1}" >"$out/$shard"
echo "says why" >&2
case ${words[0]} in
  kill) kill -9 $$ ;;
  wait) trap 'echo stopped >>"$out/starts"; exit 143' TERM; touch "$out/works"; while :; do sleep 0.05; done ;;
  *) exit "${words[0]}" ;;
esac
"""


@unittest.skipUnless(distributed, "python3-distributed is missing")
class LabelManifest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        os.environ["PYTHONPATH"] = EXAMPLES  # of the workers
        cls.cluster = distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True,
                                               dashboard_address=None)

    @classmethod
    def tearDownClass(cls):
        cls.cluster.close()

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.program = self.folder / "program"
        self.program.write_text(PROGRAM)
        self.program.chmod(0o755)

    def words(self, shards, *more):
        return ["--scheduler", self.cluster.scheduler_address, "--manifest", "list", "--shards", str(shards),
                "-m", "model", "--class-file", "classes", "-o", str(self.folder), "--program", str(self.program),
                "--delay", "0.01", *more]

    def run_shards(self, *shards, merge="0", more=()):
        """Returns status, starts of each shard, and what was said."""
        for number, statuses in enumerate(shards):
            (self.folder / str(number)).write_text(statuses + "\n")
        (self.folder / "merge").write_text(merge)
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            try:
                status = label_manifest.main(self.words(len(shards), *more))
            except SystemExit as end:
                status = end.code
        self.starts = (self.folder / "starts").read_text().splitlines()
        counts = [sum(f"--shard {number}/" in line for line in self.starts) for number in range(len(shards))]
        return status, counts, said.getvalue()

    def merged(self):
        return any(line.startswith("merge") for line in self.starts)

    def test_all_done_is_joined(self):
        status, starts, said = self.run_shards("0", "0", "0", more=["--", "--save", "labels"])
        self.assertEqual((status, starts, self.merged()), (0, [1, 1, 1], True))
        self.assertIn("3 of 3 shards", said)
        line = next(line for line in self.starts if "--shard 1/3" in line)
        here = pathlib.Path.cwd()
        for words in (f"segment --manifest {here}/list", "-m model", f"--class-file {here}/classes",
                      "--threads 1 --resume -q --save labels"):
            self.assertIn(words, line)

    def test_five_and_signals_are_tried_again(self):
        status, starts, said = self.run_shards("5 0", "kill 129 0", "0")
        self.assertEqual((status, starts, self.merged()), (0, [2, 3, 1], True))
        self.assertIn("shard 0: status 5, start 1; is tried again\n  says why", said)
        self.assertIn("shard 1: status 137, start 1; is tried again", said)

    def test_images_that_failed_do_not_come_again(self):
        status, starts, _ = self.run_shards("3", "0", merge="3")
        self.assertEqual((status, starts, self.merged()), (3, [1, 1], True))

    def test_a_bug_does_not_come_again_and_others_are_done(self):
        status, starts, said = self.run_shards("70", "0", "0")
        self.assertEqual((status, starts, self.merged()), (70, [1, 1, 1], False))
        self.assertIn("unfinished shards (status): 0 (70)", said)

    def test_tries_have_an_end(self):
        status, starts, said = self.run_shards("5", "0", more=["--tries", "3"])
        self.assertEqual((status, starts, self.merged()), (5, [3, 1], False))
        self.assertIn("unfinished shards (status): 0 (5)", said)

    def test_what_is_wrong_in_every_shard_ends_the_run(self):
        for wrong in ("2", "4"):
            status, starts, said = self.run_shards(wrong, *["wait"] * 9)
            self.assertEqual((status, self.merged()), (int(wrong), False))
            self.assertLess(sum(starts), 10)
            self.assertIn(f"shard 0: status {wrong}\n  says why", said)
            (self.folder / "starts").unlink()

    def test_stopping_ends_programs_with_the_image_under_way(self):
        def interrupt():
            end = time.monotonic() + 60
            while not (self.folder / "works").exists() and time.monotonic() < end:
                time.sleep(0.02)
            raise KeyboardInterrupt

        (self.folder / "0").write_text("wait\n")
        with distributed.Client(self.cluster.scheduler_address) as client:
            run = label_manifest.Run(client, label_manifest.parse(self.words(1)))
            run.submit(0)
            with self.assertRaises(KeyboardInterrupt):
                interrupt()
            with contextlib.redirect_stderr(io.StringIO()):
                run.end()
        self.assertIn("stopped", (self.folder / "starts").read_text())

    def test_a_program_that_is_not_there_is_named(self):
        said = io.StringIO()
        with contextlib.redirect_stderr(said), self.assertRaises(SystemExit) as end:
            label_manifest.main([word.replace(str(self.program), "/nowhere/relprompt") for word in self.words(2)])
        self.assertEqual(end.exception.code, 2)
        self.assertIn("/nowhere/relprompt cannot be started on", said.getvalue())

    def test_no_scheduler(self):
        said = io.StringIO()
        words = [word if not word.startswith(("inproc:", "tcp:")) else "tcp://127.0.0.1:9" for word in self.words(1)]
        with contextlib.redirect_stderr(said):
            self.assertEqual(label_manifest.main([*words, "--scheduler-wait", "1"]), 5)
        self.assertIn("no Dask scheduler answers at tcp://127.0.0.1:9", said.getvalue())


if __name__ == "__main__":
    unittest.main()
