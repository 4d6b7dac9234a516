"""Problems of funnels."""

from sloguard.config.codes.code import Code, Scope

FUNNEL_STEPS = Code(
    "SG093",
    "Not the steps of a funnel",
    "A funnel shows how many go on from each step to the next. That takes 2 to 20 steps, and names that tell them "
    "apart: panels are drawn by name.",
    "Name at least two steps, in the order in which people take them, each by a name of its own.",
    """version: 1
services:
  - name: shop
    runbook_url: https://runbooks.example.com/shop
    funnels:
      - name: purchase
        steps:
          - {name: visited, events: 'visits_total'}
    slos:
      - name: availability
        objective: 99.9
        indicator: {events: {bad: 'http_errors_total', total: 'http_requests_total'}}
""",
    Scope.FILE,
)
