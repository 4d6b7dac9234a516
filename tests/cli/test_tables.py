"""Tables as they are printed to a terminal, and to a file or a program."""

from dataclasses import replace
from datetime import timedelta

import pytest
from rich.console import Console
from rich.table import Table

from sloguard.cli.output import print_tables
from sloguard.cli.tables import status_renderable, text_table
from sloguard.model.status import StatusReport
from sloguard.model.window import RollingWindow
from sloguard.presentation.status_table import status_table
from tests.cli.test_adjusting import AT, BROKEN, Sloguard, directory, sloguard
from tests.presentation.reports import every_state

__all__ = ["directory", "sloguard"]
WINDOWS = "Window"


def headings(table: Table) -> list[str]:
    return [str(column.header) for column in table.columns]


def two_windows() -> StatusReport:
    report = every_state()
    first, *rest = report.services
    weekly = replace(first.slos[0], window=RollingWindow(timedelta(days=7)))
    return replace(report, services=(replace(first, slos=(weekly, *first.slos[1:])), *rest))


def test_a_window_that_all_have_is_said_once() -> None:
    same = status_renderable(every_state(), 200)
    assert str(same.title) == "As of 2026-11-22 03:00 UTC, over 30 d"
    assert WINDOWS not in headings(same)
    differing = status_renderable(two_windows(), 200)
    assert str(differing.title) == "As of 2026-11-22 03:00 UTC"
    assert WINDOWS in headings(differing)


def test_a_narrow_terminal_does_without_what_is_no_number() -> None:
    found = {width: headings(status_renderable(two_windows(), width)) for width in range(60, 200)}
    assert [name for name in found[199] if name not in found[60]] == ["Objective", WINDOWS, "Budget ends"]
    for width in range(60, 199):
        assert set(found[width]) <= set(found[width + 1]), "wider is never less"


@pytest.mark.parametrize("width", [60, 80, 100, 120])
def test_no_word_and_no_number_is_cut_off(capsys: pytest.CaptureFixture[str], width: int) -> None:
    report = two_windows()
    print_tables([status_renderable(report, width)], Console(width=width, force_terminal=True, color_system=None))
    said = capsys.readouterr().out
    assert "…" not in said
    assert max(map(len, said.splitlines())) <= width
    words = {word for row in status_table(report).rows for word in (*row.cells[3:6], *row.cells[6].split())}
    assert [word for word in words if word not in said.replace("\N{NO-BREAK SPACE}", " ")] == []


def test_lines_that_are_piped_are_whole_and_have_no_spaces_at_their_end(capsys: pytest.CaptureFixture[str]) -> None:
    print_tables([text_table(("a", "b"), [("x " * 40, "y " * 40), ("z", "")], title="t")])
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line != line.rstrip()] == []
    assert len([line for line in lines if "y y" in line]) == 1


def test_a_terminal_sets_the_width(capsys: pytest.CaptureFixture[str]) -> None:
    print_tables([text_table(("a", "b"), [("x", "y " * 40)])], Console(width=40, force_terminal=True))
    assert len([line for line in capsys.readouterr().out.splitlines() if "y y" in line]) > 1


def test_every_command_prints_its_tables_alike(sloguard: Sloguard) -> None:
    sloguard("exclude", "add", "shop", *BROKEN, "--reason", "a drill")
    commands = (
        ("status", "--at", AT),
        ("history", "--until", AT, "--since", "1d"),
        ("exclude", "list"),
        ("backtest", "--until", AT, "--since", "1d"),
    )
    for command in commands:
        said = sloguard(*command).splitlines()
        assert said, command
        assert [line for line in said if line != line.rstrip()] == [], command
