"""A valid file against its Prometheus: what is asked, and what the answers say about the file."""

from sloguard.live.check import live_problems

__all__ = ["live_problems"]
