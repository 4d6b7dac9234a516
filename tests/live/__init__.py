"""Live checks, proposals: against a real Prometheus with a small past."""
