"""A holder is taken for dead only where that is sure."""

import os
import subprocess
import sys

from sloguard.daemon.holders import is_gone, new_holder


def dead_process() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait(timeout=30)
    return process.pid


def named(pid: int | str, *, place: str | None = None) -> str:
    host, _, name = new_holder().split(":")
    own, _, random = name.partition(".")
    return f"{host}:{pid}:{place or own}.{random}"


def test_a_process_never_has_the_same_name_twice() -> None:
    assert new_holder() != new_holder()


def test_a_dead_process_of_this_machine_is_gone() -> None:
    assert is_gone(named(dead_process()))


def test_a_living_one_is_not() -> None:
    assert not is_gone(new_holder())
    assert not is_gone(named(os.getppid()))


def test_of_another_machine_or_container_nothing_is_sure() -> None:
    assert not is_gone(named(dead_process(), place="0a1b2c3d"))
    assert not is_gone(named(dead_process(), place="0"))


def test_a_name_that_somebody_else_made_tells_nothing() -> None:
    for name in ("", "a", "a:1:x", f"a:{dead_process()}:x", named("x"), named("-1"), named("9" * 30)):
        assert not is_gone(name)
