"""Receivers: who is told of an alert, and how each of them wants to be told."""

from sloguard.notify.registry import build_receivers

__all__ = ["build_receivers"]
