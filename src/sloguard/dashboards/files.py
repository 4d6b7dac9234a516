"""The dashboard files: the overview, one for each service and for its funnels, and sloguard's own."""

import json
from collections.abc import Mapping

from sloguard.dashboards.board import GENERATED_TAG, render
from sloguard.dashboards.funnels import funnel_board
from sloguard.dashboards.overview import overview
from sloguard.dashboards.own import own_board
from sloguard.dashboards.service import service_board
from sloguard.model.settings import Configuration
from sloguard.promql import names

DIRECTORY = "dashboards"


def dashboard_files(configuration: Configuration) -> Mapping[str, str]:
    """Path (relative, with `/`) and JSON of each dashboard."""
    evaluation, web_url = configuration.evaluation, configuration.web_url
    boards = {names.OVERVIEW_FILE: overview(configuration)}
    for service in configuration.services:
        boards[names.file_stem(service.name)] = service_board(service, evaluation.slice, web_url)
        if service.funnels:
            boards[names.funnels_stem(service.name)] = funnel_board(service, web_url)
    boards[names.SELF_FILE] = own_board(evaluation, web_url)
    return {f"{DIRECTORY}/{stem}.json": render(board) for stem, board in boards.items()}


def is_generated(text: str) -> bool:
    """Whether a dashboard was written by us."""
    if GENERATED_TAG not in text:
        return False
    try:
        dashboard = json.loads(text)
    except ValueError:
        return False
    return isinstance(dashboard, dict) and GENERATED_TAG in dashboard.get("tags", [])
