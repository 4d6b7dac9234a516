"""What the inner parts ask of the outer ones: Prometheus, the store, the receivers."""

from sloguard.ports.alerts import AlertStore, CycleOutcome, Outbox, QuietStore, Receiver
from sloguard.ports.leading import Leadership, LeaseStore
from sloguard.ports.ledger import (
    AdjustmentStore,
    CountedRange,
    LedgerKey,
    LedgerMark,
    LedgerReader,
    LedgerStore,
    LedgerUpkeep,
    ProvisionalStore,
    RecountStore,
    RollUp,
)
from sloguard.ports.prometheus import InstantQueries, MetricsSource, Proof, ReplicaState
from sloguard.ports.views import DaemonView, HealthCheck, PastView

__all__ = [
    "AdjustmentStore",
    "AlertStore",
    "CountedRange",
    "CycleOutcome",
    "DaemonView",
    "HealthCheck",
    "InstantQueries",
    "Leadership",
    "LeaseStore",
    "LedgerKey",
    "LedgerMark",
    "LedgerReader",
    "LedgerStore",
    "LedgerUpkeep",
    "MetricsSource",
    "Outbox",
    "PastView",
    "Proof",
    "ProvisionalStore",
    "QuietStore",
    "Receiver",
    "RecountStore",
    "ReplicaState",
    "RollUp",
]
