"""What contributes: which label values have more of the bad events than of all events."""

from collections.abc import Iterable

from sloguard.evaluation.composite import MemberShare
from sloguard.model.alert import Contributor

MOST_CONTRIBUTORS = 5
_SMALLEST_SHARE = 0.1
_NOTABLE_LIFT = 1.2
"""A value is worth naming if its share of the bad events is a fifth above its share of all events."""


def contributors(
    bad: Iterable[tuple[str, str, float]], total: Iterable[tuple[str, str, float]]
) -> tuple[Contributor, ...]:
    """The telling values first: those that are over-represented among the bad events the most.

    Both arguments are (label, value, events); events that are negative or no number are left out.
    """
    bad_events = {(label, value): events for label, value, events in bad if events > 0}
    total_events = {(label, value): events for label, value, events in total if events > 0}
    bad_sums = _sums(bad_events)
    total_sums = _sums(total_events)
    found: list[Contributor] = []
    for (label, value), events in bad_events.items():
        share = events / bad_sums[label]
        everything = total_events.get((label, value))
        total_share = everything / total_sums[label] if everything is not None else None
        if value and share >= _SMALLEST_SHARE and _tells(share, total_share):
            found.append(Contributor(label, value, share, total_share))
    return tuple(sorted(found, key=_weight, reverse=True)[:MOST_CONTRIBUTORS])


def member_contributors(shares: Iterable[MemberShare]) -> tuple[Contributor, ...]:
    """Of a composite: the members that have most of its burn, and what they weigh."""
    burns = [(share, share.weight_ratio * share.error_ratio) for share in shares]
    whole = sum(burn for _, burn in burns)
    if not whole:
        return ()
    found = [Contributor("member", share.slo_id, burn / whole, share.weight_ratio) for share, burn in burns]
    telling = [each for each in found if each.bad_share_ratio >= _SMALLEST_SHARE]
    return tuple(sorted(telling, key=lambda each: -each.bad_share_ratio)[:MOST_CONTRIBUTORS])


def _tells(share: float, total_share: float | None) -> bool:
    return total_share is None or share >= _NOTABLE_LIFT * total_share


def _weight(contributor: Contributor) -> tuple[float, float, str, str]:
    excess = contributor.bad_share_ratio - (contributor.total_share_ratio or 0.0)
    return excess, contributor.bad_share_ratio, contributor.label, contributor.value


def _sums(events: dict[tuple[str, str], float]) -> dict[str, float]:
    sums: dict[str, float] = {}
    for (label, _), count in events.items():
        sums[label] = sums.get(label, 0.0) + count
    return sums
