"""Problems of configurations that consist of several files, and of templates."""

from sloguard.config.codes.code import Code, Scope
from sloguard.config.problem import Level

NOTHING_INCLUDED = Code(
    "SG080",
    "An include that finds nothing",
    "`include` names files, directories (all *.yaml and *.yml in them) or patterns, relative to the file it stands in. "
    "Patterns pass over hidden files and follow no links to directories with `**`.",
    "Correct the path.",
    "include: [no-such-team/*.yaml]\n",
    Scope.TOP,
)

INCLUDED_TWICE = Code(
    "SG081",
    "A file is read twice",
    "Each file is read once. A file that includes itself, directly or by way of others, or that two includes name, "
    "would declare its services twice.",
    "Keep one of the includes.",
    "include: slo.yaml\n",
    Scope.TOP,
)

DECLARED_TWICE = Code(
    "SG082",
    "Declared in two files",
    "Prometheus, evaluation, notify, routes and defaults hold for all files together: each is declared in one of them. "
    "Each template has one name. Services may be spread over all files.",
    "Keep one of the declarations.",
)

UNKNOWN_TEMPLATE = Code(
    "SG083",
    "There is no such template",
    "`template` names one of those that are declared under `templates`, in any of the files.",
    "Correct the name, or declare the template.",
    """version: 1
templates:
  http-service:
    slos:
      - name: availability
        objective: 99.9
        indicator: {events: {bad: 'http_errors_total{job="$(name)"}', total: 'http_requests_total{job="$(name)"}'}}
services:
  - {name: shop, template: http-servise, runbook_url: https://runbooks.example.com}
""",
    Scope.FILE,
)

PARAMETER = Code(
    "SG084",
    "Parameters and values do not fit together",
    "A template declares its `parameters` and uses each as `$(parameter)`; a service that uses the template gives each "
    "a value under `with`, unless there is a default. `$(name)` is always the service's name.",
    "Correct the name, add what is missing, or remove what is not used. For a literal `$(` write `$$(`.",
    """version: 1
templates:
  http-service:
    parameters: [job]
    slos:
      - name: availability
        objective: 99.9
        indicator: {events: {bad: 'http_errors_total{job="$(job)"}', total: 'http_requests_total{job="$(job)"}'}}
services:
  - {name: shop, template: http-service, with: {jbo: shop}, runbook_url: https://runbooks.example.com}
""",
    Scope.FILE,
)

UNFIT_VALUE = Code(
    "SG085",
    "A value that does not fit into the PromQL of a template",
    "Within quotes any value may stand, and stays text. Outside of quotes a value is one word, such as a metric's "
    "name: anything else would change what the expression means. Between backquotes it holds no backquote.",
    "Put the parameter into quotes, or give it a single word.",
    """version: 1
templates:
  http-service:
    parameters: [metric]
    slos:
      - {name: availability, objective: 99.9, indicator: {events: {bad: '$(metric)_errors', total: '$(metric)_total'}}}
services:
  - {name: shop, template: http-service, with: {metric: 'a{b="c"} or x'}, runbook_url: https://runbooks.example.com}
""",
    Scope.FILE,
)

UNUSED_TEMPLATE = Code(
    "SG120",
    "A template that no service uses",
    "It is not checked: only what a service makes of it can be.",
    "Name it in a service as `template`, or remove it.",
    """templates:
  http-service:
    slos:
      - {name: availability, objective: 99.9, indicator: {events: {bad: errors_total, total: requests_total}}}
""",
    Scope.TOP,
    Level.WARNING,
)

INCIDENT_TIME = Code(
    "SG086",
    "Not the time of an incident",
    "A file of incidents, as `backtest --incidents` reads it, says of each from when until when it was: RFC 3339 with "
    "a zone, or Unix seconds. The end comes after the beginning.",
    "Write both as 2026-11-22T03:00:00Z.",
)

INCIDENT_PLACE = Code(
    "SG087",
    "An incident of something unknown",
    "An incident may name the service or the SLO that it was in. Both must be declared in slo.yaml: an incident of "
    "another name would never be met, and count as missed.",
    "Correct the name, or leave it out for an incident of everything.",
)
