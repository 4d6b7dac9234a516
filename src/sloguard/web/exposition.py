"""Metrics as text, a family at a time: with thousands of SLOs the whole is tens of megabytes."""

from collections.abc import Callable, Iterable, Iterator
from typing import cast

from prometheus_client import CollectorRegistry, exposition
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics import exposition as openmetrics

_Encode = Callable[[CollectorRegistry], bytes]
_END = b"# EOF\n"
"""Of OpenMetrics."""


def exposed(registry: CollectorRegistry, accept: str) -> tuple[Iterator[bytes], str]:
    """All metrics, and their content type: OpenMetrics for those who accept it, else the text format of everybody.

    Families that follow each other and have the same name are parts of one.
    """
    # The client library's own choice fails with TypeError on a version that is no number.
    accepted = {part.split(";")[0].strip().lower() for part in accept.split(",")}
    if "application/openmetrics-text" in accepted:
        return _texts(registry, openmetrics.generate_latest, _END), openmetrics.CONTENT_TYPE_LATEST
    return _texts(registry, exposition.generate_latest, b""), exposition.CONTENT_TYPE_PLAIN_0_0_4


def _texts(registry: CollectorRegistry, encode: _Encode, end: bytes) -> Iterator[bytes]:
    before = ""
    for family in registry.collect():
        text = encode(cast("CollectorRegistry", _Alone(family))).removesuffix(end)
        yield _without_head(text) if family.name == before else text
        before = family.name
    yield end


def _without_head(text: bytes) -> bytes:
    """Not by `splitlines`, which takes a carriage return in a label's value for the end of a line."""
    return b"\n".join(line for line in text.split(b"\n") if not line.startswith(b"# "))


class _Alone:
    """What the client library needs of a registry, with one family in it."""

    def __init__(self, family: Metric) -> None:
        self._family = family

    def collect(self) -> Iterable[Metric]:
        return (self._family,)
