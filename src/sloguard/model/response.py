"""What people do about alerts, checked before it is kept: silences and acknowledgements."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sloguard.model.alert import OF_AN_SLO, Alert, AlertKey
from sloguard.model.duration import format_duration
from sloguard.model.matcher import MOST_MATCHERS, Matcher
from sloguard.model.policy import Severity
from sloguard.model.quiet import (
    LABEL_KIND,
    LABEL_SERVICE,
    LABEL_SEVERITY,
    LABEL_SLO,
    LONGEST_AUTHOR,
    LONGEST_NOTE,
    LONGEST_SILENCE,
    Acknowledgement,
    Silence,
)
from sloguard.model.slo import Slo
from sloguard.model.told import OpenIncident


def checked_silence(silence: Silence, slos: Iterable[Slo], now: datetime) -> Silence:
    """A silence that does something.

    Raises:
        ValueError: it would do nothing, or more than anybody can mean; a sentence says what, and what to do.
    """
    if not silence.matchers:
        raise ValueError("A silence without a matcher would silence everything. Say what it is about.")
    if len(silence.matchers) > MOST_MATCHERS:
        raise ValueError(f"A silence has at most {MOST_MATCHERS} matchers. Make two.")
    if silence.ends_at <= silence.starts_at or silence.ends_at <= now:
        raise ValueError("The silence is over before it begins, or already. Give a later end.")
    if silence.ends_at - max(silence.starts_at, now) > LONGEST_SILENCE:
        longest = format_duration(LONGEST_SILENCE)
        raise ValueError(f"A silence lasts at most {longest}. What is quiet for longer belongs into slo.yaml.")
    checked_line(silence.author, "author", LONGEST_AUTHOR)
    checked_line(silence.reason, "reason", LONGEST_NOTE)
    if not any(_may_match(silence.matchers, slo) for slo in slos):
        matchers = ", ".join(map(str, silence.matchers))
        raise ValueError(f"No SLO that is declared can have an alert with {matchers}. Check names and values.")
    return silence


def checked_line(text: str, name: str, longest: int) -> str:
    """One line of printable text.

    Raises:
        ValueError: it is none.
    """
    if not text.strip() or not text.isprintable() or len(text) > longest:
        raise ValueError(f"The {name} must be one line of printable text, at most {longest} characters.")
    return text


def acknowledged(
    slo_id: str, alerts: Mapping[AlertKey, Alert], incidents: Sequence[OpenIncident], asked: tuple[str, str, datetime]
) -> Mapping[AlertKey, Acknowledgement]:
    """Who takes on an SLO's alert takes on all that is told with it. Nothing if no alert of the SLO fires.

    Args:
        slo_id: of the SLO; without its labels, that of an SLO with groups means all of them.
        alerts: all that fire.
        incidents: what was told.
        asked: by whom, with what note, when.
    """
    author, note, now = asked
    mine = {key for key in alerts if key.slo_id == slo_id or key.slo_id.startswith(f"{slo_id}{{")}
    together = {key for incident in incidents if incident.members & mine for key in incident.members}
    return {
        key: Acknowledgement(author, now, alerts[key].severity, alerts[key].started_at, note)
        for key in sorted(mine | together, key=lambda key: (key.slo_id, key.kind.value))
        if key in alerts
    }


def _may_match(matchers: Sequence[Matcher], slo: Slo) -> bool:
    """Whether an alert of the SLO could be one that is silenced: values of groups are not known beforehand."""
    choices = {
        LABEL_SLO: (slo.declared_id,),
        LABEL_SERVICE: (slo.service,),
        LABEL_SEVERITY: tuple(severity.value for severity in Severity),
        LABEL_KIND: tuple(kind.value for kind in OF_AN_SLO),
    }
    return all(
        (matcher.label in slo.group_by and matcher.label not in choices)
        or any(matcher.matches({matcher.label: value}) for value in choices.get(matcher.label, ("",)))
        for matcher in matchers
    )
