"""Configurations of several files: what belongs together, what stands twice, and what cannot be found."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from sloguard.config import Loaded, load
from sloguard.config.finding import files_at
from sloguard.config.schema.file import FileEntry
from tests.config.texts import codes_of, configuration_of, loaded

SERVICE = """  - name: {name}
    runbook_url: https://runbooks.example.com
    slos:
      - {{name: s, objective: 99, indicator: {{events: {{bad: errors_total, total: requests_total}}}}}}
"""
HEAD = "version: 1\n"


def service(*names: str) -> str:
    return "services:\n" + "".join(SERVICE.format(name=name) for name in names)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(**files: str) -> None:
    """Files by name: `__` stands for a slash; all are YAML."""
    for name, content in files.items():
        path = Path(name.replace("__", "/") + ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEAD + content, encoding="utf-8")


def names(result: Loaded) -> list[str]:
    return [each.name for each in configuration_of(result).services]


def lines(path: str, environ: Mapping[str, str] | None = None) -> list[str]:
    return [str(problem) for problem in load(Path(path), environ or {}).problems]


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("b.yaml", ["b"]),
        (".", ["a", "b", "c"]),
        ("[ab].y*ml", ["a", "b"]),
        ("team/*.yaml", ["d"]),
        ("**/*.yaml", ["a", "b", "d"]),
        ("team/../*.yaml", ["a", "b"]),
    ],
)
def test_a_file_a_directory_or_a_pattern(here: Path, path: str, found: list[str]) -> None:
    written(b=service("b"), a=service("a"), team__d=service("d"))
    (here / "c.yml").write_text(HEAD + service("c"), encoding="utf-8")
    (here / "other.txt").write_text("no", encoding="utf-8")
    (here / ".hidden.yaml").write_text("no", encoding="utf-8")
    assert names(load(Path(path), {})) == found
    assert names(load(here / path, {})) == found


def test_a_file_whose_name_looks_like_a_pattern(here: Path) -> None:
    (here / "[x].yaml").write_text(HEAD + service("a"), encoding="utf-8")
    assert names(load(Path("[x].yaml"), {})) == ["a"]


@pytest.mark.parametrize("pattern", ["a**b/*", "*/\0", "[", "", "nobody/*", "***"])
def test_impossible_patterns_find_nothing(here: Path, pattern: str) -> None:
    result = load(Path(pattern), {})
    assert codes_of(result) == ["SG001"]


def test_includes_are_relative_to_their_file_and_read_in_order(here: Path) -> None:
    written(
        slo="include: [team-*/slo.yaml, last]\n" + service("first"),
        **{
            "team-b__slo": service("b"),
            "team-a__slo": "include: more/x.yaml\n" + service("a"),
            "team-a__more__x": service("x"),
            "last__z": service("z"),
            "last__y": service("y"),
        },
    )
    assert names(load(Path("slo.yaml"), {})) == ["first", "a", "x", "b", "y", "z"]


def test_surroundings_may_stand_in_any_file(here: Path) -> None:
    written(
        slo="include: [a.yaml, '${DIR:-b}.yaml']\nprometheus: {url: 'http://p:1'}\n",
        a="defaults: {owner: growth}\nevaluation: {interval: 15s}\n" + service("a"),
        b="notify: {slack: {x: {webhook_url: 'https://h.example.com'}}}\nroutes: {page: slack.x}\n" + service("b"),
    )
    configuration = configuration_of(load(Path("slo.yaml"), {}))
    assert configuration.prometheus.url == "http://p:1"
    assert configuration.evaluation.interval.total_seconds() == 15
    assert {each.owner for each in configuration.services} == {"growth"}
    assert [each.name for each in configuration.receivers] == ["slack.x"]


def test_what_two_files_declare_names_the_other_place(here: Path) -> None:
    written(
        a="prometheus: {}\ntemplates: {t: {slos: []}}\n" + service("x", "y"),
        b="templates: {u: {slos: []}, t: {slos: []}}\nprometheus: {}\nxyz: 1\n" + service("y"),
    )
    found = [line for line in lines(".") if "SG120" not in line]
    assert found == [
        "b.yaml:2:28: SG082 the template t is declared in a.yaml:3:13, too. Keep one of the two.",
        "b.yaml:3:1: SG082 prometheus is declared in a.yaml:2:1, too. Keep one of the two.",
        f"b.yaml:4:1: SG020 there is no key xyz here. Use one of {', '.join(FileEntry.model_fields)}.",
        "b.yaml:6:11: SG027 another service in a.yaml:9 has this name (got y). Rename one of them.",
    ]


def test_problems_are_sorted_by_file_then_place(here: Path) -> None:
    written(
        z="include: a.yaml\nowner: x\n" + service("z").replace("99", "100"),
        a=service("a").replace("99", "100").replace("errors_total", "rate(x)"),
    )
    assert [line.split(" ")[:2] for line in lines("z.yaml")] == [
        ["a.yaml:6:30:", "SG012"],
        ["a.yaml:6:61:", "SG042"],
        ["z.yaml:3:1:", "SG020"],
        ["z.yaml:8:30:", "SG012"],
    ]


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ({"slo": "include: slo.yaml\n"}, "slo.yaml:2:10: SG081 slo.yaml includes this file, directly or by way"),
        ({"slo": "include: a.yaml\n", "a": "include: b.yaml\n", "b": "include: ./slo.yaml\n"}, "b.yaml:2:10: SG081 "),
        (
            {"slo": "include: [a.yaml, b.yaml]\n", "a": "include: b.yaml\n", "b": ""},
            "slo.yaml:2:19: SG081 b.yaml is read already: it is included in a.yaml:2",
        ),
        ({"slo": "include: [a.yaml, '*.yaml']\n", "a": ""}, "slo.yaml:2:19: SG081 "),
        ({"slo": "include: none.yaml\n"}, "slo.yaml:2:10: SG080 no such file is there to include (got none.yaml)"),
        ({"slo": "include: 'x/*.yaml'\n"}, "slo.yaml:2:10: SG080 no such file is there to include (got x/*.yaml)"),
        ({"slo": "include: [1]\n"}, "slo.yaml:2:11: SG022 include names files"),
        ({"slo": "include: {a: b}\n"}, "slo.yaml:2:10: SG022 include names files"),
        ({"slo": "include: '${NOPE}/*.yaml'\n"}, "slo.yaml:2:10: SG016 "),
        ({"slo": "include: a.yaml\n", "a": "b: [\n"}, "a.yaml:3:1: SG004 "),
        ({"slo": "include: a.yaml\n", "a": "services: 1\n"}, "a.yaml:2:11: SG022 services must be a list"),
    ],
)
def test_includes_that_cannot_be(here: Path, files: Mapping[str, str], complaint: str) -> None:
    written(**files)
    with Path("slo.yaml").open("a", encoding="utf-8") as file:
        file.write(service("s"))
    assert any(line.startswith(complaint) for line in lines("slo.yaml")), lines("slo.yaml")


def test_a_directory_whose_files_include_each_other(here: Path) -> None:
    written(a="include: b.yaml\n" + service("a"), b=service("b"))
    (line,) = lines(".")
    assert line.startswith("a.yaml:2:10: SG081 b.yaml is read already: it is named itself, or with its directory.")


def test_all_files_are_read_before_anything_is_said_about_what_is_in_them(here: Path) -> None:
    written(slo="include: [a.yaml, b.yaml, none.yaml]\nroutes: {page: slack.x}\n", a="x: [\n", b="y: *z\n")
    assert [line.split(" ")[1] for line in lines("slo.yaml")] == ["SG004", "SG006", "SG080"]


def test_links_that_lead_in_circles_end(here: Path) -> None:
    written(slo="include: ['**/x.yaml', loop.yaml]\n" + service("a"), d__x=service("x"))
    (here / "d" / "up").symlink_to(here, target_is_directory=True)
    (here / "loop.yaml").symlink_to(here / "loop.yaml")
    (problem,) = load(Path("slo.yaml"), {}).problems
    assert str(problem).startswith("loop.yaml:1:1: SG001 the file cannot be read: Too many levels of symbolic links")


def test_links_to_the_same_file_are_the_same_file(here: Path) -> None:
    written(a=service("a"))
    (here / "b.yaml").symlink_to("a.yaml")
    assert lines(".") == ["b.yaml:1:1: SG081 this is a link to a file that is read already. Keep one of them."]


def test_a_mounted_directory_holds_each_file_once(here: Path) -> None:
    """As Kubernetes mounts a ConfigMap: links to files in a hidden directory."""
    data = here / "..2026_01_01"
    data.mkdir()
    (data / "slo.yaml").write_text(HEAD + service("a"), encoding="utf-8")
    (here / "..data").symlink_to(data.name)
    (here / "slo.yaml").symlink_to("..data/slo.yaml")
    assert names(load(Path(), {})) == names(load(Path("**/*.yaml"), {})) == ["a"]
    assert files_at(here / "..data" / "*.yaml") == [here / "..data" / "slo.yaml"]


def test_secrets_are_found_beside_the_file_that_names_them(here: Path) -> None:
    written(slo="include: sub/p.yaml\n" + service("a"), sub__p="prometheus: {bearer_token_file: token}\n")
    (here / "sub" / "token").write_text("right", encoding="utf-8")
    (here / "token").write_text("wrong", encoding="utf-8")
    token = configuration_of(load(Path("slo.yaml"), {})).prometheus.bearer_token
    assert token is not None
    assert token.reveal() == "right"


def test_text_at_hand_includes_what_lies_beside_it(here: Path) -> None:
    written(a=service("a"))
    assert names(loaded(HEAD + "include: a.yaml\n", base_dir=here)) == ["a"]


def test_many_files_have_ten_megabytes_and_a_bounded_chain_together(here: Path) -> None:
    filler = "#" + "x" * 6_000_000 + "\n"
    written(a=filler + service("a"), b=filler + service("b"), c=service("c"))
    assert lines(".") == [
        "b.yaml:1:1: SG002 with this, the files have more than 10 MB. Use templates, or several configurations."
    ]
    chain = {f"n{index}": f"include: n{index + 1}.yaml\n" for index in range(1500)}
    written(**chain, n1500=service("deep"))
    assert names(load(Path("n0.yaml"), {})) == ["deep"]


def test_an_unreadable_directory(here: Path) -> None:
    (here / "locked").mkdir(mode=0)
    assert os.geteuid() == 0 or "the directory cannot be read: Permission denied" in lines("locked")[0]
