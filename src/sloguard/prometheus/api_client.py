"""prometheus-api-client, bounded: one attempt, a limit in time, no redirects, and errors of our own kind."""

from collections.abc import Iterator
from contextlib import contextmanager

import requests
from prometheus_api_client import PrometheusConnect
from prometheus_api_client.exceptions import PrometheusApiClientException
from urllib3.util.retry import Retry

from sloguard.errors import PrometheusUnavailableError
from sloguard.model.settings import PrometheusSettings
from sloguard.prometheus.authorization import RequestsAuthorization
from sloguard.prometheus.client import request_headers

# The package stumbles over JSON of another shape.
_NOT_UNDERSTOOD = (ValueError, KeyError, TypeError, AttributeError)


def api_session(settings: PrometheusSettings) -> requests.Session:
    session = requests.Session()
    session.verify = settings.ca_file or settings.verify_tls
    session.auth = RequestsAuthorization(settings)
    session.max_redirects = 0  # headers with credentials would go along to wherever it points
    return session


def api_connection(settings: PrometheusSettings, session: requests.Session) -> PrometheusConnect:
    return PrometheusConnect(
        url=settings.url,
        headers=request_headers(settings),
        retry=Retry(total=0),
        auth=session.auth,
        session=session,
        timeout=settings.timeout.total_seconds(),
    )


@contextmanager
def answers(url: str) -> Iterator[None]:
    """Turns whatever is no usable answer into PrometheusUnavailableError."""
    try:
        yield
    except (requests.RequestException, PrometheusApiClientException, *_NOT_UNDERSTOOD) as error:
        raise PrometheusUnavailableError(
            f"Prometheus at {url} did not answer ({type(error).__name__}). Check that it runs, and its URL."
        ) from error
