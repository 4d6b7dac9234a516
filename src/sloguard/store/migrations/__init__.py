"""The schema's history, one file a step. Only `migrating` reads it."""
