"""Which addresses may become links: what slo.yaml says must not turn into a script."""

from urllib.parse import quote, urlsplit


def safe_link(url: str) -> str:
    """The address if it is a plain http or https URL, else nothing."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return ""
    plain = url.isprintable() and not any(letter.isspace() for letter in url)
    return url if plain and parts.scheme in {"http", "https"} and host else ""


def page_path(service: str, title: str) -> str:
    """Where an SLO's page is, below `slos/`. A label's value may hold `/../`, which must lead nowhere else."""
    return f"{quote(service, safe='')}/{quote(title, safe='')}"
