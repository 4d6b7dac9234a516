"""How a field says no to a value: an error of pydantic's that carries one of our codes and plain words."""

from pydantic_core import PydanticCustomError

from sloguard.config.codes.code import Code


def refusal(
    code: Code, what: str, do: str, *, why: str = "", safe_do: str = "", hidden: bool = False
) -> PydanticCustomError:
    """An error to raise from a validator.

    Args:
        code: what kind of problem it is.
        what: what is wrong, as it goes on after the field's name: "must be below 100".
        do: a sentence.
        why: a clause.
        safe_do: stands in for `do`, and nothing for `why`, where the value must not be quoted; set it if they
            are derived from the value.
        hidden: the value itself is not shown.
    """
    return PydanticCustomError(
        code.id, "{what}", {"what": what, "do": do, "why": why, "safe_do": safe_do, "hidden": hidden}
    )
