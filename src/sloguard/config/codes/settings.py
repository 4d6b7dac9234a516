"""Problems of the surroundings: Prometheus, receivers, routes, secrets."""

from sloguard.config.codes.code import Code, Scope
from sloguard.config.problem import Level

SECRET_SOURCE = Code(
    "SG070",
    "A secret has exactly one source",
    "A credential is given directly or by a file (`*_file`), not both; and a server takes one kind of credential.",
    "Keep one of them.",
    "prometheus: {bearer_token: abc, bearer_token_file: token}\n",
    Scope.TOP,
)

SECRET_FILE = Code(
    "SG071",
    "A file that is named here cannot be read",
    "`*_file` is read when the configuration is; its path is relative to the configuration's directory. It is a "
    "regular file of at most 64 KB.",
    "Check the path and the permissions.",
    "prometheus: {bearer_token_file: no/such/token}\n",
    Scope.TOP,
)

SLACK_KIND = Code(
    "SG072",
    "A Slack receiver is of exactly one kind",
    "A bot `token` with a `channel` (messages are updated and threaded), or a `webhook_url` (they are not).",
    "Keep one of them; a token needs a channel.",
    "notify: {slack: {team: {channel: '#team'}}}\nroutes: {page: [slack.team]}\n",
    Scope.TOP,
)

CREDENTIAL_FORM = Code(
    "SG073",
    "Not such a credential",
    "A PagerDuty routing key (the integration key of an Events API v2 integration) has 32 letters and digits. Tokens "
    "and headers are printable ASCII without line breaks. Slack's webhooks are https addresses.",
    "Copy it again from where it was made.",
    "notify: {pagerduty: {primary: {routing_key: R0123}}}\nroutes: {page: [pagerduty.primary]}\n",
    Scope.TOP,
)

UNKNOWN_RECEIVER = Code(
    "SG074",
    "A route to an unknown receiver",
    "Routes name receivers as `slack.<name>` and `pagerduty.<name>`, declared under notify.",
    "Correct the name, or declare the receiver.",
    "notify: {slack: {oncall: {token: xoxb-1, channel: '#oncall'}}}\nroutes: {page: [slack.on-call]}\n",
    Scope.TOP,
)

URL_CREDENTIALS = Code(
    "SG075",
    "Credentials in an address",
    "An address is shown on pages and in logs; a password within it would be, too.",
    'Use prometheus.basic_auth: {username: …, password: "${…}"}.',
    "prometheus: {url: 'http://reader:secret@prometheus:9090'}\n",
    Scope.TOP,
)

HEADER = Code(
    "SG076",
    "Not an HTTP header's name",
    "Header names consist of letters, digits and `-`; Host and the headers that say how the body is sent are not "
    "yours to set.",
    "Correct the name.",
    "prometheus: {headers: {'X Scope': team}}\n",
    Scope.TOP,
)

MESSAGE_TEMPLATE = Code(
    "SG077",
    "A message template that cannot be used",
    "It is a Jinja2 template of at most 64 KB that says something of every incident; which values there are stands in "
    "docs/messages.md. It is tried with examples when the configuration is read, so that no page fails by it.",
    "Correct the template, and look at the result with `sloguard preview`.",
    "messages: {slack_story: no/such/file.j2}\n",
    Scope.TOP,
)

BACKUP = Code(
    "SG078",
    "Backups that would not be there when they are needed",
    "The store is backed up at most every ten minutes, and a backup is kept at least until the next one is made.",
    "Use `every: 6h` and `keep: 30d`.",
    "backup: {directory: backups, every: 6h, keep: 1h}\n",
    Scope.TOP,
)

SAME_REPLICA = Code(
    "SG079",
    "The same server twice",
    "`prometheus.fallback_urls` names replicas that are asked while the servers before them do not answer. The same "
    "server a second time helps nobody.",
    "Name each server once.",
    "prometheus: {url: 'http://prometheus-a:9090', fallback_urls: ['http://prometheus-a:9090']}\n",
    Scope.TOP,
)

RETENTION = Code(
    "SG088",
    "Counts are not kept as long, or as finely, as a window needs",
    "What is old is kept as sums of 5 minutes, of hours, of days, each for longer than the one before, and then "
    "deleted. A window's beginning must be known to 2 % of its length, and a window's events must be there at all.",
    "Keep them longer, or leave the key out.",
    "retention: {1d: 20d, 1h: 10d}\n",
    Scope.TOP,
)

NO_CREDENTIAL = Code(
    "SG102",
    "A receiver without a credential",
    "The token, webhook or routing key is empty, for instance from `${NAME:-}`: nothing can be sent to this receiver.",
    "Set the environment variable where the daemon runs.",
    "notify: {pagerduty: {primary: {routing_key: ''}}}\nroutes: {page: [pagerduty.primary]}\n",
    Scope.TOP,
    Level.WARNING,
)

SLICE_TOO_FINE = Code(
    "SG103",
    "Slices finer than the scrapes",
    "A slice shorter than two scrape intervals often holds no difference between two samples: its events turn up in "
    "the next one.",
    "Use a slice of at least two scrape intervals.",
    "prometheus: {scrape_interval: 60s}\nevaluation: {slice: 60s}\n",
    Scope.TOP,
    Level.WARNING,
)

SETTLE_TOO_SHORT = Code(
    "SG104",
    "Counting before the scrapes are in",
    "A sample bears the time at which its scrape began, but arrives when it ends, up to a scrape timeout later "
    "(10s unless Prometheus is told otherwise). What arrives late is only found by the hourly recount.",
    "Use settle: 15s.",
    "evaluation: {settle: 0s}\n",
    Scope.TOP,
    Level.WARNING,
)

UNUSED_RECEIVER = Code(
    "SG107",
    "A receiver that no route leads to",
    "Nothing is ever sent to this receiver.",
    "Name it in routes, or remove it.",
    "notify: {slack: {team: {token: xoxb-1, channel: '#team'}, old: {token: xoxb-1, channel: '#old'}}}\n"
    "routes: {page: [slack.team]}\n",
    Scope.TOP,
    Level.WARNING,
)
