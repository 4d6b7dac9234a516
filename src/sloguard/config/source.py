"""From a path to text: reading, decoding, and refusing what no editor shows."""

import re
from pathlib import Path

from sloguard.config.codes import reading
from sloguard.config.problem import Place
from sloguard.config.report import Report

MAX_BYTES = 10_000_000
_START = Place(1, 1)
_BYTE_ORDER_MARK = "\ufeff"
# YAML counts U+0085, U+2028 and U+2029 as line breaks, editors do not: places would be wrong after them.
_UNSHOWN = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def read_bytes(path: Path, report: Report) -> bytes | None:
    """The content of a file, at most one byte more than `MAX_BYTES`; None, with a problem, if it is unreadable."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        what, do = "there is no such file", "Check the path, or name another file with --config."
    except PermissionError:
        what, do = "you may not read this file", "Change its permissions, or run as another user."
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        what = f"the file cannot be read: {getattr(error, 'strerror', None) or error}"
        do = "Check the path."
    report.add(reading.UNREADABLE, _START, what, do)
    return None


def decode(content: bytes, report: Report) -> str | None:
    """The text of a file; None, with a problem, if it is none."""
    if len(content) > MAX_BYTES:
        report.add(reading.TOO_LARGE, _START, "the file is larger than 10 MB", "Split it.")
        return None
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        place = _place_after(content[: error.start].decode("utf-8"))
        byte = f"byte 0x{content[error.start]:02x}"
        report.add(reading.NOT_TEXT, place, "the file is not UTF-8", "Save it with that encoding.", got=byte)
        return None
    text = text.removeprefix(_BYTE_ORDER_MARK)
    unshown = _UNSHOWN.search(text)
    if unshown is None:
        return text
    character = f"U+{ord(unshown.group()):04X}"
    place = _place_after(text[: unshown.start()])
    report.add(reading.NOT_TEXT, place, "an invisible character stands here", "Remove it.", got=character)
    return None


def _place_after(text: str) -> Place:
    lines = re.split("\r\n|\r|\n", text.removeprefix(_BYTE_ORDER_MARK))
    return Place(len(lines), len(lines[-1]) + 1)
