"""Templates to HTML. Everything that is put into one is escaped."""

from http import HTTPStatus
from importlib.metadata import version

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

_TEMPLATES = Environment(
    loader=PackageLoader("sloguard.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_VERSION = version("sloguard")


def render(template: str, *, root: str = "", **values: object) -> str:
    """HTML of a template. `root` is the path that a proxy serves sloguard under, without a trailing slash."""
    return _TEMPLATES.get_template(template).render(root=root, version=_VERSION, **values)


def html_response(request: Request, template: str, *, status: HTTPStatus, **values: object) -> HTMLResponse:
    root = str(request.scope.get("root_path", ""))
    return HTMLResponse(render(template, root=root, **values), status_code=status)
