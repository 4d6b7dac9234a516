"""What is shown of the daemon and of the past."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sloguard.model.adjustment import AdjustmentRecord
from sloguard.model.daily import BudgetHistory
from sloguard.model.status import StatusReport
from sloguard.ports.leading import Leadership


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """One part of the daemon (`prometheus`, `store`, `evaluation`, `delivery`, `lease`)."""

    name: str
    ok: bool
    detail: str
    """One plain sentence, free of secrets."""


class DaemonView(Protocol):
    """What the web shows of the running daemon. Answers come from memory and never wait for a cycle."""

    def leadership(self) -> Leadership: ...

    def status(self) -> StatusReport | None:
        """The newest status; None before the first evaluation.

        Of a daemon that stands by it is read from the store, which takes its time.
        """
        ...

    def checks(self) -> Sequence[HealthCheck]:
        """Whether each part works, now."""
        ...


class PastView(Protocol):
    """What the web tells of the past. Read from the store when asked; raises StoreError."""

    def history(self, slo_id: str, days: int) -> BudgetHistory | None:
        """The last so many days of an SLO, or of a group; None if there is none of this id."""
        ...

    def adjustments(self) -> Sequence[AdjustmentRecord]:
        """Every exclusion and correction that was ever made."""
        ...
