"""A backtest as a picture in SVG: a row per SLO, a bar per page and ticket, known incidents behind them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from xml.sax.saxutils import escape

from sloguard.alerting.sentences import reason_sentence
from sloguard.backtest.firing import Firing
from sloguard.backtest.incidents import KnownIncident
from sloguard.backtest.run import Period
from sloguard.backtest.summary import Backtest
from sloguard.model.alert import AlertKind
from sloguard.model.policy import Severity
from sloguard.presentation.words import instant

_WIDTH, _LABELS, _RIGHT = 1280, 300, 40
_TOP, _BOTTOM = 76, 34
_ROW, _BAR, _GAP = 34, 14, 10
_LEAST_WIDTH = 3.0
"""Pixels: a page of a minute in a month must still be seen."""
_LONGEST_LABEL = 42
_MOST_TICKS = 11
_TICKS = tuple(timedelta(hours=hours) for hours in (1, 2, 3, 6, 12, 24, 48, 72, 120, 168, 336, 720, 1440, 2160))
_COLOURS = {Severity.PAGE: "#c62828", Severity.TICKET: "#ef9f1a", Severity.INFO: "#3f7fbf"}
_NO_DATA = "#8a8f98"
_INCIDENT = "#5e35b1"


@dataclass(frozen=True, slots=True)
class _Scale:
    period: Period

    def x(self, at: datetime) -> float:
        """Where an instant lies; what is outside of the period lies on its edge."""
        share = (at - self.period.since) / (self.period.until - self.period.since)
        return _LABELS + min(1.0, max(0.0, share)) * (_WIDTH - _LABELS - _RIGHT)


def timeline(judged: Backtest, current: Backtest | None = None) -> str:
    """The picture as an SVG document. With the current policy each row has two lines: it above, the proposed below."""
    sides = [each for each in (current, judged) if each is not None]
    rows = _rows(sides)
    row_height = _ROW if len(sides) == 1 else _ROW + _BAR
    height = _TOP + max(1, len(rows)) * row_height + _BOTTOM
    scale = _Scale(judged.period)
    parts = [
        _opening(height),
        f"<title>{escape(_title(judged))}</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="16" y="28" font-size="17" font-weight="600" fill="#1d2126">{escape(_title(judged))}</text>',
        *_legend(has_incidents=bool(judged.incidents), compares=len(sides) > 1),
        *_axis(scale, height - _BOTTOM),
    ]
    for index, slo_id in enumerate(rows):
        parts += _row(slo_id, sides, scale, _TOP + index * row_height, row_height)
    if not rows:
        parts.append(f'<text x="{_LABELS}" y="{_TOP + 22}" fill="#5a616b">Nothing would have been sent.</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _opening(height: int) -> str:
    size = f'width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}"'
    font = 'font-family="system-ui, sans-serif" font-size="13"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" {font}>'


def _rows(sides: Sequence[Backtest]) -> list[str]:
    """The SLOs in the order of declaration; a group has a row once it has fired."""
    rows: dict[str, None] = {}
    for side in sides:
        for lived in side.lived:
            fired = sorted({each.slo_id for each in lived.firings})
            rows |= dict.fromkeys(fired or [lived.slo.declared_id])
    return list(rows)


def _title(backtest: Backtest) -> str:
    return f"Pages and tickets, {instant(backtest.period.since)} to {instant(backtest.period.until)}"


def _legend(*, has_incidents: bool, compares: bool) -> Iterator[str]:
    entries = [(_COLOURS[Severity.PAGE], "page", 1.0), (_COLOURS[Severity.TICKET], "ticket", 1.0)]
    entries.append((_NO_DATA, "no data", 1.0))
    if has_incidents:
        entries.append((_INCIDENT, "known incident", 0.18))
    x = 16
    for colour, name, opacity in entries:
        yield f'<rect x="{x}" y="42" width="14" height="14" rx="2" fill="{colour}" fill-opacity="{opacity}"/>'
        yield f'<text x="{x + 20}" y="54" fill="#3a4048">{name}</text>'
        x += 40 + 8 * len(name)
    if compares:
        yield f'<text x="{x + 10}" y="54" fill="#3a4048">above: current policy, below: proposed</text>'


def _axis(scale: _Scale, bottom: int) -> Iterator[str]:
    length = scale.period.until - scale.period.since
    tick = next((each for each in _TICKS if length / each <= _MOST_TICKS), _TICKS[-1])
    begin = scale.period.since.replace(minute=0, second=0, microsecond=0)
    if tick >= timedelta(days=1):
        begin = begin.replace(hour=0)
    pattern = "%d %b" if tick >= timedelta(days=1) else "%d %b %H:%M"
    at = begin
    while at <= scale.period.until:
        if at >= scale.period.since:
            x = scale.x(at)
            yield f'<line x1="{x:.1f}" y1="{_TOP - 8}" x2="{x:.1f}" y2="{bottom}" stroke="#e3e6ea"/>'
            place = f'x="{x:.1f}" y="{bottom + 20}" text-anchor="middle"'
            yield f'<text {place} fill="#5a616b">{at.strftime(pattern)}</text>'
        at += tick


def _row(slo_id: str, sides: Sequence[Backtest], scale: _Scale, top: int, height: int) -> Iterator[str]:
    label = slo_id if len(slo_id) <= _LONGEST_LABEL else f"{slo_id[: _LONGEST_LABEL - 1]}…"
    middle = top + height / 2
    yield f'<line x1="16" y1="{top}" x2="{_WIDTH - _RIGHT}" y2="{top}" stroke="#eef0f2"/>'
    yield f'<text x="16" y="{middle + 4:.1f}" fill="#1d2126">{escape(label)}<title>{escape(slo_id)}</title></text>'
    service = next((one.slo.service for side in sides for one in side.lived if _is_of(slo_id, one.slo.declared_id)), "")
    for incident in sides[-1].incidents or ():
        if _in(incident, slo_id, service):
            place = _place(scale, incident.start_at, incident.end_at, (top + 1, height - 2))
            yield _box(place, _INCIDENT, _words(incident), 0.18)
    for line, side in enumerate(sides):
        y = top + _GAP + line * (_BAR + 2)
        for firing in _of(side.firings, slo_id):
            no_data = firing.kind is AlertKind.NO_DATA
            box = (y + _BAR - 6, 6) if no_data else (y, _BAR)
            place = _place(scale, firing.started_at, firing.ended_at or scale.period.until, box)
            yield _box(place, _NO_DATA if no_data else _COLOURS[firing.severity], _said(firing))


def _of(firings: Iterable[Firing], slo_id: str) -> list[Firing]:
    """The most severe last: it lies on top."""
    return sorted((each for each in firings if each.slo_id == slo_id), key=lambda each: each.severity.rank)


def _is_of(slo_id: str, declared_id: str) -> bool:
    return slo_id.partition("{")[0] == declared_id


def _in(incident: KnownIncident, slo_id: str, service: str) -> bool:
    return incident.service in {"", service} and incident.slo_id in {"", slo_id, slo_id.partition("{")[0]}


def _place(scale: _Scale, start: datetime, end: datetime, box: tuple[int, int]) -> str:
    """The attributes of a rectangle from one instant to another; `box` is its top and its height."""
    x = scale.x(start)
    width = max(_LEAST_WIDTH, scale.x(end) - x)
    return f'x="{x:.1f}" y="{box[0]}" width="{width:.1f}" height="{box[1]}"'


def _box(place: str, colour: str, words: str, opacity: float = 1.0) -> str:
    style = f'rx="1.5" fill="{colour}" fill-opacity="{opacity}"'
    return f"<rect {place} {style}><title>{escape(words)}</title></rect>"


def _said(firing: Firing) -> str:
    end = instant(firing.ended_at) if firing.ended_at else "still firing"
    return f"{firing.severity.value} {instant(firing.started_at)} – {end}. {reason_sentence(firing.reason)}"


def _words(incident: KnownIncident) -> str:
    name = incident.name or "known incident"
    return f"{name}: {instant(incident.start_at)} – {instant(incident.end_at)}"
