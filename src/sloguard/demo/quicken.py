"""A copy of slo.yaml with shorter intervals, so that the demonstration's viewer waits less."""

import yaml

SCRAPE_INTERVAL = "5s"
EVALUATION_INTERVAL = "10s"


def quickened(text: str) -> str:
    """The same declaration; only how often Prometheus scrapes and sloguard evaluates differs.

    What is no declaration comes back as it is: sloguard itself will say what is wrong with it.
    """
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError:
        return text
    if not isinstance(document, dict):
        return text
    document["prometheus"] = {**(document.get("prometheus") or {}), "scrape_interval": SCRAPE_INTERVAL}
    document["evaluation"] = {**(document.get("evaluation") or {}), "interval": EVALUATION_INTERVAL}
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
