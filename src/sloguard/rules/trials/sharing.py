"""Cases that several SLOs go through at once: promtool evaluates all rules of the file in each test."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sloguard.model.slo import Slo
from sloguard.promql.selectors import selector_parts
from sloguard.rules.trials.cases import Case
from sloguard.rules.trials.input import Inputs


@dataclass(frozen=True, slots=True)
class Trial:
    """An SLO to be tested."""

    slo: Slo
    inputs: Inputs
    cases: tuple[Case, ...]
    step: int
    """Minutes between evaluations: the same for all of a file."""


@dataclass(frozen=True, slots=True)
class SharedCase:
    title: str
    minutes: int
    members: tuple[tuple[Trial, Case], ...]


def shared_cases(trials: Sequence[Trial]) -> Iterator[SharedCase]:
    """The same case of SLOs that do not read each other's series is one."""
    for batch in _batches(trials):
        members: dict[tuple[str, int], list[tuple[Trial, Case]]] = {}
        for trial in batch:
            for case in trial.cases:
                members.setdefault((case.title, case.minutes), []).append((trial, case))
        for (title, minutes), pairs in members.items():
            yield SharedCase(title, minutes, tuple(pairs))


def _batches(trials: Sequence[Trial]) -> list[list[Trial]]:
    batches: list[list[Trial]] = []
    for trial in trials:
        fitting = (batch for batch in batches if not any(_interfere(trial.inputs, each.inputs) for each in batch))
        batch = next(fitting, None)
        if batch is None:
            batches.append([trial])
        else:
            batch.append(trial)
    return batches


def _interfere(one: Inputs, other: Inputs) -> bool:
    return _reads(one, other) or _reads(other, one)


def _reads(reader: Inputs, written: Inputs) -> bool:
    return any(
        example.matches(selector_parts(selector)) for selector in reader.selectors for example in written.examples
    )
