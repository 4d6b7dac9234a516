"""The dashboard files: the overview, and one for each service."""

import json
from collections.abc import Mapping

from sloguard.dashboards.board import GENERATED_TAG, render
from sloguard.dashboards.overview import overview
from sloguard.dashboards.service import service_board
from sloguard.model.settings import Configuration

DIRECTORY = "dashboards"
_OVERVIEW = "overview"


def dashboard_files(configuration: Configuration) -> Mapping[str, str]:
    """Path (relative, with `/`) and JSON of each dashboard."""
    files = {f"{DIRECTORY}/{_OVERVIEW}.json": render(overview(configuration))}
    for service in configuration.services:
        name = service.name if service.name != _OVERVIEW else f"{_OVERVIEW}.service"
        files[f"{DIRECTORY}/{name}.json"] = render(service_board(service, configuration.evaluation.slice))
    return files


def is_generated(text: str) -> bool:
    """Whether a dashboard was written by us."""
    if GENERATED_TAG not in text:
        return False
    try:
        dashboard = json.loads(text)
    except ValueError:
        return False
    return isinstance(dashboard, dict) and GENERATED_TAG in dashboard.get("tags", [])
