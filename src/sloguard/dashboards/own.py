"""sloguard's own dashboard: whether the daemon evaluates, tells and keeps up."""

from collections.abc import Sequence

from sloguard.dashboards import annotations
from sloguard.dashboards import own_queries as queries
from sloguard.dashboards.board import (
    OVERVIEW_UID,
    SELF_UID,
    TAG,
    Board,
    board_link,
    dashboards_link,
    datasource_variable,
    own_pages_links,
)
from sloguard.dashboards.panels import (
    COUNT_STEPS,
    PLAIN_UNIT,
    RATIO_UNIT,
    SECONDS_UNIT,
    Frame,
    Json,
    Panel,
    Query,
    Step,
    colored,
    stat,
    time_series,
)
from sloguard.model.settings import EvaluationSettings
from sloguard.promql import names

_AGE_STEPS = (Step("green"), Step("orange", 120), Step("red", 300))
"""Red is where SloguardEvaluationLate pages."""
_WAITING_STEPS = (Step("green"), Step("orange", 1))
_PROGRESS_STEPS = (Step("orange"), Step("green", 1))
_COVERAGE_STEPS = (Step("red"), Step("orange", 0.9), Step("green", 0.99))
_EVALUATIONS_UNIT = "suffix: /min"
_SLO_LEGEND = f"{{{{{names.LABEL_ID}}}}}"
_WIDTH = 8
_HEIGHT = 8
_COLUMNS = 3
_STATS_HEIGHT = 4


def own_board(evaluation: EvaluationSettings, web_url: str = "") -> Board:
    courses = (*_evaluations(evaluation), *_deliveries(), *_counting())
    return Board(
        uid=SELF_UID,
        title="SLOs: sloguard itself",
        description="Whether sloguard's daemon evaluates, delivers notifications and keeps up, from its own metrics.",
        panels=[
            *_summary(),
            *(
                time_series(Frame(title, about, _position(number)), asked, unit, steps, options)
                for number, (title, about, asked, unit, steps, options) in enumerate(courses)
            ),
        ],
        variables=[datasource_variable()],
        links=[board_link("Overview", OVERVIEW_UID), *own_pages_links(web_url), dashboards_link()],
        annotations=[annotations.own_alerts(), annotations.deployments(TAG)],
        since="now-24h",
    )


_Course = tuple[str, str, Sequence[Query], str, Sequence[Step], Json]
"""Title, description, queries, unit, steps and grafanalib's options."""


def _position(number: int) -> tuple[int, int, int, int]:
    line, column = divmod(number, _COLUMNS)
    return column * _WIDTH, _STATS_HEIGHT + line * _HEIGHT, _WIDTH, _HEIGHT


def _summary() -> Sequence[Panel]:
    waiting, dead = (queries.outbox_entries(f'{names.LABEL_STATE}="{state}"') for state in ("pending", "dead"))
    stats = (
        (
            "Last complete evaluation",
            "How long ago all answers from Prometheus were complete. While there is none, alerts are frozen.",
            queries.evaluation_age(),
            SECONDS_UNIT,
            _AGE_STEPS,
        ),
        (
            "Evaluations that failed",
            "In the last hour: by an error of Prometheus, of the store or of sloguard itself.",
            queries.failed_evaluations(),
            PLAIN_UNIT,
            COUNT_STEPS,
        ),
        ("Waiting", "Notifications that no receiver has taken yet.", f"max({waiting})", PLAIN_UNIT, _WAITING_STEPS),
        ("Given up", "Notifications that a receiver refused for good.", f"max({dead})", PLAIN_UNIT, COUNT_STEPS),
        (
            "History replayed",
            "How much of what was missed is counted. Until it is all, ratios over long windows know only a part.",
            queries.replay_progress(),
            RATIO_UNIT,
            _PROGRESS_STEPS,
        ),
        (
            "Groups left out",
            "Groups that have no place because of their SLO's group_limit: nobody watches them.",
            queries.groups_left_out_in_all(),
            PLAIN_UNIT,
            COUNT_STEPS,
        ),
    )
    return [
        stat(Frame(title, about, (4 * column, 0, 4, _STATS_HEIGHT)), Query(expression), unit, steps)
        for column, (title, about, expression, unit, steps) in enumerate(stats)
    ]


def _evaluations(evaluation: EvaluationSettings) -> Sequence[_Course]:
    interval = evaluation.interval.total_seconds()
    results = (
        (names.RESULT_SUCCESS, "green"),
        (names.RESULT_PROMETHEUS_ERROR, "orange"),
        (names.RESULT_FAILURE, "red"),
    )
    return (
        (
            "Evaluations by result",
            f"Each minute. There should be {60 / interval:g}, all of them successes.",
            [Query(queries.evaluations_per_minute(), f"{{{{{names.LABEL_RESULT}}}}}")],
            _EVALUATIONS_UNIT,
            (),
            {"overrides": [colored(result, color) for result, color in results], "axisSoftMin": 0},
        ),
        (
            "Duration of an evaluation",
            f"Half, and 95 %, take at most this long. Beyond {interval:g} s (the line) the next one is already due.",
            [
                Query(queries.evaluation_duration(quantile), legend)
                for quantile, legend in (("0.5", "p50"), ("0.95", "p95"))
            ],
            SECONDS_UNIT,
            (Step("green"), Step("red", interval)),
            {"axisSoftMin": 0},
        ),
        (
            "Age of the last complete evaluation",
            "It should stay below a few intervals. Above the red line SloguardEvaluationLate pages.",
            [Query(queries.evaluation_age(), "Age")],
            SECONDS_UNIT,
            _AGE_STEPS,
            {"axisSoftMin": 0},
        ),
    )


def _deliveries() -> Sequence[_Course]:
    alert_legend = f"{{{{{names.LABEL_TRANSITION}}}}}: {{{{{names.LABEL_REASON}}}}}"
    receiver_legend = f"{{{{{names.LABEL_RECEIVER}}}}}: {{{{{names.LABEL_OUTCOME}}}}}"
    since_zero = {"axisSoftMin": 0}
    return (
        (
            "Changes of alerts, by what happened and why",
            "In the hour before each moment.",
            [Query(queries.transitions(), alert_legend)],
            PLAIN_UNIT,
            (),
            since_zero,
        ),
        (
            "Notifications, by receiver and outcome",
            "Answers in the hour before each moment. What was retried is tried again; what was rejected is given up.",
            [Query(queries.notifications(), receiver_legend)],
            PLAIN_UNIT,
            (),
            since_zero,
        ),
        (
            "Notifications in the outbox, by state",
            "Pending ones should be gone within a minute. Dead ones were refused for good.",
            [Query(queries.outbox_entries(), f"{{{{{names.LABEL_STATE}}}}}")],
            PLAIN_UNIT,
            (),
            {"overrides": [colored("pending", "orange"), colored("dead", "red")], "axisSoftMin": 0},
        ),
    )


def _counting() -> Sequence[_Course]:
    return (
        (
            "Coverage, the ten worst SLOs",
            "How much of its window was seen. What was not seen is not in the budget.",
            [Query(queries.lowest_coverage(), _SLO_LEGEND)],
            RATIO_UNIT,
            _COVERAGE_STEPS,
            {},
        ),
        (
            "Age of what is counted, the ten worst SLOs",
            "How far counting lies behind. A slice and the time for samples to settle are normal.",
            [Query(queries.oldest_watermarks(), _SLO_LEGEND)],
            SECONDS_UNIT,
            _AGE_STEPS,
            {"axisSoftMin": 0},
        ),
        (
            "Groups left out, by SLO",
            "Raise the SLO's group_limit, or choose a label with fewer values. Empty where no SLO has groups.",
            [Query(queries.groups_left_out(), _SLO_LEGEND)],
            PLAIN_UNIT,
            COUNT_STEPS,
            {"axisSoftMin": 0},
        ),
    )
