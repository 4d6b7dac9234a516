"""`sloguard exclude` and `sloguard correct`: made, shown, taken back, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sloguard.cli.main import app
from sloguard.config import load_text
from sloguard.errors import StoreError, UsageError
from sloguard.ledger.plan import group_key, ledger_key
from sloguard.model.measurement import Slice
from sloguard.ports import CountedRange
from sloguard.store import open_store

CONFIG = b"""
version: 1
defaults: {runbook_url: "https://runbooks.example.com/shop"}
services:
  - name: shop
    slos:
      - {name: a, objective: 99, indicator: {events: {bad: 'x_total{code="500"}', total: x_total}}}
      - {name: b, objective: 99, group_by: [tenant], indicator: {events: {bad: 'y_total{code="500"}', total: y_total}}}
      - {name: all, objective: 99, indicator: {composite: {members: [{slo: a}, {slo: b}]}}}
"""
HOUR = 3600
END = 1_795_316_400
AT = f"{END}"
BROKEN = ("--from", f"{END - 2 * HOUR}", "--until", f"{END - HOUR}")
Sloguard = Callable[..., str]
Failing = Callable[..., UsageError | StoreError]


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ledger of a day, of which one hour failed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLOGUARD_AUTHOR", "ada")
    (tmp_path / "slo.yaml").write_bytes(CONFIG)
    loaded = load_text(CONFIG, "slo.yaml", {}, tmp_path)
    assert loaded.configuration is not None
    a, b, _ = loaded.configuration.slos
    slices = tuple(Slice(END - HOUR * back, HOUR, 100.0 * (back == 2), 1000.0) for back in range(24, 0, -1))
    store = open_store("sqlite:///sloguard.db")
    keys = (ledger_key(a), ledger_key(b), group_key(ledger_key(b), (("tenant", "acme"),)))
    store.ledger.write_ranges([CountedRange(key, slices[0].start, END, slices) for key in keys])
    store.close()
    return tmp_path


def note_replayed(directory: Path, days: int) -> None:
    """So many days were asked for."""
    configuration = load_text(CONFIG, "slo.yaml", {}, directory).configuration
    assert configuration is not None
    store = open_store("sqlite:///sloguard.db")
    asked = (END - days * 24 * HOUR, END)
    store.ledger.write_replayed([], {ledger_key(slo): asked for slo in configuration.slos[:2]})
    store.close()


@pytest.fixture
def sloguard(directory: Path) -> Sloguard:
    def run(*arguments: str) -> str:
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == 0, (done.output, done.exception)
        return done.stdout

    return run


@pytest.fixture
def failing(directory: Path) -> Failing:
    def run(*arguments: str) -> UsageError | StoreError:
        done = CliRunner().invoke(app, arguments)
        assert isinstance(done.exception, UsageError | StoreError), (done.output, done.exception)
        return done.exception

    return run


def words_of(*arguments: str) -> str:
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stderr


def test_a_correction_that_takes_more_than_was_counted_says_so(directory: Path) -> None:
    """It is taken as it is: sums never fall below zero, and a zero too many would make any objective met."""
    made = ("correct", "add", "shop/a", *BROKEN, "--reason", "counted twice")
    assert words_of(*made, "--bad", "-100", "--total", "-1000") == ""
    assert words_of(*made, "--bad", "5000", "--total", "5000") == ""
    assert words_of(*made, "--bad", "-1000") == (
        "This takes away more than was counted then: 100 bad of 1\N{NARROW NO-BREAK SPACE}000 events. "
        "Sums never fall below zero; `sloguard correct remove` takes it back.\n"
    )
    unseen = ("--from", f"{END - 90 * HOUR}", "--for", "1h")
    assert "0 bad of 0 events" in words_of(*made[:3], *unseen, *made[-2:], "--bad=-1")
    assert words_of(*made, "--bad", "-1000", "--quiet") == ""


def bad_of(sloguard: Sloguard) -> dict[str, float]:
    document = json.loads(sloguard("status", "--at", AT, "--format", "json"))
    return {slo["id"]: slo["counts"]["bad"] for slo in document["services"][0]["slos"]}


def test_an_exclusion_is_made_shown_and_taken_back(sloguard: Sloguard) -> None:
    before = sloguard("status", "--at", AT, "--format", "json")
    made = json.loads(sloguard("exclude", "add", "shop", *BROKEN, "--reason", "a drill", "--format", "json"))
    (first,) = made["exclusions"]
    assert (first["number"], first["scope"], first["author"], first["reason"]) == (1, "shop", "ada", "a drill")
    assert first["state"] == "in_force"
    assert set(bad_of(sloguard).values()) == {0}
    table = sloguard("status", "--at", AT)
    assert "* exclusion 1 of shop" in table
    assert "by ada: a drill" in table
    sloguard("exclude", "remove", "1", "--reason", "it was none", "--author", "grace")
    assert sloguard("status", "--at", AT, "--format", "json") == before, "every number, to the last bit"
    assert sloguard("exclude", "list") == ""
    listed = json.loads(sloguard("exclude", "list", "--all", "--format", "json"))["exclusions"]
    assert [each["removed"]["author"] for each in listed] == ["grace"]
    assert "removed by grace: it was none" in sloguard("exclude", "list", "--all")


def test_a_correction_is_made_shown_and_taken_back(sloguard: Sloguard) -> None:
    plain = bad_of(sloguard)
    events = ("--bad", "-60", "--total", "-60")
    made = json.loads(sloguard("correct", "add", "shop/a", *events, *BROKEN, "--reason", "twice", "--format", "json"))
    assert (made["corrections"][0]["bad"], made["corrections"][0]["total"]) == (-60, -60)
    assert bad_of(sloguard)["shop/a"] == 40
    assert bad_of(sloguard)['shop/b{tenant="acme"}'] == plain['shop/b{tenant="acme"}']
    assert "−60 events, −60 bad" in sloguard("correct", "list")
    assert json.loads(sloguard("exclude", "list", "--format", "json"))["exclusions"] == []
    sloguard("correct", "remove", "1", "--reason", "no, once")
    assert bad_of(sloguard) == plain


def test_one_group_is_excluded_and_corrected_by_its_id(sloguard: Sloguard) -> None:
    acme = 'shop/b{tenant="acme"}'
    sloguard("correct", "add", acme, "--bad", "-1", *BROKEN, "--reason", "was fine")
    assert bad_of(sloguard)[acme] == 99
    sloguard("exclude", "add", acme, *BROKEN, "--reason", "a drill")
    assert bad_of(sloguard)[acme] == 0
    assert bad_of(sloguard)["shop/a"] == 100


def test_of_one_group_it_is_told_which_composites_stay_as_they_are(sloguard: Sloguard) -> None:
    whole = bad_of(sloguard)["shop/all"]
    group = 'shop/b{tenant="acme"}'
    arguments = (*ADD, group, *BROKEN, *WHY)
    done = CliRunner().invoke(app, arguments)
    assert "This changes the group alone: shop/all counts shop/b as a whole" in done.stderr
    assert bad_of(sloguard)["shop/all"] == whole
    assert CliRunner().invoke(app, [*arguments, "--quiet"]).stderr == ""
    assert CliRunner().invoke(app, (*ADD, "shop/b", *BROKEN, *WHY)).stderr == ""
    assert bad_of(sloguard)["shop/all"] != whole
    fix = CliRunner().invoke(app, (*FIX, group, "--bad", "1", *BROKEN, *WHY))
    assert "shop/all counts shop/b as a whole" in fix.stderr


def test_what_check_says_rests_on_what_is_left(sloguard: Sloguard, directory: Path) -> None:
    note_replayed(directory, 30)
    sloguard("correct", "add", "shop/a", "--bad", "900", *BROKEN, "--reason", "found in the proxy's log")
    broken = CliRunner().invoke(app, ["check", "--at", AT])
    assert broken.exit_code == 1
    assert "(adjusted: +0 events, +900 bad)" in broken.stdout.replace("\N{NARROW NO-BREAK SPACE}", " ")
    sloguard("exclude", "add", "shop/a", *BROKEN, "--reason", "a drill")
    assert "kept      shop/a" in sloguard("check", "--at", AT)


ADD = ("exclude", "add")
WHY = ("--reason", "why")
HERE = ("--from", "2h", "--for", "1h")
FIX = ("correct", "add")
REFUSED: list[tuple[tuple[str, ...], str]] = [
    ((*ADD, "shpo", *HERE, *WHY), r"No declared SLO is in 'shpo'\. Give a service \(shop\)"),
    ((*ADD, "shop/aa", *HERE, *WHY), r"did you mean shop/a\?"),
    ((*ADD, 'shop/c{tenant="x"}', *HERE, *WHY), "No SLO 'shop/c' is declared"),
    ((*ADD, 'shop/a{tenant="x"}', *HERE, *WHY), "It has no groups"),
    ((*ADD, 'shop/b{zone="x"}', *HERE, *WHY), r'Its groups are written shop/b\{tenant="…"\}'),
    ((*ADD, "shop/b{", *HERE, *WHY), "has no group {"),
    ((*ADD, "shop", "--from", "2h", *WHY), "either --until TIME or --for DURATION"),
    ((*ADD, "shop", "--from", "soon", "--for", "1h", *WHY), "is not a time"),
    ((*ADD, "shop", *HERE, "--reason", "  "), "--reason is empty"),
    ((*ADD, "shop", *HERE, "--reason", "x" * 1001), "has 1001 characters"),
    ((*ADD, "shop", *HERE, "--reason", "a\nb"), "one line of printable text"),
    ((*ADD, "shop", *HERE, "--reason", "a\x00b"), "one line of printable text"),
    ((*ADD, "shop", *HERE, *WHY, "--author", "\x1b[31m"), "--author must be one line"),
    ((*ADD, "shop", *HERE, *WHY, "--store", "sqlite:///typo.db"), "There is no store at sqlite:///typo.db"),
    ((*FIX, "shop/a", *HERE, *WHY), "Say what to add or to take away"),
    ((*FIX, "shop/a", "--bad", "nan", *HERE, *WHY), "must be plain numbers"),
    ((*FIX, "shop/a", "--bad", "1", "--from", "now", "--for", "1h", *WHY), "must not lie in the future"),
    ((*FIX, "shop/all", "--bad", "1", *HERE, *WHY), "Correct one of these: shop/a, shop/b"),
    ((*FIX, "shop/b", "--bad", "1", *HERE, *WHY), r'such as shop/b\{tenant="…"\}'),
    ((*FIX, "shop", "--bad", "1", *HERE, *WHY), "No SLO 'shop' is declared"),
    (("exclude", "remove", "1", *WHY), "There is no exclusion 1"),
]


@pytest.mark.parametrize(("arguments", "words"), REFUSED, ids=[" ".join(each[0])[:60] for each in REFUSED])
def test_what_is_refused_says_what_to_do(failing: Failing, arguments: tuple[str, ...], words: str) -> None:
    with pytest.raises((UsageError, StoreError), match=words):
        raise failing(*arguments)
    assert not Path("typo.db").exists()


def test_only_its_own_kind_is_removed_and_only_once(sloguard: Sloguard, failing: Failing) -> None:
    sloguard(*ADD, "shop", *HERE, *WHY)
    assert "There is no correction 1" in str(failing("correct", "remove", "1", *WHY))
    sloguard("exclude", "remove", "1", "--reason", "over")
    assert "was removed before, by ada at" in str(failing("exclude", "remove", "1", *WHY))


def test_a_planned_exclusion_waits_for_its_time(sloguard: Sloguard) -> None:
    plain = bad_of(sloguard)
    made: dict[str, Any] = json.loads(sloguard(*ADD, "*", "--from", "+1h", "--for", "2h", *WHY, "--format", "json"))
    assert made["exclusions"][0]["state"] == "planned"
    assert bad_of(sloguard) == plain
