"""Users' texts on dashboards: shown as they are, never taken for markup or variables."""

import re
from urllib.parse import quote

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!<>|~&])")
_VARIABLE = re.compile(r"\$(?=[{\w])|\[(?=\[)")
_BREAK = "\N{WORD JOINER}"


def plain(text: str) -> str:
    """For titles: on one line, and nothing that Grafana would take for one of its variables."""
    return _VARIABLE.sub(lambda start: start.group() + _BREAK, " ".join(text.split()))


def markdown(text: str) -> str:
    """For descriptions and text panels: markdown that shows exactly this text."""
    return _VARIABLE.sub(lambda start: start.group() + _BREAK, _MARKDOWN.sub(r"\\\1", " ".join(text.split())))


def is_web_address(url: str) -> bool:
    return url.startswith(("https://", "http://"))


def link(title: str, url: str) -> str:
    """A markdown link; just the title if the address is none of the web's."""
    if not is_web_address(url):
        return markdown(title)
    return f"[{markdown(title)}](<{quote(url, safe=_URL_SAFE)}>)"


_URL_SAFE = "/:?#@!&'*+,;=%~"
