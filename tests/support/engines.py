"""The servers whose answers must lead to the same counts, with the same past."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sloguard.demo.prometheus import PrometheusServer, backfill
from tests.support.truth import openmetrics
from tests.support.victoria import VictoriaServer

PROMETHEUS, VICTORIA_METRICS = "prometheus", "victoria-metrics"
ENGINES = (PROMETHEUS, VICTORIA_METRICS)


@contextmanager
def engine_with(engine: str, directory: Path, samples: Iterable[str]) -> Iterator[str]:
    """The address of a server that has these samples (lines of OpenMetrics text, times in seconds)."""
    if engine == VICTORIA_METRICS:
        with VictoriaServer(directory) as victoria:
            victoria.take_in(samples)
            yield victoria.url
        return
    history = directory / "history.om"
    history.write_text(openmetrics(samples), encoding="utf-8")
    backfill(directory / "data", history)
    with PrometheusServer(directory) as server:
        yield server.url
