"""Queries about sloguard's own daemon: all of them from what it exports about itself."""

from sloguard.promql import names

_IDENTITY = f"{names.LABEL_ID}, {names.LABEL_NAME}, {names.LABEL_SERVICE}"
_WORST = 10


def evaluation_age() -> str:
    """Seconds since the last evaluation with complete answers."""
    return f"time() - max({names.METRIC_LAST_EVALUATION})"


def evaluations_per_minute() -> str:
    return f"60 * sum by ({names.LABEL_RESULT}) (rate({names.METRIC_EVALUATIONS}[5m]))"


def failed_evaluations() -> str:
    """In the last hour, whatever the reason."""
    return f'sum(increase({names.METRIC_EVALUATIONS}{{{names.LABEL_RESULT}!="{names.RESULT_SUCCESS}"}}[1h]))'


def evaluation_duration(quantile: str) -> str:
    """In seconds; nothing while there are no evaluations, where a quantile would be NaN."""
    return f"histogram_quantile({quantile}, sum by (le) (rate({names.METRIC_EVALUATION_DURATION}_bucket[5m]))) >= 0"


def transitions() -> str:
    """Changes of alerts in the last hour."""
    return _hourly(
        f'{names.METRIC_TRANSITIONS}{{{names.LABEL_TRANSITION}!="none"}}', names.LABEL_TRANSITION, names.LABEL_REASON
    )


def notifications() -> str:
    """Answers of receivers in the last hour. A gauge that only grows until the daemon restarts counts as a counter."""
    return _hourly(names.METRIC_NOTIFICATIONS, names.LABEL_RECEIVER, names.LABEL_OUTCOME)


def outbox_entries(matchers: str = "") -> str:
    """By state. Several daemons on one store count the same entries."""
    return f"max by ({names.LABEL_STATE}) ({names.METRIC_OUTBOX}{{{matchers}}})"


def replay_progress() -> str:
    """Of the daemon that evaluates: one that stands by replays nothing."""
    return f"min({names.METRIC_REPLAY} and {names.METRIC_LEADER} == 1)"


def lowest_coverage() -> str:
    return f"bottomk({_WORST}, min by ({_IDENTITY}) ({names.METRIC_COVERAGE}))"


def oldest_watermarks() -> str:
    """Seconds by which counting lies behind."""
    return f"topk({_WORST}, time() - max by ({_IDENTITY}) ({names.METRIC_WATERMARK}))"


def groups_left_out() -> str:
    return f"topk({_WORST}, max by ({names.LABEL_ID}) ({names.METRIC_GROUPS_LEFT_OUT}))"


def groups_left_out_in_all() -> str:
    """0 where no SLO has groups."""
    return f"sum(max by ({names.LABEL_ID}) ({names.METRIC_GROUPS_LEFT_OUT}))\nor\nvector(0)"


def _hourly(counter: str, *labels: str) -> str:
    """How much a counter grew in the last hour; of a series that was born in it, its first value too.

    `increase` alone would miss the first event of each kind, which for alerts is often the only one.
    """
    increase = f"increase({counter}[1h])"
    born = f"min_over_time({counter}[1h]) unless {counter} offset 1h"
    # A series with a single sample has no increase yet.
    return (
        f"sum by ({', '.join(labels)}) (\n"
        f"  ({increase} or 0 * last_over_time({counter}[1h]))\n"
        f"  +\n"
        f"  ({born} or 0 * last_over_time({counter}[1h]))\n"
        f")"
    )
