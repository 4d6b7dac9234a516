"""SLOs that recording rules cannot judge as the daemon does: they are left out of the rules, and it is said why."""

from sloguard.model.composite import CompositeIndicator
from sloguard.model.slo import Slo


def unruled(slo: Slo) -> str | None:
    """Why an SLO has no rules; None if it has some. A clause that goes on after "because"."""
    if slo.timeslices is not None:
        return "its timeslices are judged by the daemon, and a rule sees no slice as a whole"
    if slo.group_by:
        labels = ", ".join(slo.group_by)
        return f"it is one SLO for each value of {labels}, and only the daemon knows which of them have a place"
    if isinstance(slo.indicator, CompositeIndicator):
        return "its members are measured and weighed by the daemon"
    return None
