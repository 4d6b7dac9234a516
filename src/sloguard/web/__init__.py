"""What the daemon shows over HTTP: the page, the JSON API, health and metrics."""

from sloguard.web.app import create_app
from sloguard.web.desk import Desk
from sloguard.web.server import WebServer, listen_address

__all__ = ["Desk", "WebServer", "create_app", "listen_address"]
