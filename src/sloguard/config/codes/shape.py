"""Problems of the file's shape: keys, types, names, versions."""

from sloguard.config.codes.code import Code, Scope

VERSION = Code(
    "SG009",
    "Missing or unknown version",
    "`version` says which language the file is written in. This program reads version 1.",
    "Write `version: 1`. For a newer version, update sloguard.",
    "version: 2\nservices: []\n",
    Scope.FILE,
)

UNKNOWN_KEY = Code(
    "SG020",
    "Unknown key",
    "There is no such key here. It would be ignored, and what you meant by it would silently not happen.",
    "Correct the spelling, or move it to where it belongs.",
    "objectiv: 99.9\nobjective: 99.9\n",
)

MISSING_KEY = Code(
    "SG021",
    "A key is missing",
    "A key that has no default is not there.",
    "Add it.",
    "version: 1\nservices:\n  - name: shop\n    slos:\n      - {name: availability, objective: 99.9}\n",
    Scope.FILE,
)

WRONG_TYPE = Code(
    "SG022",
    "Another kind of value is needed",
    "The value is text where a number, list or mapping belongs, or the other way round.",
    "Write the kind of value that the message names. Text that looks like a number needs quotes.",
    "owner: [growth]\n",
)

EMPTY = Code(
    "SG023",
    "Empty",
    "The key has no value, or a list or text that needs content has none.",
    "Give it a value, or remove the key.",
    "owner:\n",
)

CHOICE = Code(
    "SG024",
    "Not one of the possible values",
    "Only certain words are possible here.",
    "Use one of those that the message names.",
    "alerting: strict\n",
)

NOT_SUPPORTED = Code(
    "SG025",
    "Not supported by this version",
    "sloguard's language has room for this, but this version of the program does not implement it.",
    "Write it the way the message says, or leave it out.",
    "webhook: https://hooks.example.com\n",
)

NAME = Code(
    "SG026",
    "Not a valid name",
    "Names become file names, label values and addresses: they start with a letter or digit, go on with letters, "
    "digits, `_`, `.` and `-`, and have at most 100 characters.",
    "Use such a name; put the words for people into `description`.",
    "name: check out\n",
)

DUPLICATE_NAME = Code(
    "SG027",
    "A name is used twice",
    "Services, and the SLOs of one service, are told apart by their names.",
    "Rename one of them.",
    """version: 1
services:
  - name: shop
    runbook_url: https://runbooks.example.com/shop
    slos:
      - {name: a, objective: 99, indicator: {events: {bad: errors_total, total: requests_total}}}
      - {name: a, objective: 95, indicator: {events: {bad: errors_total, total: requests_total}}}
""",
    Scope.FILE,
)

LABEL = Code(
    "SG028",
    "Not a label name",
    "Prometheus' label names start with a letter or `_` and go on with letters, digits and `_`.",
    "Write the label as the metric has it.",
    "breakdown_by: [http.route]\n",
)

UNPRINTABLE = Code(
    "SG029",
    "Unprintable character in a text",
    "A text holds a control character, written as an escape or brought in by an environment variable.",
    "Remove it.",
    'owner: "growth\\0"\n',
)
