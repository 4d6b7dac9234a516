"""A copy of slo.yaml with shorter intervals, so that the demonstration's viewer waits less."""

import yaml

SCRAPE_INTERVAL = "5s"
EVALUATION_INTERVAL = "10s"


def quickened(text: str) -> str:
    """The same declaration; only how often Prometheus scrapes and sloguard evaluates differs."""
    document = yaml.safe_load(text)
    document["prometheus"] = {**(document.get("prometheus") or {}), "scrape_interval": SCRAPE_INTERVAL}
    document["evaluation"] = {**(document.get("evaluation") or {}), "interval": EVALUATION_INTERVAL}
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
