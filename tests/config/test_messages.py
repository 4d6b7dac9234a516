"""Message templates are read and tried when the configuration is, so that no page fails by them."""

from pathlib import Path

import pytest

from tests.config.texts import configuration_of, with_top


def complaint(template: str, directory: Path) -> str:
    (directory / "story.j2").write_text(template, encoding="utf-8")
    (problem,) = with_top("messages:\n  slack_story: story.j2\n", {}, directory).problems
    return f"{problem.line}:{problem.column} {problem.code} {problem.message}"


def test_templates_are_read_from_files_beside_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "story.j2").write_text("{{ summary }}\n", encoding="utf-8")
    read = configuration_of(with_top("messages: {slack_story: story.j2}\n", {}, tmp_path))
    assert read.message_templates == {"slack_story": "{{ summary }}\n"}
    assert configuration_of(with_top("")).message_templates == {}


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{{ sumary }}", "cannot be used: 'sumary' is undefined"),
        ("fine\n{% for one in %}", "cannot be used in its line 2: "),
        ("", "cannot be used: it renders to nothing for a trigger"),
    ],
)
def test_a_template_that_cannot_be_used(template: str, why: str, tmp_path: Path) -> None:
    said = complaint(template, tmp_path)
    assert said.startswith(f"3:16 SG077 messages.slack_story {why}")
    assert said.endswith("Which values there are stands in docs/messages.md.")


def test_an_unknown_text_is_named_with_a_suggestion(tmp_path: Path) -> None:
    (problem,) = with_top("messages: {slack_stori: story.j2}\n", {}, tmp_path).problems
    assert "slack_story" in problem.message
