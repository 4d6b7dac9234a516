"""Queries of funnels: events by step, and how many go on from one to the next. From raw counters alone."""

from collections.abc import Iterable, Iterator

from sloguard.dashboards.prose import plain
from sloguard.model.funnel import Funnel, FunnelStep
from sloguard.promql.recorded import RATE_WINDOW
from sloguard.promql.text import indented, quote, summed, summed_rate

STEP_LABEL = "step"
RANGE = "$__range"
"""The dashboard's, which Grafana fills in."""
_HOUR = "1h"


def step_title(number: int, step: FunnelStep) -> str:
    """Numbered from 1, so that tables and legends keep the order."""
    return plain(f"{number}. {step.name}")


def events_rate(step: FunnelStep) -> str:
    return summed_rate(step.events, RATE_WINDOW)


def conversion(step: FunnelStep, before: FunnelStep) -> str:
    """How many of those at the step before went on to this one in the last hour; nothing if nobody was there."""
    return _ratio(_events(step, _HOUR), _events(before, _HOUR))


def overall(funnel: Funnel) -> str:
    """How many of those at the first step got to the last."""
    return _ratio(_events(funnel.steps[-1]), _events(funnel.steps[0]))


def events_by_step(funnel: Funnel) -> str:
    return _by_step((title, _events(step)) for title, step in _titled(funnel))


def share_of_first(funnel: Funnel) -> str:
    first = _events(funnel.steps[0])
    return _by_step((title, _ratio(_events(step), first)) for title, step in _titled(funnel))


def share_of_step_before(funnel: Funnel) -> str:
    return _by_step((title, _ratio(_events(step), _events(before))) for title, step, before in _pairs(funnel))


def dropped(funnel: Funnel) -> str:
    """Events of the step before that none of this step follows."""
    return _by_step(
        (title, f"clamp_min({_events(before)} - {_events(step)}, 0)") for title, step, before in _pairs(funnel)
    )


def _titled(funnel: Funnel) -> Iterator[tuple[str, FunnelStep]]:
    yield from ((step_title(number, step), step) for number, step in enumerate(funnel.steps, 1))


def _pairs(funnel: Funnel) -> Iterator[tuple[str, FunnelStep, FunnelStep]]:
    """Each step but the first, with the one before."""
    titled = list(_titled(funnel))
    yield from ((title, step, before) for (title, step), (_, before) in zip(titled[1:], titled, strict=False))


def _events(step: FunnelStep, span: str = RANGE) -> str:
    return summed(step.events, "increase", span)


def _ratio(part: str, whole: str) -> str:
    return f"{part} / ({whole} > 0)"


def _by_step(titled: Iterable[tuple[str, str]]) -> str:
    """One series for each step. In a replacement `$1` would be a group of the pattern, and `$$` is a dollar."""
    tagged = (
        f'label_replace(\n{indented(expression)},\n  "{STEP_LABEL}", {quote(title.replace("$", "$$"))}, "", ""\n)'
        for title, expression in titled
    )
    return "\nor\n".join(tagged)
