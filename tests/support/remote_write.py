"""Native histograms for Prometheus: encoded by hand, for it takes them in no text format.

The messages are prometheus/prompb's WriteRequest, TimeSeries and Histogram, framed as a Snappy block of literals.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import httpx

_LONGEST_LITERAL = 65_536


@dataclass(frozen=True, slots=True)
class NativeHistogram:
    """Cumulative counts of schema 0: bucket `first + i` holds what is in (2 ** (first + i - 1), 2 ** (first + i)]."""

    at: int
    """Unix seconds."""
    first: int
    counts: Sequence[int]


def write_histograms(url: str, labels: Mapping[str, str], histograms: Iterable[NativeHistogram]) -> None:
    """Send one series. The server needs --web.enable-remote-write-receiver and the feature native-histograms."""
    series = b"".join(_message(1, _text(1, name) + _text(2, labels[name])) for name in sorted(labels))
    series += b"".join(_message(4, _histogram(each)) for each in histograms)
    response = httpx.post(
        f"{url}/api/v1/write",
        content=_snappy(_message(1, series)),
        headers={
            "Content-Encoding": "snappy",
            "Content-Type": "application/x-protobuf",
            "X-Prometheus-Remote-Write-Version": "0.1.0",
        },
        timeout=10.0,
    )
    assert response.status_code == httpx.codes.NO_CONTENT, response.text


def _histogram(histogram: NativeHistogram) -> bytes:
    deltas = [after - before for before, after in zip((0, *histogram.counts), histogram.counts, strict=False)]
    span = _number(1, _zigzag(histogram.first)) + _number(2, len(histogram.counts))
    return (
        _number(1, sum(histogram.counts))
        + _double(3, float(sum(histogram.counts)))
        + _double(5, 1e-128)
        + _message(11, span)
        + _message(12, b"".join(_varint(_zigzag(delta)) for delta in deltas))
        + _number(15, histogram.at * 1000)
    )


def _varint(number: int) -> bytes:
    parts = []
    while number >= 0x80:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*parts, number])


def _zigzag(number: int) -> int:
    return 2 * number if number >= 0 else -2 * number - 1


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _double(field: int, value: float) -> bytes:
    return _varint(field << 3 | 1) + struct.pack("<d", value)


def _message(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _text(field: int, text: str) -> bytes:
    return _message(field, text.encode())


def _snappy(content: bytes) -> bytes:
    literals = [content[at : at + _LONGEST_LITERAL] for at in range(0, len(content), _LONGEST_LITERAL)]
    tagged = (b"\xf4" + struct.pack("<H", len(each) - 1) + each for each in literals)
    return _varint(len(content)) + b"".join(tagged)
