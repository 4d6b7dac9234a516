"""What went wrong, in the form the asker understands: problem details (RFC 9457) for programs, a page for people."""

from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from sloguard.web.http import SECURITY_HEADERS
from sloguard.web.rendering import html_response

_LONGEST_DETAIL = 1_000
_FOR_PROGRAMS = ("/api", "/health", "/metrics", "/openapi.json")
_DETAILS = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take this method.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The request's body is larger than 64 KB.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "sloguard could not answer. Its log says why.",
}


class Refusal(HTTPException):
    """Says in a sentence of its own why; the sentence is shown."""


def problem(status: HTTPStatus, detail: str) -> Response:
    """A problem body as RFC 9457 describes it."""
    body = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail}
    return JSONResponse(body, status_code=status, media_type="application/problem+json")


def add_error_handlers(app: FastAPI) -> None:
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _misunderstood)
    app.add_exception_handler(Exception, _failed)


def _refused(request: Request, error: Exception) -> Response:
    status = HTTPStatus(error.status_code if isinstance(error, HTTPException) else HTTPStatus.INTERNAL_SERVER_ERROR)
    response = problem(status, error.detail) if isinstance(error, Refusal) else _answer(request, status)
    response.headers.update((error.headers or {}) if isinstance(error, HTTPException) else {})
    return response


def _misunderstood(_request: Request, error: Exception) -> Response:
    """What is out of bounds, unknown, or no number, and where; what was sent is not repeated."""
    found = error.errors() if isinstance(error, RequestValidationError) else ()
    places = [".".join(map(str, each["loc"][1:])) or "body" for each in found]
    words = "; ".join(f"{place}: {each['msg']}" for place, each in zip(places, found, strict=True))
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{words[:_LONGEST_DETAIL]}.")


def _failed(request: Request, _error: Exception) -> Response:
    """Starlette raises the error again once this is sent, so that the server logs it, once, with its traceback."""
    response = _answer(request, HTTPStatus.INTERNAL_SERVER_ERROR)
    # This answer is made outside of the middleware that adds them to all others.
    response.headers.update({**SECURITY_HEADERS, "cache-control": "no-store"})
    return response


def _for_programs(path: str) -> bool:
    return any(path == branch or path.startswith(f"{branch}/") for branch in _FOR_PROGRAMS)


def _answer(request: Request, status: HTTPStatus) -> Response:
    detail = _DETAILS.get(status, status.description)
    if _for_programs(request.scope["path"]):
        return problem(status, detail)
    return html_response(request, "problem.html", status=status, title=status.phrase, detail=detail)
