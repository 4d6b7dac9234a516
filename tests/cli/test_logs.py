"""What parts of the daemon log is no result of a command that uses them."""

import json

import pytest
import structlog

from sloguard.cli.logs import warnings_alone
from tests.cli.test_adjusting import Sloguard, directory, sloguard

__all__ = ["directory", "sloguard"]


def test_a_result_is_alone_on_stdout(sloguard: Sloguard) -> None:
    """Rolling up is logged by the daemon, and would be in the middle of the document."""
    assert json.loads(sloguard("compact", "--format", "json"))["complete"] is True
    assert sloguard("compact").count("\n") == 1


def test_warnings_are_on_stderr_and_the_settings_come_back(capsys: pytest.CaptureFixture[str]) -> None:
    before = structlog.get_config()
    with warnings_alone():
        structlog.get_logger().info("done")
        structlog.get_logger().warning("server_away")
    assert structlog.get_config() == before
    said = capsys.readouterr()
    assert said.out == ""
    assert "server_away" in said.err
    assert "done" not in said.err
