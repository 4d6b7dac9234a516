"""slo.yaml: read, checked, and turned into the model; every problem with its place."""

from sloguard.config.load import Loaded, load, load_text
from sloguard.config.problem import Level, Problem

__all__ = ["Level", "Loaded", "Problem", "load", "load_text"]
