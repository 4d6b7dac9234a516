"""Prometheus rules from SLOs: recording and alerting rules, one file a service. Pure."""

from sloguard.rules.files import DIRECTORY, is_generated, rule_files

__all__ = ["DIRECTORY", "is_generated", "rule_files"]
