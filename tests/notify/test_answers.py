"""The wait that an answer asks for, and texts that are cut or blotted out."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sloguard.model.secret import Secret
from sloguard.notify.answers import is_sendable, retry_after, shortened, without

_DATE = "Sun, 22 Nov 2026 12:00:{} GMT"


@pytest.mark.parametrize(
    ("headers", "after"),
    [
        ({}, None),
        ({"Retry-After": "7"}, timedelta(seconds=7)),
        ({"retry-after": " 0 "}, timedelta(0)),
        ({"Retry-After": "1.5"}, timedelta(seconds=1.5)),
        ({"Retry-After": _DATE.format("09"), "date": _DATE.format("04")}, timedelta(seconds=5)),
        ({"Retry-After": _DATE.format("04"), "Date": _DATE.format("09")}, None),
        ({"Retry-After": _DATE.format("09")}, None),
        ({"Retry-After": _DATE.format("09").removesuffix(" GMT"), "Date": _DATE.format("04")}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-3"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "inf"}, timedelta(days=1)),
        ({"Retry-After": "9" * 400}, timedelta(days=1)),
    ],
)
def test_retry_after(headers: dict[str, str], after: timedelta | None) -> None:
    assert retry_after(headers) == after


@given(st.text(max_size=30), st.integers(1, 40))
@settings(max_examples=100)
def test_a_text_is_cut_to_its_limit(text: str, limit: int) -> None:
    cut = shortened(text, limit)
    assert len(cut) <= limit
    assert cut == text or (cut.endswith("…") and text.startswith(cut[:-1]))


def test_a_secret_is_blotted_out() -> None:
    assert without(Secret("abc"), "key abc is wrong: abc") == "key *** is wrong: ***"
    assert without(Secret(""), "as it is") == "as it is"


@pytest.mark.parametrize("value", ["xoxb-1\n", "xoxb 1", "xoxb-…", "xoxb-1\x00"])
def test_a_credential_with_odd_characters_is_never_handed_to_a_client(value: str) -> None:
    assert not is_sendable(Secret(value))
    assert is_sendable(Secret("xoxb-1"))
