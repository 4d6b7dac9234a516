"""What `sloguard validate --live` is put together from."""

from collections.abc import Sequence
from datetime import datetime

from sloguard.config import Loaded, Problem
from sloguard.live import live_problems
from sloguard.prometheus import PrometheusReplicas
from sloguard.prometheus.discovery import Discovery

_ATTEMPTS = 2


def check_live(loaded: Loaded, prometheus_url: str | None, now: datetime) -> Sequence[Problem]:
    """What a file's Prometheus (or another one) shows to be wrong with it; nothing about a file that is not valid.

    Raises:
        PrometheusError: Prometheus gave no usable answer.
    """
    if loaded.configuration is None:
        return ()
    configuration = loaded.configuration.asking(prometheus_url)
    settings = configuration.prometheus
    with PrometheusReplicas(settings, attempts=_ATTEMPTS) as replicas:
        replicas.ping()
        with Discovery(settings.at(replicas.in_use)) as discovery:
            return live_problems(configuration, loaded.places, replicas, discovery, now)
