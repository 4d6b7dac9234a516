"""PromQL: names, text, queries. No I/O."""
