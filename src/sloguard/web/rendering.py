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


def render(template: str, *, root: str = ".", **values: object) -> str:
    """HTML of a template. `root` leads from the page to the overview's folder, without a trailing slash."""
    return _TEMPLATES.get_template(template).render(root=root, version=_VERSION, **values)


def html_response(request: Request, template: str, *, status: HTTPStatus, **values: object) -> HTMLResponse:
    return HTMLResponse(render(template, root=way_back(_asked_path(request)), **values), status_code=status)


def way_back(path: str) -> str:
    """The relative way from a page to the root: a proxy may serve sloguard under any prefix without telling.

    `.` from `/`, `..` from `/a/b`.
    """
    return "/".join([".."] * (path.count("/") - 1)) or "."


def _asked_path(request: Request) -> str:
    """As the browser sent it: an encoded slash is no folder."""
    raw: bytes | None = request.scope.get("raw_path")
    return request.scope["path"] if raw is None else raw.partition(b"?")[0].decode("ascii", "replace")
