"""How often a metric's targets are scraped, told from its samples."""

_LENGTH_SECONDS = 600


def densest_query(selector: str) -> str:
    """PromQL: samples of the busiest series in the fullest ten minutes of the last hour.

    Nothing for metrics younger than that: they would look as if they were scraped seldom.
    """
    counts = f"max_over_time(max(count_over_time({selector}[{_LENGTH_SECONDS}s]))[1h:5m])"
    return f"{counts} and on() count(last_over_time({selector}[5m] offset 15m))"


def scrape_seconds(densest: float | None) -> float | None:
    """Seconds between two scrapes; None if there are too few samples to tell."""
    return _LENGTH_SECONDS / densest if densest is not None and densest > 1 else None
