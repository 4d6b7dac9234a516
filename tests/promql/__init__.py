"""Tests of PromQL as text."""
