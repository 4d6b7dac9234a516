"""Dashboards in Grafana, by its HTTP API.

Who wrote a dashboard last, its version says: ours bears the message `Applied by sloguard, <fingerprint>`. Grafana
itself refuses what was made from an older version (412).
"""

import json
import re
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

from sloguard.errors import PublishConflictError
from sloguard.model.publishing import GrafanaSettings
from sloguard.publish.http import ServerClient
from sloguard.publish.item import Content, Found, fingerprint_of

_MESSAGE = re.compile(r"Applied by sloguard, ([0-9a-f]{16})")
_OWN_FIELDS = frozenset({"id", "uid", "version", "iteration"})
"""What Grafana itself sets. The uid is the dashboard's name here."""
_OK, _FOUND_OR_NOT, _SAVED = frozenset({200}), frozenset({200, 404}), frozenset({200, 412})
_MOST_DASHBOARDS = 5000


class Grafana:
    """Implements the Target protocol."""

    noun = "dashboard"

    def __init__(self, settings: GrafanaSettings, tag: str, pause: Callable[[float], None]) -> None:
        """`tag` is on every dashboard of ours."""
        self.title = f"Grafana {settings.access.url}, folder {settings.folder}"
        self._folder = settings.folder
        self._tag = tag
        self._client = ServerClient(settings.access, "Grafana", pause)
        self._folder_uid: str | None = None
        self._made_folder = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._client.__exit__(kind, error, traceback)

    def found(self, names: frozenset[str]) -> Mapping[str, Found]:
        folder = self._find_folder()
        ours = self._tagged(folder) if folder else frozenset()
        found = (self.look(name) for name in sorted(names | ours))
        return {each.name: each for each in found if each is not None}

    def look(self, name: str) -> Found | None:
        response = self._client.ask("GET", f"/api/dashboards/uid/{quote(name, safe='')}", _FOUND_OR_NOT)
        if response.status_code != 200:  # noqa: PLR2004 - 404, as asked for
            return None
        answer = self._object(response)
        dashboard, meta = answer.get("dashboard"), answer.get("meta")
        if not isinstance(dashboard, dict) or not isinstance(meta, dict):
            raise self._client.problem("does not answer with a dashboard. Is its url in slo.yaml right?")
        version = int(dashboard.get("version", 0))
        present = self.fingerprint(dashboard)
        applied, is_latest = self._applied(name, version)
        content = {"dashboard": dashboard, "folderUid": meta.get("folderUid", "")}
        # Grafana may keep a dashboard in a form of its own: as long as ours is the latest version, it is ours.
        if applied and is_latest:
            present = applied
        return Found(name, content, dashboard_text(dashboard), applied, present, version)

    def fingerprint(self, content: Content) -> str:
        return fingerprint_of({key: value for key, value in content.items() if key not in _OWN_FIELDS})

    def write(self, content: Content, before: Found | None) -> None:
        message = f"Applied by sloguard, {self.fingerprint(content)}"
        version = before.version if before else 0
        dashboard = {**content, "id": None, "version": version}
        self._save(dashboard, self._folder_made(), message, overwrite=False)

    def put_back(self, before: Found) -> None:
        message = "Put back by sloguard: an apply was given up"
        if before.is_intact:
            message = f"Applied by sloguard, {before.applied} (put back: a later apply was given up)"
        self._save({**before.content["dashboard"], "id": None}, before.content["folderUid"], message, overwrite=True)

    def remove(self, name: str) -> None:
        self._client.ask("DELETE", f"/api/dashboards/uid/{quote(name, safe='')}", _FOUND_OR_NOT)

    def clear_up(self) -> None:
        if self._made_folder:
            self._client.ask("DELETE", f"/api/folders/{quote(self._folder_uid or '', safe='')}", _FOUND_OR_NOT)
            self._folder_uid, self._made_folder = None, False

    def _save(self, dashboard: Content, folder: str, message: str, *, overwrite: bool) -> None:
        body = {"dashboard": dashboard, "folderUid": folder, "message": message, "overwrite": overwrite}
        response = self._client.ask("POST", "/api/dashboards/db", _SAVED, json=body)
        if response.status_code != 200:  # noqa: PLR2004 - 412, as asked for
            why = self._object(response).get("message", "")
            raise PublishConflictError(
                f"dashboard {dashboard.get('uid')}: Grafana says that somebody else has changed it ({why}). "
                "Look at it, and apply again."
            )

    def _applied(self, name: str, version: int) -> tuple[str | None, bool]:
        """The fingerprint of what we have put there last, and whether nobody has written since."""
        path = f"/api/dashboards/uid/{quote(name, safe='')}/versions"
        answer = self._json(self._client.ask("GET", path, _OK, params={"limit": "100"}))
        versions = answer.get("versions") if isinstance(answer, dict) else answer
        if not isinstance(versions, list):
            raise self._client.problem("does not tell a dashboard's versions.")
        told = (each for each in versions if isinstance(each, dict))
        for each in sorted(told, key=lambda each: -int(each.get("version", 0))):
            if mark := _MESSAGE.match(str(each.get("message", ""))):
                return mark[1], int(each.get("version", 0)) == version
        return None, False

    def _tagged(self, folder: str) -> frozenset[str]:
        params = {"type": "dash-db", "tag": self._tag, "folderUIDs": folder, "limit": str(_MOST_DASHBOARDS)}
        hits = self._json(self._client.ask("GET", "/api/search", _OK, params=params))
        if not isinstance(hits, list):
            raise self._client.problem("does not answer a search.")
        return frozenset(str(hit["uid"]) for hit in hits if isinstance(hit, dict) and hit.get("uid"))

    def _find_folder(self) -> str | None:
        if self._folder_uid is None:
            folders = self._json(self._client.ask("GET", "/api/folders", _OK, params={"limit": "1000"}))
            if not isinstance(folders, list):
                raise self._client.problem("does not tell its folders. Is its url in slo.yaml right?")
            uids = (each.get("uid") for each in folders if isinstance(each, dict) and each.get("title") == self._folder)
            self._folder_uid = next((str(uid) for uid in uids if uid), None)
        return self._folder_uid

    def _folder_made(self) -> str:
        """The folder's uid; made if it is not there."""
        folder = self._find_folder()
        if folder is None:
            answer = self._object(self._client.ask("POST", "/api/folders", _OK, json={"title": self._folder}))
            folder = self._folder_uid = str(answer.get("uid", ""))
            self._made_folder = True
        return folder

    def _object(self, response: httpx.Response) -> Mapping[str, Any]:
        answer = self._json(response)
        if not isinstance(answer, dict):
            raise self._client.problem("answers in another form than Grafana. Is its url in slo.yaml right?")
        return answer

    def _json(self, response: httpx.Response) -> object:
        try:
            answer: object = response.json()
        except ValueError as error:
            raise self._client.problem("does not answer with JSON. Is its url in slo.yaml right?") from error
        return answer


def dashboard_text(dashboard: Content) -> str:
    """As a person reads it; the same for dashboards that mean the same."""
    plain = {key: value for key, value in dashboard.items() if key not in _OWN_FIELDS}
    return json.dumps(plain, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
