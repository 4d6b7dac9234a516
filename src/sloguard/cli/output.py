"""Results go to stdout, words to stderr."""

import json
import sys


def print_json(document: object) -> None:
    json.dump(document, sys.stdout, indent=2, ensure_ascii=False, allow_nan=False)
    sys.stdout.write("\n")


def words(text: str) -> None:
    sys.stderr.write(f"{text}\n")
