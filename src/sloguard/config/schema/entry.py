"""What all mappings of slo.yaml have in common."""

from pydantic import BaseModel, ConfigDict


class Entry(BaseModel):
    """A mapping whose keys are all known. Absent keys are None."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
