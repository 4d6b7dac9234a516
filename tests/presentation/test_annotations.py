"""Findings as GitHub and GitLab read them."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from sloguard.presentation.annotations import Annotation, github_command, gitlab_report


def test_github_reads_place_title_and_message() -> None:
    found = Annotation("warning", "SG102", "50% is\nlow", "a,b:c.yaml", 3, 7)

    assert github_command(found) == "::warning file=a%2Cb%3Ac.yaml,line=3,col=7,title=SG102::50%25 is%0Alow"
    assert github_command(Annotation("note", "check", "x")) == "::notice title=check::x"


@settings(max_examples=100, deadline=None)
@given(st.text(), st.text())
def test_no_text_can_begin_a_command_of_its_own(message: str, file: str) -> None:
    line = github_command(Annotation("error", "SG001", message, file))

    assert "\n" not in line
    assert "\r" not in line
    assert line.startswith("::error ")


def test_gitlab_knows_a_finding_again_that_moved() -> None:
    first = gitlab_report([Annotation("error", "SG001", "wrong", "slo.yaml", 3)])
    moved = gitlab_report([Annotation("error", "SG001", "wrong", "slo.yaml", 30)])
    other = gitlab_report([Annotation("error", "SG001", "worse", "slo.yaml", 3)])

    assert first[0]["fingerprint"] == moved[0]["fingerprint"] != other[0]["fingerprint"]
    assert first[0]["severity"] == "major"
    assert json.loads(json.dumps(moved))[0]["location"] == {"path": "slo.yaml", "lines": {"begin": 30}}
