"""The groups that an SLO is declared to have."""

from dataclasses import replace

from sloguard.config.codes import groups
from sloguard.config.nodes import Path
from sloguard.config.report import Report
from sloguard.config.schema.service import SloEntry
from sloguard.model.group import LONGEST_GROUP_LABEL, MOST_GROUP_LABELS
from sloguard.model.slo import Slo
from sloguard.promql.terms import CounterTerms, counting_terms

_MOST_GROUPS = 1_000
_RESERVED = ("__", "sloguard_")


def with_groups(slo: Slo, entry: SloEntry, path: Path, report: Report) -> Slo:
    """The SLO as a template if it is grouped; what is wrong with its groups is reported."""
    limit = _limit(entry, path, report)
    labels = tuple(sorted(set(entry.group_by)))
    if not labels:
        return slo
    if not isinstance(counting_terms(slo.indicator), CounterTerms):
        what, do = "stands beside an indicator that is no counter", "Write one SLO for each value, with its own query."
        report.at(groups.GROUPED_KIND, (*path, "group_by"), what, do)
    _check_labels(labels, (*path, "group_by"), report)
    return replace(slo, group_by=labels, group_limit=slo.group_limit if limit is None else limit)


def _check_labels(labels: tuple[str, ...], path: Path, report: Report) -> None:
    if len(labels) > MOST_GROUP_LABELS:
        do = f"Keep at most {MOST_GROUP_LABELS}: each combination of their values is an SLO."
        report.at(groups.GROUP_LABELS, path, "names too many labels", do, got=str(len(labels)))
    for label in labels:
        if label == "le" or label.startswith(_RESERVED):
            do = "Use a label that the metric has of its own."
            report.at(groups.GROUP_LABELS, path, "names a label that makes no groups", do)
        elif len(label) > LONGEST_GROUP_LABEL:
            do = f"Use a label of at most {LONGEST_GROUP_LABEL} characters."
            report.at(groups.GROUP_LABELS, path, "names a label that is too long", do)


def _limit(entry: SloEntry, path: Path, report: Report) -> int | None:
    if entry.group_limit is None:
        return None
    place = (*path, "group_limit")
    if not entry.group_by:
        report.at(groups.GROUP_LIMIT, place, "stands without group_by", "Add group_by, or leave the limit out.")
    elif entry.group_limit > _MOST_GROUPS or entry.group_limit != int(entry.group_limit):
        do = f"Write a whole number from 1 to {_MOST_GROUPS:,}."
        report.at(groups.GROUP_LIMIT, place, f"must be a whole number up to {_MOST_GROUPS:,}", do)
    else:
        return int(entry.group_limit)
    return None
