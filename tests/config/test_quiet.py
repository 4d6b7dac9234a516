"""Maintenance, dependencies, folding, reminders and the API's token: declared and refused."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sloguard.config import load
from sloguard.model.maintenance import Maintenance
from sloguard.model.policy import Severity
from sloguard.model.settings import DEFAULT_REMINDERS, Configuration, Folding
from tests.config.texts import ROOT, codes_of, configuration_of, loaded, with_top

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
PATCHES = "name: patches, services: [shop], starts_at: '2026-12-05T02:00', duration: 3h"


def top(fragment: str) -> Configuration:
    return configuration_of(with_top(f"{fragment}\n"))


def only_problem(fragment: str) -> str:
    (problem,) = with_top(f"{fragment}\n").problems
    return f"{problem.line}:{problem.column} {problem.code} {problem.message}"


def test_a_maintenance_with_all_it_may_have() -> None:
    (window,) = top(
        "maintenance: [{name: patches, slos: [shop/availability], starts_at: 2026-12-05T02:00, duration: 3h, "
        "rrule: 'FREQ=MONTHLY;BYDAY=1SA', timezone: Europe/Paris, reason: ' kernel ', services: '*'}]"
    ).maintenance
    assert window == Maintenance(
        name="patches",
        starts_at=datetime.fromisoformat("2026-12-05T02:00"),
        duration=3 * HOUR,
        services=frozenset("*"),
        slos=frozenset({"shop/availability"}),
        rrule="FREQ=MONTHLY;BYDAY=1SA",
        zone="Europe/Paris",
        reason="kernel",
    )


def test_a_time_with_an_offset_is_put_into_the_zone() -> None:
    (window,) = top(
        "maintenance: [{name: a, services: [shop], starts_at: '2026-12-05T02:00:00Z', duration: 1h, "
        "timezone: Europe/Paris}]"
    ).maintenance
    assert window.starts_at == datetime.fromisoformat("2026-12-05T03:00")


@pytest.mark.parametrize(
    ("keys", "code", "words"),
    [
        (PATCHES.replace("[shop]", "[shp]"), "SG057", "there is no such service (got shp). Did you mean shop?"),
        (f"{PATCHES}, slos: [shop/avail]", "SG057", "Did you mean shop/availability?"),
        (PATCHES.replace("services: [shop], ", ""), "SG057", "concerns nothing"),
        (PATCHES.replace("3h", "32d"), "SG056", "duration must be at most 31d"),
        (PATCHES.replace("2026-12-05T02:00", "tomorrow"), "SG056", "must be a day and time between 2000 and 2100"),
        (PATCHES.replace("2026-12", "0001-12"), "SG056", "must be a day and time between 2000 and 2100"),
        (f"{PATCHES}, rrule: nonsense", "SG056", "is no rule that a maintenance can have"),
        (f"{PATCHES}, rrule: FREQ=HOURLY", "SG056", "is no rule that a maintenance can have"),
        (f"{PATCHES}, rrule: FREQ=DAILY;BYSECOND=1", "SG056", "is no rule that a maintenance can have"),
        (f"{PATCHES}, rrule: FREQ=DAILY;INTERVAL=0", "SG056", "is no rule that a maintenance can have"),
        (f"{PATCHES}, rrule: FREQ=DAILY;BYDAY=XX", "SG056", "is no rule that"),
        (f"{PATCHES}, rrule: FREQ=DAILY;UNTIL=20270101T000000Z", "SG056", "is no recurrence rule"),
        (f"{PATCHES}, rrule: FREQ=DAILY;UNTIL=20250101T000000", "SG056", "never comes to pass"),
        (f"{PATCHES}, rrule: FREQ=DAILY;BYMONTHDAY=30", "SG056", "is no rule that a maintenance can have"),
        (f"{PATCHES}, rrule: FREQ=DAILY;INTERVAL=14;BYDAY=MO", "SG056", "is no rule that a maintenance can have"),
        (f"{PATCHES}, rrule: 'FREQ=MONTHLY;BYMONTH=2,4;BYMONTHDAY=31'", "SG056", "is no rule that"),
        (f"{PATCHES}, rrule: 'FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=1'", "SG056", "is no rule that"),
        (f"{PATCHES}, rrule: 'FREQ=MONTHLY;BYDAY=6MO'", "SG056", "is no rule that"),
        (f"{PATCHES}, rrule: 'FREQ=MONTHLY;BYDAY=1MO;BYSETPOS=2'", "SG056", "is no rule that"),
        (f"{PATCHES}, rrule: 'FREQ=MONTHLY;INTERVAL=12;BYMONTH=2'", "SG056", "never comes to pass"),
        (f"{PATCHES}, timezone: Paris", "SG035", "Did you mean Europe/Paris?"),
        (f"{PATCHES}}}, {{{PATCHES}", "SG056", "name must be unique"),
    ],
)
def test_a_maintenance_that_would_not_do_what_it_says(keys: str, code: str, words: str) -> None:
    problem = only_problem(f"maintenance: [{{{keys}}}]")
    assert words in problem
    assert problem.split()[1] == code


def test_every_file_may_add_maintenance(tmp_path: Path) -> None:
    for name, other in (("a", "b"), ("b", "a")):
        (tmp_path / f"{name}.yaml").write_text(
            f"""version: 1
maintenance: [{{name: {name}, services: [{other}], starts_at: '2026-12-05T02:00', duration: 3h}}]
services:
  - name: {name}
    runbook_url: https://r.example.com
    slos: [{{name: x, objective: 99, indicator: {{events: {{bad: e, total: t}}}}}}]
""",
            encoding="utf-8",
        )
    assert [window.name for window in configuration_of(load(tmp_path, {})).maintenance] == ["a", "b"]


def text(latency: str = "[]", answers: str = "[]") -> str:
    indicator = "indicator: {events: {bad: e, total: t}}"
    return f"""version: 1
defaults: {{runbook_url: "https://r.example.com"}}
services:
  - name: shop
    slos:
      - {{name: availability, objective: 99, {indicator}}}
      - {{name: latency, objective: 99, {indicator}, depends_on: {latency}}}
  - name: search
    slos:
      - {{name: answers, objective: 99, {indicator}, depends_on: {answers}}}
"""


def test_dependencies_go_by_their_ids() -> None:
    slos = {slo.id: slo.depends_on for slo in configuration_of(loaded(text("[availability, search/answers]"))).slos}
    assert slos["shop/latency"] == ("shop/availability", "search/answers")


@pytest.mark.parametrize(
    ("latency", "answers", "expected"),
    [
        ("[avail]", "[]", ["7:94 SG054", "Did you mean shop/availability?"]),
        ("latency", "[]", ["7:93 SG055", "shop/latency → shop/latency"]),
        ("[search/answers]", "[shop/latency]", ["SG055", "the SLO depends on itself"]),
    ],
)
def test_dependencies_that_hold_nothing_back_or_everything(latency: str, answers: str, expected: list[str]) -> None:
    (problem,) = loaded(text(latency, answers)).problems
    shown = f"{problem.line}:{problem.column} {problem.code} {problem.message}"
    for words in expected:
        assert words in shown


def test_folding_and_reminders() -> None:
    usual = top("")
    assert (usual.folding, usual.reminders, usual.api_token, usual.maintenance) == (
        Folding(),
        DEFAULT_REMINDERS,
        None,
        (),
    )
    assert top("folding: none").folding is None
    assert top("folding: {within: 5m, more_than: 1}").folding == Folding(5 * MINUTE, 1)
    assert top("folding: {}").folding == Folding()
    assert top("reminders: {page: 30m, ticket: none, info: 7d}").reminders == {
        Severity.PAGE: 30 * MINUTE,
        Severity.INFO: timedelta(days=7),
    }


@pytest.mark.parametrize(
    ("fragment", "words"),
    [
        ("folding: {within: 2h}", "folding.within must be between 1m and 1h (got 2h)"),
        ("folding: {more_than: 2.5}", "folding.more_than must be a whole number up to 100"),
        ("folding: off-ish", "must be `none`, or a mapping"),
        ("reminders: {ticket: 1m}", "at least 5m apart"),
        ("reminders: {ticket: sometimes}", "is not a duration"),
    ],
)
def test_folding_and_reminders_that_do_harm(fragment: str, words: str) -> None:
    assert words in only_problem(fragment)


def test_the_token_comes_from_the_environment_or_a_file_and_is_never_shown(tmp_path: Path) -> None:
    token = "0123456789abcdef-token"
    by_environment = configuration_of(with_top("web: {api_token: '${TOKEN:-}'}\n", {"TOKEN": token}))
    (tmp_path / "token").write_text(f"{token}\n", encoding="utf-8")
    by_file = configuration_of(with_top("web: {api_token_file: token}\n", base_dir=tmp_path))
    for each in (by_environment, by_file):
        assert each.api_token is not None
        assert each.api_token.reveal() == token
        assert token not in repr(each)
    assert configuration_of(with_top("web: {api_token: '${TOKEN:-}'}\n")).api_token is None
    short = with_top("web: {api_token: '${TOKEN}'}\n", {"TOKEN": "sesame"})
    assert codes_of(short) == ["SG059"]
    assert "sesame" not in str(short.problems)


def test_the_example_in_the_documentation_is_valid() -> None:
    page = (ROOT / "docs" / "alerts.md").read_text(encoding="utf-8")
    example = page.partition("```yaml\n")[2].partition("```")[0].replace("db/up", "shop/availability")
    assert [window.name for window in top(example.rstrip()).maintenance] == ["move", "patches"]
