"""Which keys a mapping may have, anywhere within a model."""

from types import NoneType, UnionType
from typing import Annotated, Union, get_args, get_origin

from sloguard.config.schema.entry import Entry


def keys_at(model: type[Entry], loc: tuple[str | int, ...]) -> list[str]:
    """The keys of the mapping at a place within the model; none if there is no mapping with fixed keys."""
    current: object = model
    for step in loc:
        current = _inner(current, step)
    entry = _entry(current)
    fields = entry.model_fields if entry is not None else {}
    return [field.alias or name for name, field in fields.items()]


def _inner(annotation: object, step: str | int) -> object:
    entry = _entry(annotation)
    if entry is not None:
        field = entry.model_fields.get(str(step))
        return field.annotation if field is not None else None
    arguments = get_args(_bare(annotation))
    return arguments[-1] if arguments else None


def _entry(annotation: object) -> type[Entry] | None:
    bare = _bare(annotation)
    return bare if isinstance(bare, type) and issubclass(bare, Entry) else None


def _bare(annotation: object) -> object:
    """Without Annotated and None."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _bare(get_args(annotation)[0])
    if origin in {Union, UnionType}:
        return _bare(next(each for each in get_args(annotation) if each is not NoneType))
    return annotation
