"""What people and machines really get wrong, one row each: a message with its place, no traceback, and soon."""

import time

import pytest

from sloguard.config.codes.code import Scope
from sloguard.config.compose import MAX_DEPTH
from tests.config.texts import around, loaded

GOOD = around("", Scope.SLO)
BOMB = "\n".join(
    ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 20)), "version: 1\n"]
)


def slo(fragment: str) -> str:
    return around(fragment + "\n", Scope.SLO)


def events(selector: str) -> str:
    return slo(f"indicator: {{events: {{bad: '{selector}', total: requests_total}}}}")


def ratio(expression: str) -> str:
    return slo(f"indicator: {{ratio: {{error: '{expression}'}}}}")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (slo("owner: a\nowner: b"), "10:9: SG005 the key owner stands twice (first in line 9). Remove one of them."),
        (slo("owner: 12:30"), "9:16: SG010 YAML readers disagree about this value (got 12:30)"),
        (slo("owner: on"), "9:16: SG010 YAML readers disagree about this value (got on)"),
        (slo("owner: &x [*x]"), "9:20: SG006 *x stands within what it repeats"),
        (BOMB, "SG002 there are more than 500,000 values once aliases are followed"),
        (b"#" * 10_000_001, "1:1: SG002 the file is larger than 10 MB. Split it."),
        (slo("owner: " + "[" * 60), f"SG007 values are nested more than {MAX_DEPTH} levels deep"),
        (b"\x7fELF\x02\x01\x01\x00\x00", "1:1: SG003 an invisible character stands here (got U+007F). Remove it."),
        (GOOD.encode("utf-16"), "1:1: SG003 the file is not UTF-8 (got byte 0xff). Save it with that encoding."),
        (slo("owner: ärger").encode("latin-1"), "9:16: SG003 the file is not UTF-8 (got byte 0xe4)"),
        (events('x{größe="a"}'), "8:35: SG042 indicator.events.bad is not valid PromQL"),
        (events('x{"größe"="a"}'), "has a label name in quotes, which only Prometheus 3 knows"),
        (events('x{a="b"'), "8:35: SG042 indicator.events.bad is not valid PromQL"),
        (slo("breakdown_by: [größe]"), "9:24: SG028 breakdown_by[0] is not a label name (got größe)"),
        (slo("group_by: größe"), "9:19: SG028 group_by is not a label name (got größe)"),
        (ratio("a[$window] / b[$window]"), "8:36: SG042 indicator.ratio.error is not valid PromQL"),
        (ratio("rate(a[5m])"), "8:36: SG050 indicator.ratio.error has no $window"),
        (events("rate(x[$window])"), "Leave out $window"),
        (slo("objective: 0"), "8:20: SG011 objective must be in percent, above 1 (got 0). Write 99.9 for 99.9 %."),
        (slo("objective: 0.999"), "8:20: SG011 objective must be in percent, above 1 (got 0.999). Write 99.9."),
        (slo("objective: -5"), "8:20: SG011 objective must be in percent, above 1 (got -5)."),
        (slo("objective: 100"), "8:20: SG012 objective must be below 100 (got 100): it leaves no error budget."),
        (slo("objective: 1e30"), "8:20: SG012 objective must be below 100 (got 1e30)"),
        (slo("objective: 99.99999999"), "8:20: SG013 objective has more than 7 decimals (got 99.99999999)."),
        (slo("objective: .nan"), "8:20: SG011 objective must be a number of percent (got .nan)."),
        (slo("window: -30d"), "9:17: SG030 window is not a duration (got -30d)."),
        (slo("window: -1"), "9:17: SG030 window is not a duration (got -1). Write the unit too"),
        (slo("window: 0d"), "9:17: SG030 window is not a duration (got 0d)."),
        (slo("window: 90m"), "9:17: SG031 window must be a whole number of hours"),
        (slo("window: 366d"), "9:17: SG031 window must be a whole number of hours, from 1h to 365d (got 366d)."),
    ],
)
def test_it_is_refused_at_its_place(content: str | bytes, complaint: str) -> None:
    started = time.perf_counter()
    result = loaded(content)
    assert time.perf_counter() - started < 5.0
    assert result.configuration is None
    assert any(complaint in str(problem) for problem in result.problems), result.problems
    assert all(str(problem).startswith("slo.yaml:") and str(problem).isprintable() for problem in result.problems)


@pytest.mark.parametrize(
    "content",
    [
        "\ufeff" + GOOD,
        GOOD.replace("\n", "\r\n"),
        events('x{path="/{id}/}{"}'),
        events('x{path=~"/(a|b){2}"}'),
        events('{__name__="größe_total"}'),
        ratio("rate(a[$window]) / rate(b[$window])"),
        slo("objective: 99.9999999"),
        slo("objective: '99.5'"),
    ],
)
def test_what_looks_odd_and_is_right(content: str) -> None:
    assert loaded(content).configuration is not None, loaded(content).problems
