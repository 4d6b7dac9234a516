"""What is counted against the error budget: single events, or slices of time."""

from typing import Literal, Self

from pydantic import Field, model_validator

from sloguard.config.codes import values
from sloguard.config.fields import SliceObjective, TimesliceLength
from sloguard.config.refusal import refusal
from sloguard.config.schema.entry import Entry


class BudgetingEntry(Entry):
    """What is counted against the error budget: events, or slices of time that are good or bad as a whole."""

    method: Literal["occurrences", "timeslices"] = Field(
        "occurrences", description="`occurrences` counts events, `timeslices` counts slices of time."
    )
    slice: TimesliceLength | None = Field(
        None, description="Of timeslices: their length, a whole number of evaluation.slice that divides an hour."
    )
    objective: SliceObjective | None = Field(
        None, description="Of timeslices: the share of good events, in percent, that makes a slice good. Up to 100."
    )
    empty: Literal["ignore", "good", "bad"] | None = Field(
        None,
        description="Of timeslices: what a slice without events is. One without data is unknown in any case.",
        json_schema_extra={"default": "ignore"},
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.method == "timeslices":
            if self.slice is None or self.objective is None:
                do = "Write budgeting: {method: timeslices, slice: 5m, objective: 95}."
                raise refusal(values.BUDGETING, "needs slice and objective for timeslices", do)
        elif (self.slice, self.objective, self.empty) != (None, None, None):
            do = "Add method: timeslices, or leave out slice, objective and empty."
            raise refusal(values.BUDGETING, "describes timeslices, and its method is occurrences", do)
        return self
