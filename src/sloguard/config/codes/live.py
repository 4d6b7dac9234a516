"""Problems that only a running Prometheus can show: `sloguard validate --live` finds them.

Their examples are true of a Prometheus that scrapes the metrics of `tests/live/shop.py`.
"""

from sloguard.config.codes.code import Code, Kind, Scope
from sloguard.config.problem import Level

NO_SERIES = Code(
    "SG301",
    "Nothing matches a selector",
    "No series has matched it for an hour, so nothing can be counted. Where the metric or a label's value has a "
    "similar name in this Prometheus, it is suggested.",
    "Correct the name, or start what exports it.",
    "indicator: {events: {bad: 'http_requests_total{code=~\"5..\"}', total: http_request_total}}\n",
    kind=Kind.LIVE,
)

NO_BAD_SERIES = Code(
    "SG302",
    "Nothing matches the bad events",
    "That is well if nothing has failed yet; but a misspelt label looks the same, and such an SLO never alerts.",
    "Compare the labels with those of the total. If there was no failure so far, ignore this.",
    "indicator: {events: {bad: 'http_requests_total{status=~\"5..\"}', total: http_requests_total}}\n",
    level=Level.WARNING,
    kind=Kind.LIVE,
)

PART_EXCEEDS_TOTAL = Code(
    "SG303",
    "More bad or good events than events at all",
    "The bad (or good) events must be among those of the total. Where they are more, the two selectors count "
    "different things.",
    "Give both selectors the same metric and the same labels, and bad (or good) some more.",
    "indicator: {events: {bad: http_requests_total, total: 'http_requests_total{code=\"500\"}'}}\n",
    level=Level.WARNING,
    kind=Kind.LIVE,
)

NO_BUCKET = Code(
    "SG304",
    "Not the bound of a bucket",
    "A histogram knows only how many observations were at or below the bounds of its buckets. What lies between two "
    "bounds is not known.",
    "Use one of the bounds that are there, or add the bucket where the histogram is made.",
    "indicator: {latency: {histogram: http_request_duration_seconds, below: 400ms}}\n",
    kind=Kind.LIVE,
)

UNITS = Code(
    "SG305",
    "The units seem not to fit",
    "`below` is compared with the histogram's bounds in seconds. The metric's name or its bounds say that it counts "
    "milliseconds, or the threshold lies far beyond the last bucket.",
    "Correct the unit. For a histogram in milliseconds use "
    "events: {good: 'NAME_bucket{le=\"300\"}', total: NAME_count}.",
    "indicator: {latency: {histogram: rpc_duration_milliseconds, below: 300ms}}\n",
    level=Level.WARNING,
    kind=Kind.LIVE,
)

METRIC_TYPE = Code(
    "SG306",
    "Not the type of metric that is needed",
    "Events are counted by counters, latency by a histogram; a threshold looks at a gauge. Prometheus' metadata says "
    "otherwise of this metric.",
    "Choose another metric. If the metadata are wrong, ignore this.",
    "indicator: {events: {bad: queue_length, total: http_requests_total}}\n",
    level=Level.WARNING,
    kind=Kind.LIVE,
)

NO_LABEL = Code(
    "SG307",
    "No series has this label",
    "A label that the total's series do not have tells nothing apart.",
    "Correct the label's name, or remove it.",
    "breakdown_by: [rout]\n"
    "indicator: {events: {bad: 'http_requests_total{code=\"500\"}', total: http_requests_total}}\n",
    level=Level.WARNING,
    kind=Kind.LIVE,
)

TOO_LITTLE_TRAFFIC = Code(
    "SG308",
    "Too little traffic for any alert",
    "A burn-rate alert needs more bad events than chance would show. Here even a total outage has fewer events than "
    "that within the longest window of every tier, so none can ever fire.",
    "Lower the objective, widen the selector, or watch it by a probe: an indicator with a threshold.",
    "indicator: {events: {bad: 'rare_jobs_total{outcome=\"error\"}', total: rare_jobs_total}}\n",
    level=Level.WARNING,
    kind=Kind.LIVE,
)

RETENTION = Code(
    "SG309",
    "Prometheus forgets before the window ends",
    "The daemon's ledger remembers by itself; but a replay can only fill in what Prometheus still has, and generated "
    "rules and dashboards read the whole window.",
    "Keep samples for longer (--storage.tsdb.retention.time), or let the daemon run for the length of the window.",
    "window: 60d\nindicator: {events: {bad: 'http_requests_total{code=\"500\"}', total: http_requests_total}}\n",
    level=Level.WARNING,
    kind=Kind.LIVE,
)

SCRAPE_INTERVAL = Code(
    "SG310",
    "Scraped less often than declared",
    "sloguard tells a gap from a pause between two scrapes by prometheus.scrape_interval, and a slice needs two "
    "scrapes.",
    "Set prometheus.scrape_interval to what the targets have, and evaluation.slice to at least twice that.",
    "prometheus: {scrape_interval: 5s}\n",
    Scope.TOP,
    level=Level.WARNING,
    kind=Kind.LIVE,
)

REFUSED = Code(
    "SG311",
    "Prometheus refuses the expression",
    "It is valid PromQL, but it cannot be computed on the series that are there: for instance two sides with several "
    "matching series.",
    "Try the expression in Prometheus' own page.",
    "indicator: {threshold: {query: 'http_requests_total / on() http_requests_total', below: 2}}\n",
    kind=Kind.LIVE,
)
