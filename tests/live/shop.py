"""A shop's metrics, as the usual client libraries name them: their past, and what is scraped now."""

from collections.abc import Mapping

WICKED = 'sh\\"op\\n${HOME}\\\\ #: {x}'
"""A label value as OpenMetrics writes it: quotes, a line break, a backslash, an environment reference."""
WICKED_VALUE = 'sh"op\n${HOME}\\ #: {x}'

SCRAPED = """# TYPE queue_length gauge
queue_length 3
# TYPE logins_total counter
logins_total 7
"""

_SECONDS = ("0.1", "0.3", "1.0", "10.0", "+Inf")
_MILLISECONDS = ("100", "300", "1000", "10000", "+Inf")


def counters() -> Mapping[str, float]:
    """Events a second by series."""
    rates = {
        'http_requests_total{job="shop",code="200",route="/cart"}': 20.0,
        'http_requests_total{job="shop",code="500",route="/cart"}': 0.01,
        'grpc_server_handled_total{job="cart",grpc_service="shop.Cart",grpc_code="OK"}': 5.0,
        'grpc_server_handled_total{job="cart",grpc_service="shop.Cart",grpc_code="NotFound"}': 0.5,
        'grpc_server_handled_total{job="cart",grpc_service="shop.Cart",grpc_code="Unavailable"}': 0.002,
        'twin_a_total{job="twins"}': 1.0,
        'twin_b_total{job="twins"}': 1.0,
        'rare_jobs_total{outcome="success"}': 0.7 / 86_400,
        'rare_jobs_total{outcome="error"}': 0.05 / 86_400,
        f'http_requests_total{{job="{WICKED}",code="200"}}': 3.0,
        f'http_requests_total{{job="{WICKED}",code="503"}}': 0.003,
    }
    rates |= histogram("http_request_duration_seconds", 'job="shop"', _SECONDS, 20.0)
    rates |= histogram("grpc_server_handling_seconds", 'job="cart",grpc_service="shop.Cart"', _SECONDS, 5.5)
    rates |= histogram("rpc_duration_milliseconds", 'job="cart"', _MILLISECONDS, 5.0)
    rates |= histogram("http_server_duration_milliseconds", 'job="old",http_status_code="200"', _MILLISECONDS, 4.0)
    otel = 'job="checkout",http_response_status_code="{}"'
    rates |= histogram("http_server_request_duration_seconds", otel.format(200), _SECONDS, 8.0)
    rates |= histogram("http_server_request_duration_seconds", otel.format(502), _SECONDS, 0.02)
    return rates


def histogram(name: str, labels: str, bounds: tuple[str, ...], rate: float) -> Mapping[str, float]:
    """Nine tenths lie at or below the first bound, and so on."""
    shares = [0.9, 0.99, 0.999, 0.9999, 1.0]
    buckets = {
        f'{name}_bucket{{{labels},le="{bound}"}}': rate * share for bound, share in zip(bounds, shares, strict=True)
    }
    return {**buckets, f"{name}_count{{{labels}}}": rate}
