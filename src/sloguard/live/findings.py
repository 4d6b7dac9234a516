"""What a check found: which code, where, and the words."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sloguard.config.codes.code import Code
from sloguard.config.nodes import Path
from sloguard.live.facts import Facts
from sloguard.model.slo import Slo


@dataclass(frozen=True, slots=True)
class Finding:
    """Words without anything that the file takes from the environment; the file's own text is shown beside them."""

    code: Code
    path: Path
    """Below the SLO's own path; from the top of the file where `slo_id` is empty."""
    what: str
    do: str
    why: str = ""
    slo_id: str = ""


SloCheck = Callable[[Slo, Facts], Iterable[Finding]]
