"""Problems of groups: one SLO for each value of a label."""

from sloguard.config.codes.code import Code

GROUPED_KIND = Code(
    "SG090",
    "This kind of indicator has no groups",
    "`group_by` tells apart the events of counters: `events` and `latency`. A `threshold` or a `ratio` is an "
    "expression, of which only its author knows what its labels mean.",
    "Write one SLO for each value, each with its own query; or count `events`.",
    "indicator: {threshold: {query: queue_length, below: 100}}\ngroup_by: [queue]\n",
)

GROUP_LABELS = Code(
    "SG091",
    "The labels cannot make groups",
    "Each combination of the labels' values is an SLO with its own budget, alerts and metrics, and its id holds all "
    "of them. `le` is a histogram's own label, and those that begin with `__` or `sloguard_` are not the metric's.",
    "Use one to four labels with few values that mean something to you, such as a tenant or a region.",
    "group_by: [tenant, region, route, method, code]\n",
)

GROUP_LIMIT = Code(
    "SG092",
    "Not a limit of groups",
    "`group_limit` is a whole number from 1 to 1,000, and means something only beside `group_by`. When there are more "
    "groups, those that came first keep their places; the log, `/health/detailed` and the metric "
    "`sloguard_groups_left_out` say how many are left out.",
    "Use a number above that of the groups you expect, or leave it out.",
    "group_by: [tenant]\ngroup_limit: 5000\n",
)
