"""Every panel of every dashboard: what it says about itself, where it stands, and that Grafana's library reads it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from grafana_foundation_sdk.cog import plugins
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from sloguard.dashboards import dashboard_files
from sloguard.dashboards.panels import DATASOURCE
from sloguard.model.composite import CompositeIndicator, Member
from sloguard.model.settings import Configuration
from sloguard.model.slo import EventsIndicator, RatioIndicator
from sloguard.model.timeslices import Timeslices
from sloguard.model.window import CalendarWindow, Period
from tests.support.slos import AVAILABILITY, BACKUP, FUNNEL, LATENCY, REFERENCE, configuration_of

CURRENT_PANELS = {"stat", "table", "timeseries", "state-timeline", "text", "row"}
"""Of those that Grafana has: `graph`, `singlestat`, `table-old` and their like are gone."""
ODD = configuration_of(
    replace(AVAILABILITY, name="grouped", group_by=("tenant",)),
    replace(AVAILABILITY, name="plain", breakdown_by=()),
    replace(
        AVAILABILITY, name="ratio", indicator=RatioIndicator(error="sum(rate(a[$window])) / sum(rate(b[$window]))")
    ),
    replace(AVAILABILITY, name="sliced", timeslices=Timeslices(timedelta(minutes=5), Decimal("0.95"))),
    replace(LATENCY, name="monthly", window=CalendarWindow(Period.MONTH, "Europe/Paris")),
    replace(BACKUP, name="all", indicator=CompositeIndicator((Member("onboarding/plain"), Member("onboarding/ratio")))),
)
WITH_PAGES = replace(
    REFERENCE, services=(replace(ODD.services[0], funnels=(FUNNEL, FUNNEL)),), web_url="https://slo.example.com"
)
Panel = dict[str, Any]


def boards(configuration: Configuration) -> dict[str, Any]:
    return {path: json.loads(text) for path, text in dashboard_files(configuration).items()}


BOARDS = {**boards(REFERENCE), **{f"odd {path}": board for path, board in boards(WITH_PAGES).items()}}


def panels(found: list[Panel]) -> Iterator[Panel]:
    for panel in found:
        yield panel
        yield from panels(panel.get("panels", []))


def shown(board: Any) -> Iterator[Panel]:
    """Panels with numbers."""
    return (panel for panel in panels(board["panels"]) if panel["type"] not in {"row", "text"})


each_board = pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)


@each_board
def test_every_panel_explains_itself(board: Any) -> None:
    assert board["title"]
    assert board["description"]
    for panel in panels(board["panels"]):
        assert panel["type"] in CURRENT_PANELS
        assert panel["title"]
        assert panel["type"] == "row" or len(panel["description"]) > 20, panel["title"]


@each_board
def test_every_query_goes_to_the_chosen_data_source(board: Any) -> None:
    assert board["templating"]["list"][0]["type"] == "datasource"
    for panel in shown(board):
        assert panel["datasource"] == DATASOURCE
        assert panel["targets"]
        for target in panel["targets"]:
            assert target["expr"]
            assert target["datasource"] == DATASOURCE
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])


@each_board
def test_every_number_has_a_unit_and_colours(board: Any) -> None:
    for panel in shown(board):
        defaults = panel["fieldConfig"]["defaults"]
        assert defaults["unit"], panel["title"]
        assert defaults["thresholds"]["mode"] == "absolute"
        if panel["type"] == "table":
            assert_columns_have_units(panel)
        else:
            assert defaults["thresholds"]["steps"], panel["title"]


def assert_columns_have_units(panel: Panel) -> None:
    """Each column of numbers has a unit, or words for its values."""
    overrides = {each["matcher"]["options"]: each["properties"] for each in panel["fieldConfig"]["overrides"]}
    renamed = panel["transformations"][1]["options"]["renameByName"]
    for number in range(len(panel["targets"])):
        properties = {each["id"] for each in overrides[renamed[f"Value #{chr(ord('A') + number)}"]]}
        assert properties & {"unit", "mappings"}


@each_board
def test_several_lines_are_told_apart(board: Any) -> None:
    for panel in shown(board):
        legends = [target["legendFormat"] for target in panel["targets"]]
        if panel["type"] == "timeseries":
            assert len(set(legends)) == len(legends)
            assert "__auto" not in legends


def cells(panel: Panel) -> set[tuple[int, int]]:
    grid = panel["gridPos"]
    return {(x, y) for x in range(grid["x"], grid["x"] + grid["w"]) for y in range(grid["y"], grid["y"] + grid["h"])}


def assert_no_overlap(found: list[Panel]) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in found:
        own = cells(panel)
        assert not taken & own, panel["title"]
        assert own
        assert max(x for x, _ in own) < 24
        taken |= own


@each_board
def test_panels_do_not_overlap_and_rows_hold_what_is_below_them(board: Any) -> None:
    assert_no_overlap(board["panels"])
    for row in (panel for panel in board["panels"] if panel["type"] == "row"):
        assert_no_overlap(row["panels"])
        if row["collapsed"]:
            assert min(panel["gridPos"]["y"] for panel in row["panels"]) == row["gridPos"]["y"] + 1


@each_board
def test_no_line_of_the_grid_has_a_hole_between_panels(board: Any) -> None:
    """Grafana moves panels up into holes; then nothing stands where it was meant to."""
    taken = {cell for panel in board["panels"] for cell in cells(panel)}
    assert {y for _, y in taken} == set(range(max(y for _, y in taken) + 1))


@each_board
def test_alerts_and_deployments_are_marked(board: Any) -> None:
    assert [each["name"] for each in board["annotations"]["list"]] == ["Alerts", "Deployments"]


@each_board
def test_dashboards_lead_to_each_other(board: Any) -> None:
    addresses = {f"/d/{each['uid']}" for each in BOARDS.values()}
    links = {link["title"]: link.get("url", "") for link in board["links"]}
    assert "SLO dashboards" in links
    assert all(url in addresses for url in links.values() if url.startswith("/d/"))
    assert ("Overview" in links) == (board["uid"] != "sloguard-overview")


def test_sloguards_own_pages_are_linked_where_they_are_known() -> None:
    for path, board in BOARDS.items():
        urls = [link.get("url") for link in board["links"]]
        assert ("https://slo.example.com" in urls) == path.startswith("odd"), path


def lost(before: object, after: object, where: str = "") -> Iterator[str]:
    """What a round trip changed or left out; that it adds defaults is no loss."""
    match before, after:
        case dict(), dict():
            for key, value in before.items():
                if key in after:
                    yield from lost(value, after[key], f"{where}.{key}")
                else:
                    yield f"{where}.{key}"
        case list(), list():
            if len(before) != len(after):
                yield where
            for number, (one, other) in enumerate(zip(before, after, strict=False)):
                yield from lost(one, other, f"{where}[{number}]")
        case _:
            if before != after:
                yield f"{where}: {before!r} became {after!r}"


@pytest.mark.filterwarnings("ignore:Prefer using dashboardv2:DeprecationWarning")
@each_board
def test_grafanas_own_library_reads_it_without_loss(board: Any) -> None:
    plugins.register_default_plugins()
    read = Dashboard.from_json(board)
    assert list(lost(board, json.loads(json.dumps(read, cls=JSONEncoder)))) == []


@pytest.mark.parametrize(
    ("indicator", "title"),
    [
        (EventsIndicator(("a",), bad=('a{code=~"5.."}',)), "Bad events by type: code"),
        (EventsIndicator(('a{x="1"}',), bad=('a{x="1",code!="200"}',)), "Bad events by type: code"),
        (EventsIndicator(("a",), good=('a{outcome="ok"}',)), "Bad events by type: outcome"),
        (EventsIndicator(("a",), bad=('a{outcome="failed"}',)), None),
        (LATENCY.indicator, None),
    ],
    ids=str,
)
def test_bad_events_are_told_apart_where_nobody_said_how(indicator: EventsIndicator, title: str | None) -> None:
    slo = replace(AVAILABILITY, indicator=indicator, breakdown_by=())
    board = boards(configuration_of(slo))["dashboards/onboarding.json"]
    titles = [panel["title"] for panel in shown(board) if "Bad events" in panel["title"]]
    assert titles == ([title] if title else [])
