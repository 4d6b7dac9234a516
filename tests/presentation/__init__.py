"""Tests of how values read."""
