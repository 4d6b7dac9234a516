"""When an SLO alerts, and who is told."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Literal, TypeVar

from pydantic import BeforeValidator, Field, PrivateAttr, ValidatorFunctionWrapHandler, WrapValidator

from sloguard.config.codes import shape
from sloguard.config.fields import Duration, Positive, References
from sloguard.config.refusal import refusal
from sloguard.config.schema.entry import Entry
from sloguard.config.schema.share import Share

SeverityWord = Literal["page", "ticket", "info"]
_STANDARD_WORD = "standard"


class TierEntry(Entry):
    """Alerts while the burn rate exceeds the factor over both windows."""

    severity: SeverityWord = Field(description="How urgently a person is needed: page, ticket or info.")
    long: Duration = Field(description="The long window: at most the SLO's window.")
    short: Duration = Field(description="The short window, usually a twelfth of the long one: at least two slices.")
    factor: Positive = Field(
        description="The burn rate above which it fires; 1 spends exactly the whole budget within the SLO's window."
    )


class SuccessRateEntry(Entry):
    """Alerts while the success ratio over a window is far below the objective."""

    severity: SeverityWord = Field(description="How urgently a person is needed.")
    drop: Share = Field(
        description="How far below, relative to the objective: with `5%`, an objective of 99 alerts below 94.05 %."
    )
    window: Duration | None = Field(
        None, description="Over what time, at most the SLO's window.", json_schema_extra={"default": "1h"}
    )


class BudgetEntry(Entry):
    """Alerts once when no more than this is left of the error budget, until 5 % of the budget more are left."""

    severity: SeverityWord = Field(description="How urgently a person is needed.")
    remaining: Share = Field(description="What is left: `25%`, or `0%` for a budget that is used up. Below 95 %.")


class ForecastEntry(Entry):
    """Alerts while the error budget, at the present pace, will be gone before long."""

    severity: SeverityWord = Field(description="How urgently a person is needed.")
    within: Duration = Field(
        description="How soon: at least 1h, below the SLO's window. The pace is that of a twelfth of it, at least 1h."
    )


class NoDataEntry(Entry):
    """Alerts, apart from the SLO's other alert, while nothing is seen of it."""

    severity: SeverityWord = Field(
        "ticket", description="How urgently a person is needed. For an SLO that was never seen it is at most ticket."
    )
    after: Duration | None = Field(
        None,
        description="For how long nothing may be seen: at least 5m. Unless given, as long as a total outage takes to "
        "burn 1 % of the budget, and at least 5m.",
    )


class SelfAlertEntry(Entry):
    """sloguard's alert about itself: Prometheus does not answer, or evaluations fail or do not end."""

    severity: SeverityWord = Field("ticket", description="By it the file's routes lead to receivers.")
    after: Duration = Field(
        timedelta(minutes=5),
        description="For how long there may be no complete evaluation: at least 1m.",
        json_schema_extra={"default": "5m"},
    )


NO_FORECAST = ForecastEntry.model_construct(severity="info", within=timedelta(0))
NO_NO_DATA = NoDataEntry.model_construct()
NO_SELF_ALERT = SelfAlertEntry.model_construct()
"""These stand for the word `none`."""

_STANDARD_SUCCESS_RATE = (
    SuccessRateEntry.model_construct(severity="page", drop=Decimal("0.1"), window=None),
    SuccessRateEntry.model_construct(severity="ticket", drop=Decimal("0.05"), window=None),
)
T = TypeVar("T")


def _words(known: Mapping[str, T], choices: str) -> Callable[[object, ValidatorFunctionWrapHandler], object]:
    """Reads some words as what they stand for, and leaves everything else to the field's own type."""

    def read(value: object, handler: ValidatorFunctionWrapHandler) -> object:
        if not isinstance(value, str):
            return handler(value)
        if value not in known:
            raise refusal(shape.CHOICE, f"must be {choices}", "Use one of these.")
        return known[value]

    return read


Tiers = Annotated[
    list[TierEntry],
    Field(min_length=1),
    WrapValidator(
        _words({"standard": list[TierEntry]()}, "`standard`, or a list of tiers"),
        json_schema_input_type=Literal["standard"] | list[TierEntry],
    ),
]
SuccessRates = Annotated[
    list[SuccessRateEntry],
    Field(min_length=1),
    WrapValidator(
        _words(
            {"standard": list(_STANDARD_SUCCESS_RATE), "none": list[SuccessRateEntry]()},
            "`standard`, `none`, or a list of own tiers",
        ),
        json_schema_input_type=Literal["standard", "none"] | list[SuccessRateEntry],
    ),
]
Budgets = Annotated[
    list[BudgetEntry],
    Field(min_length=1),
    WrapValidator(
        _words({"none": list[BudgetEntry]()}, "`none`, or a list of thresholds"),
        json_schema_input_type=Literal["none"] | list[BudgetEntry],
    ),
]
ForecastOrNone = Annotated[
    ForecastEntry,
    WrapValidator(
        _words({"none": NO_FORECAST}, "`none`, or a mapping"), json_schema_input_type=Literal["none"] | ForecastEntry
    ),
]
NoDataOrNone = Annotated[
    NoDataEntry,
    WrapValidator(
        _words({"none": NO_NO_DATA}, "`none`, or a mapping"), json_schema_input_type=Literal["none"] | NoDataEntry
    ),
]
SelfAlert = Annotated[
    SelfAlertEntry,
    WrapValidator(
        _words({"none": NO_SELF_ALERT}, "`none`, or a mapping"),
        json_schema_input_type=Literal["none"] | SelfAlertEntry,
    ),
]


class AlertingEntry(Entry):
    """What raises an alert. What is not given comes from the service, then from `defaults`, then from `standard`.

    An SLO has one alert, as severe as the most severe of what holds, and one more if nothing is seen of it.
    """

    tiers: Tiers | None = Field(
        None,
        description="Burn rates: `standard` for the four tiers of the SRE Workbook, or own ones.",
        json_schema_extra={"default": "standard"},
    )
    success_rate: SuccessRates | None = Field(
        None,
        description="A success ratio far below the objective. `standard`: a ticket 5 % below, a page 10 % below, "
        "over 1h.",
        json_schema_extra={"default": "none"},
    )
    budget: Budgets | None = Field(
        None, description="Thresholds of the error budget that is left.", json_schema_extra={"default": "none"}
    )
    forecast: ForecastOrNone | None = Field(
        None, description="The foreseeable end of the error budget.", json_schema_extra={"default": "none"}
    )
    no_data: NoDataOrNone | None = Field(
        None,
        description="Nothing is seen of the SLO. `none`: then nobody is told.",
        json_schema_extra={"default": "{severity: ticket}"},
    )
    _all_standard: bool = PrivateAttr(default=False)

    @staticmethod
    def standard() -> "AlertingEntry":
        """The word `standard` was written instead."""
        entry = AlertingEntry()
        entry._all_standard = True
        return entry

    @property
    def is_standard(self) -> bool:
        return self._all_standard


def _read_alerting(value: object) -> object:
    if value == _STANDARD_WORD:
        return AlertingEntry.standard()
    if isinstance(value, str):
        raise refusal(shape.CHOICE, "must be `standard`, or a mapping", "Write alerting: standard.")
    return value


Alerting = Annotated[
    AlertingEntry,
    BeforeValidator(_read_alerting, json_schema_input_type=Literal["standard"] | AlertingEntry),
]


class RoutesEntry(Entry):
    """Which receivers hear of alerts of a severity, as `slack.<name>` or `pagerduty.<name>`."""

    page: References | None = Field(None, description="Receivers of alerts that need a person now.")
    ticket: References | None = Field(None, description="Receivers of alerts that need a person in working hours.")
    info: References | None = Field(None, description="Receivers of alerts that are good to know.")
    no_data: References | None = Field(
        None, description="Receivers of no-data alerts; unless given, these go the way of their severity."
    )
