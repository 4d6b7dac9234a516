"""A YAML file as a tree in which every value knows its place."""

from typing import NamedTuple

from sloguard.config.problem import Place

Path = tuple[str | int, ...]
"""Keys and indices from the top of the file."""


class Scalar(NamedTuple):
    text: str
    """As it stands in the file, without quotes; environment references as they are."""
    plain: bool
    """Without quotes, so that it may be a number, a truth value or nothing."""
    place: Place
    values: "dict[str, Scalar] | None" = None
    """What the parameters in the text stand for, within a template that a service uses."""


class Sequence(NamedTuple):
    items: "tuple[Node, ...]"
    place: Place


class Entry(NamedTuple):
    key_place: Place
    value: "Node"


class Mapping(NamedTuple):
    entries: dict[str, Entry]
    place: Place


Node = Scalar | Sequence | Mapping


def find(root: Node, path: Path) -> Node:
    """The value at a path, or the innermost one on the way to it."""
    node = root
    for step in path:
        inner = child(node, step)
        if inner is None:
            return node
        node = inner
    return node


def child(node: Node, step: str | int) -> Node | None:
    if isinstance(node, Mapping):
        entry = node.entries.get(str(step))
        return entry.value if entry is not None else None
    if isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
        return node.items[step]
    return None


def key_place(root: Node, path: Path) -> Place | None:
    """Where the last key of a path stands; None if it is not there."""
    parent = find(root, path[:-1])
    entry = parent.entries.get(str(path[-1])) if path and isinstance(parent, Mapping) else None
    return entry.key_place if entry is not None else None
