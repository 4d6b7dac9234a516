"""Scripted histories that rules and daemon both live through, as counters that are scraped."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from itertools import groupby

from sloguard.model.policy import AlertPolicy, NoDataPolicy, Severity, Tier
from sloguard.model.slo import EventsIndicator, Slo
from tests.support.slos import AVAILABILITY

SCRAPE = 15
HOUR = 3_600
CALM = 3 * HOUR + 600
"""So long all is well at first: every window is whole when a story begins."""
LENGTH = CALM + 4 * HOUR + 1_800
USUAL = 0.0001
BUDGET = 0.001

_M = timedelta(minutes=1)
POLICY = AlertPolicy(
    (
        Tier(Severity.PAGE, 60 * _M, 5 * _M, Decimal("14.4")),
        Tier(Severity.PAGE, 180 * _M, 15 * _M, Decimal(6)),
        Tier(Severity.TICKET, 180 * _M, 30 * _M, Decimal(3)),
    ),
    no_data=NoDataPolicy(Severity.TICKET),
)
"""The standard one's shape, with windows that a short story fills."""

Second = int
Story = Callable[[Second], tuple[float, float] | None]
"""From the second since the calm to events per second and their error ratio; None while nothing can be scraped."""


@dataclass(frozen=True, slots=True)
class Script:
    name: str
    story: Story

    @property
    def slo(self) -> Slo:
        matchers = f'job="{self.name}"'
        indicator = EventsIndicator(
            total=(f"http_requests_total{{{matchers}}}",), bad=(f'http_requests_total{{{matchers},code="500"}}',)
        )
        return replace(AVAILABILITY, service="same", name=self.name, indicator=indicator, policy=POLICY, runbook_url="")

    def series(self) -> Mapping[str, Sequence[int | None]]:
        """Cumulative counts at each scrape, by series."""
        good, bad = 0.0, 0.0
        counts: dict[str, list[int | None]] = {"200": [], "500": []}
        for at in range(0, LENGTH + 1, SCRAPE):
            lived = self.story(at - CALM) if at > CALM else (20.0, USUAL)
            if lived is not None:
                events, ratio = lived
                good, bad = good + SCRAPE * events * (1 - ratio), bad + SCRAPE * events * ratio
            for code, count in (("200", good), ("500", bad)):
                counts[code].append(None if lived is None else int(count))
        return {f'http_requests_total{{code="{code}",job="{self.name}"}}': values for code, values in counts.items()}


def burning(stretches: Mapping[tuple[float, float], float], events: float = 20.0) -> Story:
    """Burn rates by stretches of minutes since the calm; outside of them all is well."""

    def story(second: Second) -> tuple[float, float]:
        for (begin, end), burn in stretches.items():
            if begin * 60 < second <= end * 60:
                return events, min(1.0, burn * BUDGET)
        return events, USUAL

    return story


def unseen(story: Story, begin: float, end: float) -> Story:
    """The same, without a scrape between two minutes."""
    return lambda second: None if begin * 60 < second <= end * 60 else story(second)


def few(second: Second) -> tuple[float, float]:
    """One request in five minutes, of which one fails after an hour."""
    asked = second % 300 == 0
    return (1 / SCRAPE if asked else 0.0), float(second == HOUR)


def quiet(second: Second) -> tuple[float, float] | None:
    """A blip, a gap in the data, and an hour without a request."""
    if 3_600 < second <= 5_400:
        return None
    if 9_000 < second <= 12_600:
        return 0.0, 0.0
    return 20.0, 1.0 if 600 < second <= 615 else USUAL


OUTAGE: Mapping[tuple[float, float], float] = {(10, 20): 1_000}
SCRIPTS = (
    Script("outage", burning(OUTAGE)),
    Script("burn-7", burning({(0, 170): 7})),
    Script("burn-4", burning({(0, 150): 4})),
    Script("up-and-back", burning({(0, 150): 4, (150, 185): 30, (185, 215): 4})),
    Script("short-gap-in-outage", unseen(burning({(10, 70): 1_000}), 30, 40)),
    Script("quiet", quiet),
    Script("few", few),
)
LONG_GAP = Script("long-gap-in-outage", unseen(burning({(10, 100): 1_000}), 30, 80))


def promtool_values(values: Sequence[int | None]) -> str:
    """In promtool's notation, with repetitions put together."""
    steps: list[str] = []
    for value, same in groupby(values):
        more = len(list(same)) - 1
        text = "_" if value is None else str(value)
        if more and value is not None:
            text = f"{value}+0x{more}"
        elif more:
            text = f"_x{more + 1}"
        steps.append(text)
    return " ".join(steps)


def openmetrics(scripts: Sequence[Script], start: int) -> Iterator[str]:
    yield "# TYPE http_requests counter"
    for script in scripts:
        for name, values in script.series().items():
            for index, value in enumerate(values):
                if value is not None:
                    yield f"{name} {value} {start + index * SCRAPE}"
    yield "# EOF\n"
