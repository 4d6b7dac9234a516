"""Why nothing is said of an alert, in words for people and as JSON for programs. The only place for these words."""

from collections.abc import Sequence

from sloguard.model.alert import Alert
from sloguard.model.quiet import Acknowledgement, Quiet, QuietReason, Silence
from sloguard.model.told import HeldBack
from sloguard.presentation.words import instant, rfc3339

QUIET_WORDS = {
    QuietReason.SILENCED: "silenced",
    QuietReason.MAINTENANCE: "in maintenance",
    QuietReason.UPSTREAM_PAGES: "held back: what it depends on pages",
    QuietReason.FOLDED: "told in another alert's incident",
    QuietReason.FLAPPING: "flapping: held until it stays calm",
    QuietReason.CLEARING: "not told: it is about to end",
}

SILENCES_SCHEMA = "sloguard/silences/v1"
HELD_BACK_SCHEMA = "sloguard/held-back/v1"


def quiet_words(quiet: Quiet) -> str:
    """`silenced (number 7, ann: deploy) until 2026-11-22 03:00 UTC`."""
    source = f"number {quiet.source}" if quiet.reason is QuietReason.SILENCED else quiet.source
    about = ", ".join(filter(None, (source, quiet.detail)))
    words = QUIET_WORDS[quiet.reason] + (f" ({about})" if about else "")
    return f"{words} until {instant(quiet.until)}" if quiet.until else words


def acknowledged_words(acknowledged: Acknowledgement) -> str:
    note = f": {acknowledged.note}" if acknowledged.note else ""
    return f"acknowledged by {acknowledged.author} at {instant(acknowledged.at)}{note}"


def remarks(alert: Alert) -> tuple[str, ...]:
    """What else is to be said of a firing alert."""
    said = (quiet_words(alert.quiet) if alert.quiet else "",)
    taken = (acknowledged_words(alert.acknowledged) if alert.acknowledged else "",)
    return tuple(filter(None, (*said, *taken)))


def quiet_document(quiet: Quiet | None) -> dict[str, object] | None:
    if quiet is None:
        return None
    return {
        "reason": quiet.reason.value,
        "source": quiet.source,
        "detail": quiet.detail,
        "until": rfc3339(quiet.until) if quiet.until else None,
    }


def acknowledged_document(acknowledged: Acknowledgement | None) -> dict[str, object] | None:
    if acknowledged is None:
        return None
    return {"author": acknowledged.author, "at": rfc3339(acknowledged.at), "note": acknowledged.note}


def silence_document(silence: Silence) -> dict[str, object]:
    return {
        "id": silence.id,
        "matchers": [str(matcher) for matcher in silence.matchers],
        "starts_at": rfc3339(silence.starts_at),
        "ends_at": rfc3339(silence.ends_at),
        "author": silence.author,
        "reason": silence.reason,
    }


def silences_document(silences: Sequence[Silence]) -> dict[str, object]:
    return {"schema": SILENCES_SCHEMA, "silences": [silence_document(each) for each in silences]}


def held_back_document(entries: Sequence[HeldBack]) -> dict[str, object]:
    return {
        "schema": HELD_BACK_SCHEMA,
        "held_back": [
            {
                "at": rfc3339(each.at),
                "slo": each.alert.slo_id,
                "kind": each.alert.kind.value,
                "severity": each.severity.value,
                "quiet": quiet_document(each.quiet),
                "receivers": list(each.receivers),
            }
            for each in entries
        ],
    }
