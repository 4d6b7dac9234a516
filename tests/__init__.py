"""Tests of sloguard."""
