"""Pushing what is generated to a ruler and to Grafana: compared first, all or nothing, never over others' changes."""

from sloguard.publish.grafana import Grafana
from sloguard.publish.item import Change, ChangeKind, Conflict, Item
from sloguard.publish.push import Plan, carry_out, planned
from sloguard.publish.ruler import Ruler

__all__ = ["Change", "ChangeKind", "Conflict", "Grafana", "Item", "Plan", "Ruler", "carry_out", "planned"]
