"""The reference of all keys, as Markdown, from the JSON Schema."""

import json
from collections.abc import Mapping

from sloguard.config.schema.required import ALL_REQUIRED

Schema = Mapping[str, object]

_HEAD = """# slo.yaml

This page is generated from the models that check the file; [slo.schema.json](slo.schema.json) is the same for editors.
Name it in the first line of your file, and they complete and underline as you type:

```yaml
# yaml-language-server: $schema=./docs/slo.schema.json
version: 1
services:
  - name: shop
    owner: checkout
    runbook_url: https://runbooks.example.com/shop
    slos:
      - name: availability
        objective: 99.9
        indicator:
          events:
            bad: 'http_requests_total{service="shop",code=~"5.."}'
            total: 'http_requests_total{service="shop"}'
```

- **Durations** are written as Prometheus does: `300ms`, `30s`, `5m`, `1h30m`, `30d`.
- **Environment references** work in every text: `${NAME}`, or `${NAME:-default}` where NAME may be missing or empty. \
`$${` is a literal `${`. Messages show the reference, never the value.
- **Secrets** may stand in a file of their own: `token_file` instead of `token`.
- **Anchors** (`&name`, `*name`, `<<: *name`) work, and cost nothing in clarity where a few lines repeat.
- **Unknown keys** are errors. So are keys without a value.
- What an SLO does not say comes from its service, then from `defaults`.
- Unquoted `on`, `off`, `yes`, `no`, `12:30`, `017` and `1_000` are refused: YAML readers disagree about them.

## Several files

`--config` names a file, a directory (all *.yaml and *.yml in it) or a pattern such as `'slos/**/*.yaml'`; \
and a file may include others:

```yaml
version: 1
include: [team-a/*.yaml, team-b]
```

- Together they are one configuration. Every file has its own `version`.
- `prometheus`, `evaluation`, `notify`, `routes` and `defaults` stand in one of them and hold for all. \
Templates may be declared and used in any of them, and any of them may add to `maintenance`.
- A service stands in one file. A file is read once: including it twice, or in a circle, is an error.
- Paths (`include`, `*_file`) are relative to the file that they stand in. Hidden files are passed over.
- Problems bear the name of their own file.

## Templates

```yaml
version: 1
templates:
  http-service:
    parameters: [job, {objective: 99.9}]
    runbook_url: https://runbooks.example.com/$(name)
    slos:
      - name: availability
        objective: $(objective)
        indicator:
          events:
            bad: 'http_requests_total{job="$(job)",code=~"5.."}'
            total: 'http_requests_total{job="$(job)"}'
services:
  - {name: shop, template: http-service, with: {job: shop-api}}
  - {name: search, template: http-service, with: {job: search, objective: 99.5}}
  - name: checkout
    template: http-service
    with: {job: checkout}
    owner: payments
    slos:
      - {name: availability, objective: 99.95}
```

- A template is a service without its name. A service that uses it says what is different: its own keys win, \
and an SLO of the same name changes only the keys it has.
- `$(parameter)` works in every text of the template; `$(name)` is the service's name; `$$(` is a literal `$(`.
- Parameters without a default need a value; one that is unknown or never used is an error.
- Within quotes in PromQL a value stays text, whatever it holds. Outside of quotes it must be a single word.
- A problem within a template is reported once, at the template's line, with the services that it concerns.
"""

_ORDER = (
    "ServiceEntry",
    "SloEntry",
    "TemplateEntry",
    "FunnelEntry",
    "StepEntry",
    "IndicatorEntry",
    "EventsEntry",
    "LatencyEntry",
    "ThresholdEntry",
    "FreshnessEntry",
    "RatioEntry",
    "CompositeEntry",
    "MemberEntry",
    "WindowEntry",
    "BudgetingEntry",
    "AlertingEntry",
    "TierEntry",
    "SuccessRateEntry",
    "BudgetEntry",
    "ForecastEntry",
    "NoDataEntry",
    "SelfAlertEntry",
    "MaintenanceEntry",
    "FoldingEntry",
    "RemindersEntry",
    "WebEntry",
    "DefaultsEntry",
    "PrometheusEntry",
    "BasicAuthEntry",
    "TlsEntry",
    "EvaluationEntry",
    "RetentionEntry",
    "BackupEntry",
    "ApplyEntry",
    "RulerEntry",
    "GrafanaEntry",
    "NotifyEntry",
    "MessagesEntry",
    "SlackEntry",
    "PagerDutyEntry",
    "RoutesEntry",
)
_TITLES = {
    "ServiceEntry": "A service",
    "SloEntry": "An SLO",
    "TemplateEntry": "A template",
    "FunnelEntry": "A funnel",
    "StepEntry": "A step of a funnel",
    "IndicatorEntry": "indicator",
    "EventsEntry": "indicator: events",
    "LatencyEntry": "indicator: latency",
    "ThresholdEntry": "indicator: threshold",
    "FreshnessEntry": "indicator: freshness",
    "RatioEntry": "indicator: ratio",
    "CompositeEntry": "indicator: composite",
    "MemberEntry": "A member",
    "WindowEntry": "window",
    "BudgetingEntry": "budgeting",
    "AlertingEntry": "alerting",
    "MaintenanceEntry": "maintenance",
    "FoldingEntry": "folding",
    "RemindersEntry": "reminders",
    "WebEntry": "web",
    "TierEntry": "A tier",
    "SuccessRateEntry": "A success-rate tier",
    "BudgetEntry": "A threshold of the budget",
    "ForecastEntry": "alerting: forecast",
    "NoDataEntry": "alerting: no_data",
    "SelfAlertEntry": "self_alert",
    "DefaultsEntry": "defaults",
    "PrometheusEntry": "prometheus",
    "BasicAuthEntry": "prometheus: basic_auth",
    "TlsEntry": "prometheus: tls",
    "EvaluationEntry": "evaluation",
    "RetentionEntry": "retention",
    "BackupEntry": "backup",
    "ApplyEntry": "apply",
    "RulerEntry": "apply: ruler",
    "GrafanaEntry": "apply: grafana",
    "NotifyEntry": "notify",
    "MessagesEntry": "messages",
    "SlackEntry": "notify: slack",
    "PagerDutyEntry": "notify: pagerduty",
    "RoutesEntry": "routes",
}


_TABLE_HEAD = "| key | takes | default | meaning |\n| --- | --- | --- | --- |\n"


def field_pages(schema: Schema) -> str:
    """One table per mapping, the file's own first.

    Raises:
        KeyError: a mapping has no title here, or a title no mapping.
    """
    definitions = schema["$defs"]
    assert isinstance(definitions, dict)
    if definitions.keys() != set(_ORDER):
        raise KeyError(*(definitions.keys() ^ set(_ORDER)))
    sections = [_section("The file", schema), *(_section(_TITLES[name], definitions[name]) for name in _ORDER)]
    return "\n".join([_HEAD, *sections])


def _section(title: str, entry: Schema) -> str:
    properties, required = entry["properties"], entry.get(ALL_REQUIRED, entry.get("required", []))
    assert isinstance(properties, dict)
    assert isinstance(required, list)
    keys = sorted(properties, key=lambda key: key not in required)
    rows = "".join(_row(key, properties[key], is_required=key in required) for key in keys)
    return f"## {title}\n\n{entry['description']}\n\n{_TABLE_HEAD}{rows}"


def _row(key: str, schema: Schema, *, is_required: bool) -> str:
    default = "required" if is_required else ""
    if "default" in schema:
        value = schema["default"]
        default = f"`{value if isinstance(value, str) else json.dumps(value)}`"
    cells = [f"`{key}`", _takes(schema), default, str(schema["description"])]
    return "".join(f"| {cell} " if cell else "| " for cell in cells) + "|\n"


def _takes(schema: Schema) -> str:
    """In plain words what a value may be."""
    match schema:
        case {"x-takes": str(words)}:
            return words
        case {"$ref": str(reference)}:
            title = _TITLES[reference.rsplit("/", 1)[1]]
            return f"[{title}](#{title.lower().replace(' ', '-').replace(':', '')})"
        case {"anyOf": list(choices)}:
            return " or ".join(dict.fromkeys(_takes(each) for each in choices))
        case {"type": "array", "items": dict(items)}:
            return f"list of {_takes(items)}"
        case {"additionalProperties": dict(values)}:
            return f"{_takes(values)}, by name"
        case _:
            return _simply_takes(schema)


def _simply_takes(schema: Schema) -> str:
    match schema:
        case {"const": value}:
            return f"`{value}`"
        case {"enum": list(values)}:
            return ", ".join(f"`{value}`" for value in values)
        case _:
            return {"string": "text"}.get(str(schema["type"]), str(schema["type"]))
