"""What the daemon shows over HTTP: the page, the JSON API, health and metrics."""

from sloguard.web.app import create_app
from sloguard.web.server import WebServer, listen_address

__all__ = ["WebServer", "create_app", "listen_address"]
