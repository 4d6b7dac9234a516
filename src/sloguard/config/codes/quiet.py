"""Problems of what keeps alerts quiet: maintenance, dependencies, folding, reminders, the API's token."""

from sloguard.config.codes.code import Code, Scope

UNKNOWN_UPSTREAM = Code(
    "SG054",
    "It depends on an SLO that is not declared",
    "`depends_on` names SLOs of the same configuration, as `service/slo`; a bare name is one of the same service. One "
    "that is misspelt would never hold anything back.",
    "Correct the name, or declare the SLO.",
    "depends_on: [database]\n",
)

UPSTREAM_CIRCLE = Code(
    "SG055",
    "An SLO that depends on itself",
    "While the SLOs of a circle page, each would hold back the other, and nobody would be told.",
    "Remove one of the dependencies on the way that the message shows.",
    "depends_on: [availability]\n",
)

MAINTENANCE = Code(
    "SG056",
    "Not a usable maintenance",
    "A maintenance has a first time between 2000 and 2100, a duration of at most 31d, and, if it is repeated, an RFC "
    "5545 rule of at least daily steps that comes to pass. The time of day is that of `starts_at`, so the rule has no "
    "BYHOUR, BYMINUTE or BYSECOND; an end is given by UNTIL, in local time. Its name is unique.",
    "Write it like `starts_at: 2026-12-05T02:00`, `duration: 3h`, `rrule: FREQ=WEEKLY;BYDAY=SA`.",
    "maintenance: [{name: patches, services: [shop], starts_at: '2026-12-05T02:00', duration: 3h, "
    "rrule: FREQ=SECONDLY}]\n",
    Scope.TOP,
)

MAINTENANCE_OF = Code(
    "SG057",
    "A maintenance of something that is not declared",
    "A maintenance names services and SLOs of the same configuration, at least one of them: one that is misspelt would "
    "wake somebody in the middle of it.",
    "Correct the name; write `services: ['*']` for all.",
    "maintenance: [{name: patches, services: [shp], starts_at: '2026-12-05T02:00', duration: 3h}]\n",
    Scope.TOP,
)

FOLDING = Code(
    "SG058",
    "Folding or reminders that do harm",
    "Alerts that are folded for longer than an hour would hide new ones, and reminders more often than every 5 minutes "
    "would not let anybody work.",
    "Fold within 1m to 1h and more than 1 to 100; remind at least 5m apart.",
    "reminders: {page: 1m}\n",
    Scope.TOP,
)

API_TOKEN = Code(
    "SG059",
    "A token that is too easily guessed",
    "Whoever has the token may silence every alert. It has at least 16 characters, printable ASCII without blanks.",
    "Make one with `openssl rand -hex 24`, and refer to it: `api_token: ${SLOGUARD_API_TOKEN}`.",
    "web: {api_token: secret}\n",
    Scope.TOP,
)
