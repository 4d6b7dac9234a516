"""Slack's own client, kept from taking the token elsewhere. The only file that overrides a part of slack-sdk."""

from typing import Any
from urllib.request import HTTPRedirectHandler, HTTPSHandler, ProxyHandler, Request, build_opener

from slack_sdk import WebClient

_LONGEST_ANSWER = 1_048_576


class _StayingHere(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """No other request: the redirect itself is the answer, and no message."""


class StayingWebClient(WebClient):
    """Follows no redirect: urllib would send the Authorization header along to wherever it points."""

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:  # noqa: ARG002 - as above
        proxies = {"http": self.proxy, "https": self.proxy} if self.proxy else {}
        opener = build_opener(_StayingHere, ProxyHandler(proxies), HTTPSHandler(context=self.ssl))
        with opener.open(req, timeout=self.timeout) as answer:
            body = answer.read(_LONGEST_ANSWER).decode()
            return {"status": answer.status, "headers": answer.headers, "body": body}
