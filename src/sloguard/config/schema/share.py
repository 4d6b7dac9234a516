"""A share of something, in percent with its sign or as a ratio."""

import re
from decimal import Decimal
from typing import Annotated

from pydantic import PlainValidator, WithJsonSchema

from sloguard.config.codes import alerting
from sloguard.config.fields import as_number
from sloguard.config.refusal import refusal

_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,7})?) ?%")


def _read_share(value: object) -> Decimal:
    """As a ratio, 0 <= ratio < 1."""
    percent = _PERCENT.fullmatch(value.strip()) if isinstance(value, str) else None
    ratio = Decimal(percent[1]) / 100 if percent else as_number(value)
    if ratio is None:
        raise refusal(alerting.SHARE, "must be a share", "Write it in percent, like 25%, or as a ratio, like 0.25.")
    if 0 <= ratio < 1:
        return ratio.normalize()
    do = "Write it in percent, like 25%, or as a ratio, like 0.25."
    meant = f"Write {ratio.normalize():f}%, if percent were meant." if percent is None and 1 <= ratio < 100 else do  # noqa: PLR2004 - percent
    raise refusal(alerting.SHARE, "must be at least 0 and below 100 %", meant, safe_do=do)


Share = Annotated[
    Decimal,
    PlainValidator(_read_share),
    WithJsonSchema({"type": ["number", "string"], "x-takes": "share, such as `25%` or 0.25"}),
]
