"""What a backtest cannot tell, in plain sentences: where the past is known coarsely, late, or not at all."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from sloguard.backtest.run import Lived, evaluation_step
from sloguard.backtest.summary import Backtest
from sloguard.model.duration import format_duration
from sloguard.model.settings import EvaluationSettings
from sloguard.presentation.words import instant, percent

_MOST_NAMED = 3


def shares_by_step(backtest: Backtest) -> dict[timedelta, float]:
    """How much of what was counted is known in slices of which length, the finest first."""
    seconds: dict[int, int] = {}
    for lived in backtest.lived:
        for step, counted in lived.known.seconds_by_step.items():
            seconds[step] = seconds.get(step, 0) + counted
    total = sum(seconds.values())
    return {timedelta(seconds=step): seconds[step] / total for step in sorted(seconds)} if total else {}


def limits(backtest: Backtest, evaluation: EvaluationSettings) -> tuple[str, ...]:
    """One sentence or two for each thing that the numbers do not show."""
    return (
        *_uncounted(backtest.lived),
        *_late(backtest),
        *_coarse(backtest, evaluation_step(evaluation), evaluation.slice),
    )


def _uncounted(lived: Iterable[Lived]) -> Iterator[str]:
    unknown = [each.slo.declared_id for each in lived if not each.known.seconds_by_step]
    if unknown:
        yield (
            f"Nothing is counted of {_named(unknown)} in this time: nothing is said of what would have been sent. "
            "Run `sloguard replay` first."
        )


def _late(backtest: Backtest) -> Iterator[str]:
    """Tiers whose long window begins before the ledger does."""
    whole: dict[str, tuple[datetime, timedelta]] = {}
    for each in backtest.lived:
        long = max((tier.long for tier in each.slo.tiers), default=timedelta(0))
        if each.known.since is not None and each.known.since + long > backtest.period.since:
            whole[each.slo.declared_id] = (each.known.since + long, long)
    if whole:
        at, long = max(whole.values())
        yield (
            f"Of {_named(list(whole))} the ledger begins late: a tier says nothing before its long window is whole, "
            f"the last one ({format_duration(long)}) at {instant(at)}."
        )


def _coarse(backtest: Backtest, step: timedelta, finest: timedelta) -> Iterator[str]:
    shares = shares_by_step(backtest)
    coarse = {length: share for length, share in shares.items() if length > step}
    if not coarse:
        return
    longest = max(coarse)
    counted = ", ".join(f"{percent(share)} in steps of {format_duration(length)}" for length, share in coarse.items())
    yield (
        f"Known only coarsely of this past: {counted}. Within a step nothing is seen: alerts begin up to one step late "
        "and end up to two steps late, and what lasts shorter than a step is averaged over it and may be missed."
    )
    short = sorted(
        {
            f"{tier.severity.value} over {format_duration(tier.long)} and {format_duration(tier.short)}"
            for lived in backtest.lived
            for tier in lived.slo.tiers
            if tier.short < longest
        }
    )
    if short:
        yield f"Judged by the mean of a step instead of their short window: {'; '.join(short)}."
    yield (
        f"To see every step, count that past finely into a store of its own: sloguard replay --step "
        f"{format_duration(finest)} --store sqlite:///fine.db, and give backtest the same --store."
    )


def _named(ids: list[str]) -> str:
    more = len(ids) - _MOST_NAMED
    return ", ".join(ids[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
