"""The command lines of docs/guide/serving.md run as they are written: curl is told by its configuration file where the
server of this test listens."""
import os
import re
import subprocess
import tempfile
import unittest

from serving import MODEL, SOURCE, Server, main


class Docs(unittest.TestCase):
    def test_lines_run_as_written(self):
        with open(os.path.join(SOURCE, "docs", "guide", "serving.md"), encoding="utf-8") as file:
            blocks = re.findall(r"^```sh\n(.*?)^```", file.read(), re.MULTILINE | re.DOTALL)
        lines = [block.strip() for block in blocks if "curl -s" in block]
        self.assertGreaterEqual(len(lines), 5)
        with tempfile.TemporaryDirectory() as folder, Server(models=(MODEL,)) as server:
            os.symlink(os.path.join(SOURCE, "examples"), os.path.join(folder, "examples"))
            with open(os.path.join(folder, ".curlrc"), "w", encoding="utf-8") as file:
                file.write(f'connect-to = "127.0.0.1:8080:127.0.0.1:{server.port}"\nfail\nno-progress-meter\n')
            for line in lines:
                done = subprocess.run(["bash", "-euo", "pipefail", "-c", line], cwd=folder, capture_output=True, check=False,
                                      env={**os.environ, "CURL_HOME": folder, "HOME": folder})
                self.assertEqual(done.returncode, 0, (line, done.stderr, done.stdout[:300]))


if __name__ == "__main__":
    main()
