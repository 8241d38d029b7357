"""Runs a command, then prints `peak_mb` and its largest resident memory in MB; ends as the command does."""
import os
import resource
import subprocess
import sys

done = subprocess.run(sys.argv[1:])
print("\npeak_mb", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024e-6)
sys.exit(done.returncode if done.returncode >= 0 else 128 - done.returncode)
