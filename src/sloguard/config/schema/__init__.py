"""The language of slo.yaml as pydantic models: which keys there are, what they take, what they mean."""
