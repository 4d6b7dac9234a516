"""Child processes: started, watched, stopped, and never left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sloguard.demo.child import Child, DemoError, child_environment

STUBBORN = "import os, signal, time; signal.signal(15, signal.SIG_IGN); print(os.getpid(), flush=True); time.sleep(600)"


def child(tmp_path: Path, code: str) -> Child:
    return Child("helper", (sys.executable, "-c", code), tmp_path / "helper.log", child_environment({"WORD": "hello"}))


def wait_until(happened: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def alive(pid: int) -> bool:
    """A zombie counts as dead."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_its_output_goes_into_the_log_and_its_environment_has_no_proxy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.invalid")
    child(tmp_path, "import os; print(os.environ['WORD'], [n for n in os.environ if 'proxy' in n.lower()])").complete()
    assert (tmp_path / "helper.log").read_text() == "hello []\n"


def test_a_failure_shows_the_end_of_the_log(tmp_path: Path) -> None:
    with pytest.raises(
        DemoError, match=r"helper failed with exit code 3\.\nThe end of .*helper\.log:\n {2}out\n {2}of luck"
    ):
        child(tmp_path, "print('out'); print('of luck'); raise SystemExit(3)").complete()


def test_an_accepted_exit_code_is_no_failure(tmp_path: Path) -> None:
    child(tmp_path, "raise SystemExit(1)").complete(accepted=frozenset({0, 1}))


def test_one_that_ends_by_itself_is_noticed(tmp_path: Path) -> None:
    with child(tmp_path, "print('up', flush=True); input()") as helper:
        wait_until(lambda: bool((tmp_path / "helper.log").read_text().count("EOFError")))
        with pytest.raises(DemoError, match="helper ended by itself with exit code 1"):
            check_for_a_while(helper)


def check_for_a_while(helper: Child) -> None:
    for _ in range(200):
        helper.check()
        time.sleep(0.02)


def test_one_that_does_not_heed_is_killed(tmp_path: Path) -> None:
    helper = Child(
        "helper", (sys.executable, "-c", STUBBORN), tmp_path / "log", child_environment({}), grace_seconds=0.2
    )
    with helper:
        wait_until(lambda: (tmp_path / "log").read_text().endswith("\n"))
        pid = int((tmp_path / "log").read_text())
    assert not alive(pid)


def test_it_is_stopped_with_the_context_and_in_its_own_session(tmp_path: Path) -> None:
    with child(tmp_path, "import os, time; print(os.getpid(), os.getsid(0), flush=True); time.sleep(600)"):
        wait_until(lambda: (tmp_path / "helper.log").read_text().endswith("\n"))
        pid, session = map(int, (tmp_path / "helper.log").read_text().split())
        assert alive(pid)
    assert session == pid != os.getsid(0)
    assert not alive(pid)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux' own")
def test_it_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    parent = f"""
import sys, time
from pathlib import Path
from sloguard.demo.child import Child, child_environment
code = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
Child("helper", (sys.executable, "-c", code), Path({str(tmp_path / "helper.log")!r}), child_environment({{}})).start()
time.sleep(600)
"""
    log = tmp_path / "helper.log"
    with subprocess.Popen([sys.executable, "-c", parent]) as process:
        wait_until(lambda: log.exists() and log.read_text().endswith("\n"))
        pid = int(log.read_text())
        assert alive(pid)
        process.send_signal(signal.SIGKILL)
    wait_until(lambda: not alive(pid))
