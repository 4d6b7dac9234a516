"""A first slo.yaml, proposed from what a live Prometheus already has."""
