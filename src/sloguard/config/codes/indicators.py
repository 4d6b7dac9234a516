"""Problems of indicators: what is counted or measured."""

from sloguard.config.codes.code import Code

ONE_KIND = Code(
    "SG040",
    "An indicator is of exactly one kind",
    "An indicator counts `events`, looks at a `latency` histogram, compares a gauge with a `threshold` or a timestamp "
    "with its `freshness`, or takes a `ratio`.",
    "Keep one of them; make a second SLO of another one.",
    "indicator: {}\n",
)

BAD_OR_GOOD = Code(
    "SG041",
    "Either good or bad events",
    "`events` needs `total` and either `bad` or `good`: the other follows from it.",
    "Keep the one that is rarer and easier to name; usually that is `bad`.",
    "indicator: {events: {bad: errors_total, good: successes_total, total: requests_total}}\n",
)

PROMQL = Code(
    "SG042",
    "Not valid PromQL",
    "Prometheus could not parse this either.",
    "Try the expression in Prometheus' own page first. Mind quotes, braces, and regular expressions (RE2).",
    "indicator: {events: {bad: 'errors_total{', total: requests_total}}\n",
)

NOT_A_COUNTER = Code(
    "SG043",
    "Not a plain counter selector",
    "sloguard counts events itself, exactly, from the raw counters: it takes the differences, adds up over labels and "
    "covers every window. So it needs plain selectors; the value of an expression cannot be counted.",
    "Leave out sum(), rate(), increase(), [5m], offset and arithmetic. Several selectors may stand in a list: they "
    "are added up.",
    "indicator: {events: {bad: 'sum(rate(errors_total[5m]))', total: requests_total}}\n",
)

NO_METRIC = Code(
    "SG044",
    "The selector names no metric",
    "Without a metric's name a selector reads every series of the server.",
    "Put the counter's name before the braces.",
    "indicator: {events: {bad: '{code=\"500\"}', total: requests_total}}\n",
)

HISTOGRAM = Code(
    "SG045",
    "Not a histogram's name",
    "`histogram` is the metric's bare name, without _bucket, _count or _sum, labels or functions.",
    "Write the bare name; labels go into `filter`.",
    "indicator: {latency: {histogram: http_request_duration_seconds_bucket, below: 300ms}}\n",
)

FILTER = Code(
    "SG046",
    "Not a filter",
    "`filter` is a list of label matchers in braces. The bucket's bound `le` comes from `below`, the metric from "
    "`histogram`.",
    'Write it like \'{service="shop",method!="OPTIONS"}\'.',
    "indicator: {latency: {histogram: http_request_duration_seconds, filter: '{le=\"0.3\"}', below: 300ms}}\n",
)

ONE_COMPARISON = Code(
    "SG047",
    "A threshold has exactly one comparison",
    "`threshold` compares its query with one number: `below`, `above` or `equals`.",
    "Keep one; make a second SLO for another bound.",
    "indicator: {threshold: {query: queue_length, below: 100, above: 1}}\n",
)

NOT_INSTANT = Code(
    "SG048",
    "The query has no single value per series",
    "A threshold looks at instant values. A range such as `x[5m]` or a text has none.",
    "Wrap the range in a function: max_over_time(x[5m]).",
    "indicator: {threshold: {query: 'queue_length[5m]', below: 100}}\n",
)

COMPARISON = Code(
    "SG049",
    "A comparison in the query",
    "A comparison drops every series for which it does not hold, so that trouble looks like missing data.",
    "Leave the comparison out and say below, above or equals; or write `bool` after it to get 0 or 1.",
    "indicator: {threshold: {query: 'queue_length < 100', equals: 1}}\n",
)

NO_WINDOW = Code(
    "SG050",
    "The ratio has no $window where a range goes",
    "A ratio is asked for slice by slice, and over 5 minutes in the generated rules: `$window` is where that range "
    "goes. It stands alone in the brackets of a range. With a fixed range slices would see their neighbours' events.",
    "Write $window in place of the range, like rate(x[$window]). Compare what needs no range with a `threshold`.",
    "indicator: {ratio: {error: 'sum(rate(errors_total[5m])) / sum(rate(requests_total[5m]))'}}\n",
)

PERCENT = Code(
    "SG051",
    "A ratio in percent",
    "A ratio is the share of good or bad events, 0 to 1. Multiplied by 100 it would nearly always be above 1.",
    "Leave out the factor 100.",
    "indicator: {ratio: {error: '100 * sum(rate(errors_total[$window])) / sum(rate(requests_total[$window]))'}}\n",
)

SUCCESS_OR_ERROR = Code(
    "SG052",
    "Either the success or the error ratio",
    "`ratio` needs either `success` or `error`: the other follows from it.",
    "Keep the one that is easier to write.",
    "indicator: {ratio: {}}\n",
)

NEIGHBOURS = Code(
    "SG053",
    "Not the buckets next to the bound",
    "A classic histogram knows how many observations were at or below the bound of each bucket, and nothing between. "
    "Where `below` is no such bound, `interpolate` names the bounds next to it, the lower one first, and observations "
    "between them are taken to lie evenly. A native histogram needs no such help.",
    "Write the two bounds around `below`; or better, take one of them as `below`: that is exact.",
    "indicator: {latency: {histogram: http_request_duration_seconds, below: 300ms, interpolate: [300ms, 500ms]}}\n",
)
