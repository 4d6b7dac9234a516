"""What editors may ask for: keys that are not needed where a template or another file has them."""

from collections.abc import Callable

from pydantic import BaseModel
from pydantic.config import JsonDict

ALL_REQUIRED = "x-required"
"""In a JSON Schema: the keys that the reference calls required."""


def required_here(*keys: str) -> Callable[[JsonDict], None]:
    """Editors miss only these keys; the others may come from elsewhere."""

    def relax(schema: JsonDict) -> None:
        schema[ALL_REQUIRED] = schema["required"]
        schema["required"] = list(keys)

    return relax


def required_without_template(inner: type[BaseModel]) -> Callable[[JsonDict], None]:
    """A service that uses no template has all that the entries of its list `slos` need."""
    needed = [name for name, field in inner.model_fields.items() if field.is_required()]

    def relax(schema: JsonDict) -> None:
        schema[ALL_REQUIRED] = schema["required"]
        schema["required"] = ["name"]
        schema["if"] = {"required": ["template"]}
        slos: JsonDict = {"description": "Its objectives.", "items": {"required": [*needed]}}
        schema["else"] = {"required": ["slos"], "properties": {"slos": slos}}

    return relax
