"""Problems of SLOs that are made of others."""

from sloguard.config.codes.code import Code, Scope

UNKNOWN_MEMBER = Code(
    "SG095",
    "A member that is not declared",
    "A composite's members are SLOs of the same configuration, as `service/slo`; a bare name is one of the same "
    "service.",
    "Correct the name, or declare the SLO.",
    "indicator: {composite: {members: [{slo: latency}]}}\n",
)

CIRCLE = Code(
    "SG096",
    "An SLO that is a member of itself",
    "A composite is computed from its members: what leads back to it, directly or through another composite, has no "
    "value.",
    "Remove one of the members on the way that the message shows.",
    "indicator: {composite: {members: [{slo: availability}]}}\n",
)

COMPOSITE = Code(
    "SG097",
    "Not a usable composite",
    "A composite has each member once, and counts nothing itself: it has neither timeslices nor labels of its own.",
    "Name each member once; put budgeting and breakdown_by to the members.",
    """version: 1
services:
  - name: shop
    runbook_url: https://runbooks.example.com/shop
    slos:
      - {name: availability, objective: 99.9, indicator: {events: {bad: errors_total, total: requests_total}}}
      - name: all
        objective: 99
        indicator: {composite: {members: [{slo: availability, weight: 2}, {slo: availability}]}}
""",
    Scope.FILE,
)
