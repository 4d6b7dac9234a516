"""Who has the bad events: one bounded question about the values of a few labels."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from sloguard.model.duration import format_duration
from sloguard.model.slo import Indicator
from sloguard.promql.terms import CounterTerms, Outcome, counting_terms
from sloguard.promql.text import decimal_text

LABEL_TAG = "sloguard_label"
KIND_TAG = "sloguard_kind"
KIND_BAD = "bad"
KIND_TOTAL = "total"
MOST_VALUES = 5


def breakdown_query(indicator: Indicator, labels: Sequence[str], window: timedelta) -> str | None:
    """Bad events by label value, the largest few, and all events by the same labels; None for a gauge.

    Each series bears the label's name under LABEL_TAG and `bad` or `total` under KIND_TAG.
    """
    terms = counting_terms(indicator)
    if not isinstance(terms, CounterTerms) or not labels:
        return None
    parts: list[str] = []
    for label in labels:
        total = _increase(terms.total, label, window)
        measured = _increase(terms.measured, label, window, terms.weights)
        bad = measured if terms.outcome is Outcome.BAD else f"(({total}) - ({measured})) or ({total})"
        parts.append(_tagged(f"topk({MOST_VALUES}, ({bad}) > 0)", label, KIND_BAD))
        parts.append(_tagged(f"topk({4 * MOST_VALUES}, {total})", label, KIND_TOTAL))
    return "\nor ".join(parts)


def _increase(selectors: Sequence[str], label: str, window: timedelta, weights: Sequence[Decimal] = ()) -> str:
    length = format_duration(window)
    increases = [f"increase({selector}[{length}])" for selector in selectors]
    if weights:
        increases = [f"{decimal_text(weight)} * {each}" for weight, each in zip(weights, increases, strict=True)]
    summands = " or ".join(
        f'label_replace({increase}, "sloguard_part", "{index}", "", "")' for index, increase in enumerate(increases)
    )
    return f"sum by ({label}) ({summands})"


def _tagged(expression: str, label: str, kind: str) -> str:
    labelled = f'label_replace({expression}, "{LABEL_TAG}", "{label}", "", "")'
    return f'label_replace({labelled}, "{KIND_TAG}", "{kind}", "", "")'


def label_of(labels: Mapping[str, str]) -> tuple[str, str, str]:
    """(label, its value, kind) of a series that answers the question. A series without the label has the value ""."""
    label = labels.get(LABEL_TAG, "")
    return label, labels.get(label, ""), labels.get(KIND_TAG, "")
