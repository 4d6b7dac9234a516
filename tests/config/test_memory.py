"""The most that a file may hold is bounded before memory is spent on it."""

import subprocess
import sys

import pytest

MEGABYTES = 300
# VmHWM, because getrusage() still knows the peak of the process that this one was forked from.
PROGRAM = """
import sys
from pathlib import Path
from sloguard.config import load_text
content = eval(sys.argv[1])
result = load_text(content, "slo.yaml", {}, Path())
assert result.configuration is None and len(content) <= 10_000_000
status = Path("/proc/self/status").read_text()
print(int(status.split("VmHWM:")[1].split()[0]) // 1024)
"""
SLO = "b'version: 1\\nservices: [{name: a, slos: [{name: a, objective: 99, %s}]}]'"


@pytest.mark.parametrize(
    "content",
    [
        SLO.replace("%s", "breakdown_by: [' + b'1, ' * 480_000 + b']"),
        SLO.replace("%s", "' + b', '.join(b'k%d: 1' % n for n in range(240_000)) + b'"),
    ],
    ids=["a list of half a million mistakes", "unknown keys"],
)
def test_adversarial_files_stay_within_bounds(content: str) -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM, content], check=True, capture_output=True, text=True)
    assert int(done.stdout) < MEGABYTES
