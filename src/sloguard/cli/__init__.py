"""The command line. Each command is a module here; it is imported only when it runs."""

from sloguard.cli.main import main

__all__ = ["main"]
