"""Keeps the promises that services make: exact error budgets, true alerts, dashboards and rules as code."""
