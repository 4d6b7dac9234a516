"""What `sloguard apply` is put together from."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

import yaml

from sloguard.dashboards.board import GENERATED_TAG
from sloguard.errors import UsageError
from sloguard.model.publishing import ApplySettings
from sloguard.publish import Grafana, Item, Plan, Ruler, planned
from sloguard.publish.grafana import dashboard_text
from sloguard.publish.ruler import group_text


@contextmanager
def planned_changes(
    settings: ApplySettings | None,
    rules: Mapping[str, str] | None,
    dashboards: Mapping[str, str] | None,
    *,
    prune: bool,
    force: bool,
) -> Iterator[Sequence[Plan]]:
    """What has to change on each server; they can be reached while the context lasts.

    Args:
        settings: where to push to.
        rules: the generated rule files by path; None leaves the ruler alone.
        dashboards: the generated dashboard files by path; None leaves Grafana alone.
        prune: also remove what belongs to services that are gone.
        force: take over what others have changed.

    Raises:
        PublishError: a server cannot be asked.
        UsageError: the file does not say where to push to.
    """
    ruler = settings.ruler if settings and rules is not None else None
    grafana = settings.grafana if settings and dashboards is not None else None
    if ruler is None and grafana is None:
        raise UsageError("slo.yaml does not say where to. Add apply: {ruler: {url: …}, grafana: {url: …}} to it.")
    with ExitStack() as stack:
        plans: list[Plan] = []
        if ruler is not None:
            target = stack.enter_context(Ruler(ruler, time.sleep))
            plans.append(planned(target, _groups(rules or {}), prune=prune, force=force))
        if grafana is not None:
            boards = stack.enter_context(Grafana(grafana, GENERATED_TAG, time.sleep))
            plans.append(planned(boards, _dashboards(dashboards or {}), prune=prune, force=force))
        yield plans


def _groups(files: Mapping[str, str]) -> Sequence[Item]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    groups = [group for text in files.values() for group in yaml.load(text, Loader=loader)["groups"] or ()]  # noqa: S506 - a safe loader
    return [Item(group["name"], group, group_text(group)) for group in groups]


def _dashboards(files: Mapping[str, str]) -> Sequence[Item]:
    boards = [json.loads(text) for text in files.values()]
    return [Item(board["uid"], board, dashboard_text(board)) for board in boards]
