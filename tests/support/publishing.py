"""Stand-ins for a ruler and for Grafana: they keep what is pushed, and fail where they are told to."""

import copy
import json
import re
import socket
from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields
from enum import Enum
from types import TracebackType
from typing import Any, Self

import yaml
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from sloguard.model.duration import format_duration, parse_duration

TOKEN = "t0ken-of-the-server"


class Fault(Enum):
    """What becomes of a request."""

    REFUSED = 400
    UNAUTHORIZED = 401
    TOO_MANY = 429
    ERROR = 500
    UNAVAILABLE = 503
    CUT = "the connection is cut, nothing is done"
    CUT_AFTER = "it is done, and the connection is cut"


@dataclass
class Faults:
    """Which of the changing requests fail."""

    at: int = 0
    """Number of the first one, from 1; 0: none."""
    fault: Fault = Fault.ERROR
    times: int = 1
    seen: int = 0
    never_again: bool = False
    """All changing requests after it fail as well."""

    def next(self) -> Fault | None:
        self.seen += 1
        last = float("inf") if self.never_again else self.at + self.times - 1
        return self.fault if self.at and self.at <= self.seen <= last else None


def _nothing() -> None: ...


def _cut(request: Request) -> Response:
    request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    return Response("", status=500)


@dataclass
class StandIn:
    """A server on a loopback port, from enter to exit."""

    faults: Faults = field(default_factory=Faults)
    requests: list[Request] = field(default_factory=list)
    changes: int = 0
    before_change: Callable[[], None] = _nothing

    def forget(self) -> None:
        """Be as on the first day: starting another one takes half a second."""
        for each in fields(self):
            setattr(self, each.name, each.default_factory() if each.default_factory is not MISSING else each.default)

    def __enter__(self) -> Self:
        self.server = HTTPServer(host="127.0.0.1")
        self.server.expect_request(re.compile("/.*")).respond_with_handler(self._handle)
        self.server.start()
        self.url = self.server.url_for("").rstrip("/")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.server.clear()
        self.server.stop()

    def _handle(self, request: Request) -> Response:
        request.get_data()
        self.requests.append(request)
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return Response("who are you?", status=401)
        if request.method == "GET":
            return self.answer(request)
        self.changes += 1
        self.before_change()
        match self.faults.next():
            case None:
                return self.answer(request)
            case Fault.CUT:
                return _cut(request)
            case Fault.CUT_AFTER:
                self.answer(request)
                return _cut(request)
            case fault:
                headers = {"Retry-After": "7"} if fault is Fault.TOO_MANY else {}
                return Response(f"{fault.name} as told", status=int(fault.value), headers=headers)

    def answer(self, request: Request) -> Response:
        raise NotImplementedError


@dataclass
class RulerStandIn(StandIn):
    """As Mimir's ruler: https://grafana.com/docs/mimir/latest/references/http-api/#ruler."""

    namespaces: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    most_groups: int = 70

    def answer(self, request: Request) -> Response:
        # The path as it was sent: a group's name may hold a slash.
        path = request.environ["REQUEST_URI"].removeprefix("/prometheus/config/v1/rules").strip("/")
        namespace, _, group = (part.replace("%2F", "/").replace("%20", " ") for part in path.partition("/"))
        groups = self.namespaces.setdefault(namespace, {})
        match request.method, group:
            case "GET", "":
                found = yaml.safe_dump({namespace: list(groups.values())}, sort_keys=False)
                return Response(found) if groups else Response("no rule groups found\n", status=404)
            case "GET", name:
                if name not in groups:
                    return Response("group does not exist\n", status=404)
                return Response(yaml.safe_dump(groups[name], sort_keys=False))
            case "DELETE", name:
                return Response("", status=202 if groups.pop(name, None) else 404)
            case _:
                return self._take(groups, yaml.safe_load(request.get_data(as_text=True)))

    def _take(self, groups: dict[str, dict[str, Any]], group: dict[str, Any]) -> Response:
        if len(group["rules"]) > 20:
            return Response("per-user rules per rule group limit (limit: 20) exceeded", status=400)
        if len(groups.keys() | {group["name"]}) > self.most_groups:
            return Response(f"per-user rule groups limit (limit: {self.most_groups}) exceeded", status=400)
        group["interval"] = format_duration(parse_duration(group["interval"]))
        for rule in group["rules"]:
            if "for" in rule and rule["for"] in {"0s", 0}:
                del rule["for"]
        groups[group["name"]] = group
        return Response('{"status":"success","data":null}', status=202)

    def state(self) -> object:
        return copy.deepcopy({name: groups for name, groups in self.namespaces.items() if groups})


@dataclass
class GrafanaStandIn(StandIn):
    """As Grafana's HTTP API: https://grafana.com/docs/grafana/latest/developers/http_api/dashboard/."""

    folders: dict[str, str] = field(default_factory=dict)
    """Title by uid."""
    dashboards: dict[str, dict[str, Any]] = field(default_factory=dict)
    folder_of: dict[str, str] = field(default_factory=dict)
    versions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def answer(self, request: Request) -> Response:  # noqa: PLR0911 - one for each part of the API
        path = request.path.removeprefix("/api")
        body = json.loads(request.get_data()) if request.get_data() else {}
        if path == "/search":
            return self._search(request)
        if path == "/folders" and request.method == "GET":
            return _json([{"uid": uid, "title": title} for uid, title in self.folders.items()])
        if path == "/folders":
            uid = f"folder-{len(self.folders) + 1}"
            self.folders[uid] = body["title"]
            return _json({"uid": uid, "title": body["title"]})
        if path.startswith("/folders/"):
            return _json({}, 200 if self.folders.pop(path.removeprefix("/folders/"), None) else 404)
        if path == "/dashboards/db":
            return self._save(body)
        uid, _, rest = path.removeprefix("/dashboards/uid/").partition("/")
        if uid not in self.dashboards:
            return _json({"message": "Dashboard not found"}, 404)
        if rest == "versions":
            return _json({"continueToken": "", "versions": self.versions[uid][::-1]})
        if request.method == "DELETE":
            del self.dashboards[uid], self.versions[uid], self.folder_of[uid]
            return _json({"message": "deleted"})
        return _json({"dashboard": self.dashboards[uid], "meta": {"folderUid": self.folder_of[uid]}})

    def _search(self, request: Request) -> Response:
        tag, folder = request.args["tag"], request.args["folderUIDs"]
        hits = [
            {"uid": uid, "type": "dash-db"}
            for uid, board in self.dashboards.items()
            if tag in board.get("tags", []) and self.folder_of[uid] == folder
        ]
        return _json(hits)

    def _save(self, body: dict[str, Any]) -> Response:
        board = dict(body["dashboard"])
        uid, known = board["uid"], self.dashboards.get(board["uid"])
        if known and not body["overwrite"] and board.get("version") != known["version"]:
            why = "The dashboard has been changed by someone else"
            return _json({"status": "version-mismatch", "message": why}, 412)
        if body["folderUid"] not in self.folders:
            return _json({"message": "folder not found"}, 400)
        self.save(board, body["folderUid"], body.get("message", ""))
        return _json({"uid": uid, "version": self.dashboards[uid]["version"], "status": "success"})

    def save(self, board: dict[str, Any], folder: str, message: str) -> None:
        """As somebody does it, with or without this API."""
        uid = board["uid"]
        version = len(self.versions.get(uid, [])) + 1
        self.dashboards[uid] = {**board, "id": 17, "version": version}
        self.folder_of[uid] = folder
        self.versions.setdefault(uid, []).append({"version": version, "message": message})

    def state(self) -> object:
        boards = {
            uid: {key: value for key, value in board.items() if key not in {"id", "version"}}
            for uid, board in self.dashboards.items()
        }
        return copy.deepcopy((self.folders, boards, self.folder_of))


def _json(value: object, status: int = 200) -> Response:
    return Response(json.dumps(value), status=status, content_type="application/json")
