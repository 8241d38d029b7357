"""What examples/slurm/*.sbatch do after each exit status, with stand-ins for Slurm's commands and the program.
test_engines.sh runs them in a real Slurm."""
import contextlib
import os
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples/slurm"
# Ends with $STATUS; or works until SIGTERM, ends its image and then with 143, or with $LATE_STATUS.
PROGRAM = """#!/bin/bash
printf '%s\\n' "$@" >"$CALLS/arguments"
[[ -n ${STATUS:-} ]] && { [[ $STATUS -gt 128 && $STATUS -ne 143 ]] && kill -s $((STATUS - 128)) $$; exit "$STATUS"; }
trap 'sleep 0.3; exit ${LATE_STATUS:-143}' TERM
touch "$CALLS/works"
while :; do sleep 0.05; done
"""
TOOLS = {
    "scontrol": '#!/bin/bash\necho "$@" >>"$CALLS/scontrol"\n',
    # Options of srun go before the command.
    "srun": '#!/bin/bash\nwhile [[ $1 == --* ]]; do shift; done\necho $$ >"$CALLS/step"\nexec "$@"\n',
    "scancel": '#!/bin/bash\necho "$@" >>"$CALLS/scancel"\nkill -TERM "$(cat "$CALLS/step")"\n',
}


class Scripts(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.tools = self.folder / "bin"
        self.tools.mkdir()
        for name, text in {**TOOLS, "program": PROGRAM}.items():
            (self.tools / name).write_text(text)
            (self.tools / name).chmod(0o755)

    def start(self, script, arguments, **variables):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SLURM")}
        environment.update(PATH=f"{self.tools}:{environment['PATH']}", CALLS=str(self.folder),
                           RELPROMPT=str(self.tools / "program"), SLURM_JOB_ID="9", SLURM_ARRAY_JOB_ID="7",
                           SLURM_ARRAY_TASK_ID="3", SLURM_CPUS_PER_TASK="2")
        environment.update(variables)
        process = subprocess.Popen(["bash", EXAMPLES / script, *arguments], env=environment, cwd=self.folder, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        self.addCleanup(self.end_all, process)
        return process

    def end_all(self, process):
        """What a test that failed has left of it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()

    def end(self, process):
        said, _ = process.communicate(timeout=60)
        again = self.folder / "scontrol"
        return process.returncode, again.read_text().split() if again.exists() else [], said

    def label(self, **variables):
        return self.start("label.sbatch", ["list", "model", "classes", "out", "--save", "labels"], **variables)

    def train(self, **variables):
        return self.start("train.sbatch", ["config", "clip", "data", "out"], **variables)

    def wait_for_work(self):
        end = time.monotonic() + 60
        while not (self.folder / "works").exists():
            self.assertLess(time.monotonic(), end, "the program did not start")
            time.sleep(0.02)

    def test_label_gives_the_program_the_list_and_its_options(self):
        self.end(self.label(STATUS="0"))
        self.assertEqual((self.folder / "arguments").read_text().split(),
                         ("segment --manifest list -m model --class-file classes -o out --threads 2 --resume -q "
                          "--save labels").split())

    def test_a_folder_for_each_task(self):
        self.end(self.start("label.sbatch", ["list", "model", "classes", "my out/%a of"], STATUS="0"))
        self.assertIn("-o\nmy out/3 of\n", (self.folder / "arguments").read_text())

    def test_merge_finds_the_folders_of_shards_when_it_runs(self):
        for name in ("part 0", "part 1"):
            (self.folder / name).mkdir()
        status, _, _ = self.end(self.start("merge.sbatch", ["all of it", "part*"], STATUS="3"))
        self.assertEqual((status, (self.folder / "arguments").read_text()), (3, "merge\nall of it\npart 0\npart 1\n"))

    def test_statuses_that_would_come_again_are_final(self):
        for script in (self.label, self.train):
            for status in (0, 2, 3, 4, 70, 130, 143):
                with self.subTest(status=status):
                    self.assertEqual(self.end(script(STATUS=str(status)))[:2], (status, []))

    def test_five_and_kills_are_tried_again(self):
        for status in (5, 129, 137, 139):
            for start, expected in (("0", ["requeue", "7_3"]), ("3", ["requeue", "7_3"]), ("4", [])):
                with self.subTest(status=status, restarts=start):
                    (self.folder / "scontrol").unlink(missing_ok=True)
                    ended = self.end(self.label(STATUS=str(status), SLURM_RESTART_COUNT=start))
                    self.assertEqual(ended[:2], (status, expected))

    def test_training_is_tried_again_as_a_whole_job(self):
        self.assertEqual(self.end(self.train(STATUS="5"))[:2], (5, ["requeue", "9"]))

    def test_near_the_end_of_its_time_a_task_ends_and_goes_back(self):
        process = self.label(SLURM_RESTART_COUNT="40")  # which is no failure, however often
        self.wait_for_work()
        process.send_signal(signal.SIGUSR1)
        self.assertEqual(self.end(process)[:2], (143, ["requeue", "7_3"]))

    def test_a_task_that_is_done_when_its_time_is_over_does_not_go_back(self):
        process = self.label(LATE_STATUS="0")
        self.wait_for_work()
        process.send_signal(signal.SIGUSR1)
        self.assertEqual(self.end(process)[:2], (0, []))

    def test_scancel_ends_a_task_for_good(self):
        process = self.label()
        self.wait_for_work()
        process.send_signal(signal.SIGTERM)
        self.assertEqual(self.end(process)[:2], (143, []))

    def test_training_writes_a_checkpoint_when_its_time_is_over(self):
        process = self.train()
        self.wait_for_work()
        process.send_signal(signal.SIGUSR1)
        self.assertEqual(self.end(process)[:2], (143, ["requeue", "9"]))
        self.assertEqual((self.folder / "scancel").read_text().split(), ["--signal=TERM", "9"])

    def test_training_resumes_where_there_is_a_checkpoint(self):
        self.end(self.train(STATUS="0"))
        self.assertEqual((self.folder / "arguments").read_text().split(),
                         "train config --clip clip --data data -o out --force --threads 2".split())
        (self.folder / "out").mkdir()
        (self.folder / "out/checkpoint.safetensors").touch()
        self.end(self.train(STATUS="0"))
        self.assertEqual((self.folder / "arguments").read_text().split(), "train --resume out --threads 2".split())

    def test_missing_arguments_and_no_array_are_named(self):
        for script in ("label.sbatch", "train.sbatch"):
            status, again, said = self.end(self.start(script, ["list"]))
            self.assertEqual((status, again), (2, []))
            self.assertIn("usage: sbatch", said)
        status, _, said = self.end(self.label(SLURM_ARRAY_TASK_ID=""))
        self.assertEqual(status, 2)
        self.assertIn("--array", said)


if __name__ == "__main__":
    unittest.main()
