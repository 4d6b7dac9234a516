"""Proposing a first slo.yaml: the pure parts."""
