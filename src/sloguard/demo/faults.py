"""What can go wrong with the demonstration's services, and what it does to their traffic."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from sloguard.demo.traffic import ACTIVITIES, Activity, Labels, outcomes_of


class Fault(StrEnum):
    BAD_RELEASE = "bad-release"
    DATABASE_DOWN = "database-down"
    SLOW_DATABASE = "slow-database"
    THROTTLING = "throttling"
    MAIL_OUTAGE = "mail-outage"
    PARSER_CRASH = "parser-crash"
    BACKUP_STOPPED = "backup-stopped"


DESCRIPTIONS: Mapping[Fault, str] = {
    Fault.BAD_RELEASE: "onboarding 2.4.0 is rolled out; it answers most registrations with 503, and clients retry",
    Fault.DATABASE_DOWN: "half of all onboarding requests fail with 500",
    Fault.SLOW_DATABASE: "most onboarding requests take longer than 300 ms",
    Fault.THROTTLING: "every fourth registration request is turned away with 429",
    Fault.MAIL_OUTAGE: "no mail is accepted by the recipients' servers",
    Fault.PARSER_CRASH: "resume 1.9.0 is rolled out; its parser crashes on most files",
    Fault.BACKUP_STOPPED: "the backups of the last two nights turn out to be missing",
}

BACKUP_AGE_SECONDS = 2 * 86_400
"""By how much the last good backup is older under `backup-stopped`."""


@dataclass(frozen=True, slots=True)
class Effect:
    """How a fault changes the activities whose name starts with one of `activities`."""

    activities: tuple[str, ...]
    outcomes: Mapping[str, float] = field(default_factory=dict)
    """Probabilities by the outcome's name, in place of the ordinary ones."""
    repeats: float = 1.0
    """Attempts per attempt on an ordinary day: clients retry."""
    median_seconds: float | None = None
    version: str = ""


_REGISTRATION_ROUTES = ("/api/registrations", "/api/confirmations")

_EFFECTS: Mapping[Fault, tuple[Effect, ...]] = {
    # Half of the requests, 75 % of them failing, twice as many for the retries: after 70 s the last hour has burnt the
    # budget of a 99.9 % objective at 14.4 (1.44 % of 3,600 s / (0.5 · 0.75 · 2)). After 140 s the last six hours have
    # burnt it at 6, and the alert would stay for half an hour.
    Fault.BAD_RELEASE: (
        Effect(("/api/",), version="2.4.0"),
        Effect(_REGISTRATION_ROUTES, {"503": 0.75}, repeats=2, median_seconds=0.02),
        Effect(("registration", "step account"), {"server_error": 0.6, "failed": 0.6}),
    ),
    Fault.DATABASE_DOWN: (Effect(("/api/",), {"500": 0.5}), Effect(("registration",), {"server_error": 0.5})),
    Fault.SLOW_DATABASE: (Effect(("/api/",), median_seconds=0.45),),
    Fault.THROTTLING: (Effect(_REGISTRATION_ROUTES, {"429": 0.25}),),
    Fault.MAIL_OUTAGE: (Effect(("mail ",), {"deferred": 0.98, "bounced": 0.006}),),
    Fault.PARSER_CRASH: (Effect(("parsing",), {"parser_crash": 0.8}, version="1.9.0"),),
    Fault.BACKUP_STOPPED: (),
}


def activities(faults: Collection[Fault]) -> tuple[Activity, ...]:
    """What happens while the given faults last."""
    effects = [effect for fault in Fault if fault in faults for effect in _EFFECTS[fault]]
    return tuple(_changed(activity, effects) for activity in ACTIVITIES)


def initial_series(faults: Collection[Fault] = ()) -> Iterable[tuple[str, Labels]]:
    """Every counter that a process declares when it starts, so that its zero is seen before its first event."""
    for activity in activities(faults):
        for outcome in activity.outcomes:
            yield activity.counter, activity.series(outcome)


def _changed(activity: Activity, effects: Iterable[Effect]) -> Activity:
    for effect in effects:
        if activity.name.startswith(effect.activities):
            activity = _with_effect(activity, effect)
    return activity


def _with_effect(activity: Activity, effect: Effect) -> Activity:
    usual, *others = activity.outcomes
    changed = tuple(replace(other, probability=effect.outcomes.get(other.name, other.probability)) for other in others)
    latency = activity.latency
    if latency is not None and effect.median_seconds is not None:
        latency = replace(latency, median_seconds=effect.median_seconds)
    labels = _released(activity.labels, effect.version)
    if latency is not None and effect.version:
        latency = replace(latency, labels=_released(latency.labels, effect.version))
    return replace(
        activity,
        labels=labels,
        per_second=activity.per_second * effect.repeats,
        outcomes=outcomes_of(usual, changed),
        latency=latency,
    )


def _released(labels: Labels, version: str) -> Labels:
    return tuple((name, version if version and name == "version" else value) for name, value in labels)
