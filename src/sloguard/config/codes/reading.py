"""Problems of the file itself: bytes, YAML, environment references."""

from sloguard.config.codes.code import Code, Scope

UNREADABLE = Code(
    "SG001",
    "The file cannot be read",
    "There is no such file, you may not read it, or a directory or pattern stands for no file at all.",
    "Check the path and the permissions. A directory stands for all *.yaml and *.yml in it.",
)

TOO_LARGE = Code(
    "SG002",
    "The file is too large",
    "All files of a configuration together may have 10 MB and, once aliases are followed, 500,000 values: enough for "
    "25,000 SLOs. A single SLO, service or section may hold 20,000 values.",
    "Use a template for what repeats itself, or several configurations.",
)

NOT_TEXT = Code(
    "SG003",
    "Not plain UTF-8 text",
    "The file is not encoded in UTF-8, or holds characters that no editor shows: control characters, or line "
    "separators that YAML counts as line breaks and your editor does not.",
    "Save the file as UTF-8 and remove the character.",
    "description: rings the bell\a\n",
)

SYNTAX = Code(
    "SG004",
    "Not valid YAML",
    "The YAML parser could not make sense of the text. The place is where it gave up: the cause is there or just "
    "before. Most often it is the indentation, a tab, a missing quote or bracket, or a `: ` in unquoted text.",
    "Compare the indentation with the lines around it, and put text with special characters into quotes.",
    "description: requests: the ones that count\n",
)

DUPLICATE_KEY = Code(
    "SG005",
    "A key stands twice",
    "The same key appears twice in one mapping. YAML readers silently keep one of the two.",
    "Remove one of them.",
    "objective: 99.9\nowner: growth\nobjective: 99\n",
)

ALIAS = Code(
    "SG006",
    "An alias leads nowhere or into itself",
    "`*name` repeats what was marked `&name` earlier in the file. Here nothing was, or the alias stands within "
    "what it repeats, or `<<` merges something that is no mapping.",
    "Mark the value with `&name` before the alias, outside of it.",
    "owner: *nobody\n",
)

TOO_DEEP = Code(
    "SG007",
    "Nested too deep",
    "Values are nested more than 50 levels deep; a valid file needs fewer than ten.",
    "Remove the surplus brackets or indentation.",
    "owner: " + "[" * 60 + "]" * 60 + "\n",
)

NOT_A_MAPPING = Code(
    "SG008",
    "The file is not one mapping",
    "The file is empty, or its top is a list or a plain value, or it holds several YAML documents (`---`).",
    "Start with `version: 1` and put `services:` below. Use one file per document.",
    "- version: 1\n- services: []\n",
    Scope.FILE,
)

AMBIGUOUS = Code(
    "SG010",
    "YAML readers disagree about this value",
    "Unquoted, some YAML readers take `on`, `yes`, `no`, `off` for true or false, `12:30` for the number 750, `017` "
    "for 15, `1_000` for 1000. Others take them for text. sloguard does not guess.",
    "Put quotes around it if it is text; write true, false or a plain decimal number if it is not.",
    "owner: no\n",
)

TAG = Code(
    "SG015",
    "Unsupported YAML feature",
    "Tags such as `!include` or `!!python/object`, and keys that are lists or mappings, have no meaning here.",
    "Remove the tag; write the value itself.",
    "owner: !env OWNER\n",
)

MISSING_VARIABLE = Code(
    "SG016",
    "An environment variable is not set",
    "`${NAME}` in a text stands for the environment variable NAME, and there is none.",
    "Set it, or give a default: `${NAME:-default}`. For a literal `${` write `$${`.",
    'owner: "${NO_SUCH_VARIABLE}"\n',
)

TOO_MANY = Code(
    "SG099",
    "More than 1,000 problems",
    "The list of problems ends here. What comes later in the file may be in order or not.",
    "Mend the others first, and validate again.",
)

BAD_REFERENCE = Code(
    "SG017",
    "Not an environment reference",
    "`${` starts a reference to an environment variable: `${NAME}` or `${NAME:-default}`. The name consists of "
    "letters, digits and `_`; the default holds no `${` and no `}`.",
    "Close the brace and correct the name. For a literal `${` write `$${`.",
    'owner: "${1st-team}"\n',
)
