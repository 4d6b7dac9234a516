"""Rule groups in a ruler with the configuration API of Cortex and Mimir.

A group has no place for remarks that every ruler keeps, so our mark is a comment at the head of its first expression:
`# Applied by sloguard, <fingerprint>`. The fingerprint is that of the group without the mark.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import yaml

from sloguard.model.duration import format_duration, parse_duration
from sloguard.model.publishing import RulerSettings
from sloguard.publish.http import ServerClient
from sloguard.publish.item import Content, Found, fingerprint_of

_MARK = re.compile(r"\A# Applied by sloguard, ([0-9a-f]{16})\n")
_DURATIONS = frozenset({"evaluation_delay", "for", "interval", "keep_firing_for", "query_offset"})
_OK, _FOUND_OR_NOT = frozenset({200}), frozenset({200, 404})
_ACCEPTED, _GONE = frozenset({200, 201, 202}), frozenset({200, 202, 204, 404})


class Ruler:
    """Implements the Target protocol."""

    noun = "rule group"

    def __init__(self, settings: RulerSettings, pause: Callable[[float], None]) -> None:
        self.title = f"ruler {settings.access.url}, namespace {settings.namespace}"
        self._namespace = settings.namespace
        self._base = f"/config/v1/rules/{quote(settings.namespace, safe='')}"
        self._client = ServerClient(settings.access, "The ruler", pause)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._client.__exit__(kind, error, traceback)

    def found(self, names: frozenset[str]) -> Mapping[str, Found]:
        response = self._client.ask("GET", self._base, _FOUND_OR_NOT)
        if response.status_code != 200:  # noqa: PLR2004 - a namespace without groups is not there
            return {}
        groups = (_found(group) for group in self._groups(response.text))
        return {each.name: each for each in groups if each.applied is not None or each.name in names}

    def look(self, name: str) -> Found | None:
        response = self._client.ask("GET", self._path(name), _FOUND_OR_NOT)
        if response.status_code != 200:  # noqa: PLR2004 - 404, as asked for
            return None
        group = self._yaml(response.text)
        if not isinstance(group, dict) or group.get("name") != name:
            raise self._client.problem("does not answer with a rule group. Does its url end before /config/v1/rules?")
        return _found(group)

    def fingerprint(self, content: Content) -> str:
        return fingerprint_of(_normal(content))

    def write(self, content: Content, before: Found | None) -> None:  # noqa: ARG002 - it cannot be said what is expected
        self._post(_marked(content, self.fingerprint(content)))

    def put_back(self, before: Found) -> None:
        self._post(before.content)

    def clear_up(self) -> None:
        """A namespace goes with its last group."""

    def remove(self, name: str) -> None:
        self._client.ask("DELETE", self._path(name), _GONE)

    def _post(self, group: Content) -> None:
        text = yaml.safe_dump(dict(group), allow_unicode=True, sort_keys=False)
        self._client.ask(
            "POST", self._base, _ACCEPTED, content=text.encode(), headers={"Content-Type": "application/yaml"}
        )

    def _path(self, name: str) -> str:
        return f"{self._base}/{quote(name, safe='')}"

    def _groups(self, text: str) -> Iterator[dict[str, Any]]:
        document = self._yaml(text)
        groups = document.get(self._namespace, []) if isinstance(document, dict) else None
        if not isinstance(groups, list) or not all(isinstance(each, dict) and "name" in each for each in groups):
            raise self._client.problem("does not answer with rule groups. Does its url end before /config/v1/rules?")
        return iter(groups)

    def _yaml(self, text: str) -> object:
        try:
            return yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise self._client.problem("does not answer with YAML.") from error


def group_text(group: Content) -> str:
    """As a person reads it; the same for groups that mean the same."""
    return yaml.safe_dump({"groups": [_normal(group)]}, allow_unicode=True, sort_keys=False, width=10_000)


def _found(group: dict[str, Any]) -> Found:
    applied, bare = _unmarked(group)
    return Found(str(group["name"]), group, group_text(bare), applied, fingerprint_of(_normal(bare)))


def _rules(group: Content) -> list[dict[str, Any]]:
    rules = group.get("rules")
    return [dict(rule) for rule in rules if isinstance(rule, dict)] if isinstance(rules, list) else []


def _marked(group: Content, fingerprint: str) -> Content:
    first, *rest = _rules(group)
    first["expr"] = f"# Applied by sloguard, {fingerprint}\n{first['expr']}"
    return {**group, "rules": [first, *rest]}


def _unmarked(group: Content) -> tuple[str | None, Content]:
    rules = _rules(group)
    mark = _MARK.match(str(rules[0].get("expr", ""))) if rules else None
    if mark is None:
        return None, group
    rules[0]["expr"] = rules[0]["expr"][mark.end() :]
    return mark[1], {**group, "rules": rules}


def _normal(group: Content) -> Content:
    """Without what a server leaves out or adds on its own: empty values, and other spellings of a duration."""
    rules = [_normal_values(rule) for rule in _rules(group)]
    return {**_normal_values({key: value for key, value in group.items() if key != "rules"}), "rules": rules}


def _normal_values(values: Mapping[str, Any]) -> dict[str, Any]:
    normal = {key: _duration(value) if key in _DURATIONS else value for key, value in values.items()}
    if "expr" in normal:
        normal["expr"] = str(normal["expr"]).strip()
    return {key: value for key, value in normal.items() if value not in (None, "", 0, [], {}, False)}


def _duration(value: object) -> object:
    try:
        return format_duration(parse_duration(str(value)))
    except ValueError:
        return "" if str(value) in {"0", "0s", "0m"} else value
