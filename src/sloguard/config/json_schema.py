"""The JSON Schema of slo.yaml, for editors: what they complete and underline."""

from collections.abc import Mapping

from sloguard.config.schema.file import FileEntry

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> Mapping[str, object]:
    """Generated from the same models that check the file."""
    schema = FileEntry.model_json_schema()
    clean = _without_nothing(schema)
    assert isinstance(clean, dict)
    return {"$schema": _DIALECT, **clean, "title": "slo.yaml"}


def for_editors(part: object) -> object:
    """Without the words for the reference."""
    if isinstance(part, list):
        return [for_editors(each) for each in part]
    if isinstance(part, dict):
        return {key: for_editors(value) for key, value in part.items() if not key.startswith("x-")}
    return part


def _without_nothing(part: object) -> object:
    """Without what only pydantic cares for: titles of its own, and None as a value, which no file may hold."""
    if isinstance(part, list):
        return [_without_nothing(each) for each in part]
    if not isinstance(part, dict):
        return part
    cleaned = {key: _without_nothing(value) for key, value in part.items() if not _is_noise(key, value)}
    choices = cleaned.get("anyOf")
    if not isinstance(choices, list):
        return cleaned
    choices = [each for each in choices if each != {"type": "null"}]
    if len(choices) > 1:
        return {**cleaned, "anyOf": choices}
    del cleaned["anyOf"]
    return {**choices[0], **cleaned}


def _is_noise(key: str, value: object) -> bool:
    return (key == "title" and isinstance(value, str)) or (key == "default" and value in (None, "", [], {}))
