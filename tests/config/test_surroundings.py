"""Prometheus, the evaluation, receivers and routes."""

from datetime import timedelta
from pathlib import Path

import pytest

from sloguard.model.policy import Severity
from sloguard.model.secret import Secret
from sloguard.model.settings import EvaluationSettings, PagerDutyReceiver, PrometheusSettings, SlackReceiver
from tests.config.texts import codes_of, configuration_of, loaded, with_top

KEY = "0123456789abcdef0123456789abcdef"


def complaint(fragment: str) -> str:
    errors = [problem for problem in with_top(fragment + "\n").problems if problem.level.value == "error"]
    (problem,) = errors
    return f"{problem.line}:{problem.column} {problem.code} {problem.message}"


def test_defaults_are_the_models_own() -> None:
    configuration = configuration_of(with_top(""))
    assert configuration.prometheus == PrometheusSettings()
    assert configuration.evaluation == EvaluationSettings()
    assert (configuration.receivers, configuration.routes) == ((), {})


def test_prometheus_in_full(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("certificates", encoding="utf-8")
    (tmp_path / "password").write_text("secret\n", encoding="utf-8")
    fragment = """prometheus:
  url: https://prometheus.example.com/base/
  fallback_urls: [https://other.example.com/, "${OTHER:-}"]
  scrape_interval: 30s
  timeout: 1m
  headers: {X-B: two, X-A: "${A}"}
  tenant: team-a
  basic_auth: {username: reader, password_file: password}
  tls: {ca_file: ca.pem, insecure_skip_verify: true}
"""
    assert configuration_of(with_top(fragment, {"A": "one"}, tmp_path)).prometheus == PrometheusSettings(
        url="https://prometheus.example.com/base",
        fallback_urls=("https://other.example.com",),
        scrape_interval=timedelta(seconds=30),
        timeout=timedelta(minutes=1),
        headers=(("X-A", Secret("one")), ("X-B", Secret("two")), ("X-Scope-OrgID", Secret("team-a"))),
        basic_auth=("reader", Secret("secret")),
        password_file=str(tmp_path / "password"),
        ca_file=str(tmp_path / "ca.pem"),
        verify_tls=False,
    )


def test_bearer_token_by_value_by_file_or_empty(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-file\n", encoding="utf-8")

    def token(fragment: str) -> Secret | None:
        return configuration_of(with_top(f"prometheus: {{{fragment}}}\n", {}, tmp_path)).prometheus.bearer_token

    assert token("bearer_token: direct") == Secret("direct")
    assert token("bearer_token_file: token") == Secret("from-file")
    assert token(f"bearer_token_file: {tmp_path}/token") == Secret("from-file")
    assert token('bearer_token: "${TOKEN:-}"') is None


def test_where_a_token_may_change_is_remembered(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-file\n", encoding="utf-8")
    settings = configuration_of(with_top("prometheus: {bearer_token_file: token}\n", {}, tmp_path)).prometheus
    assert settings.bearer_token_file == str(tmp_path / "token")


def test_another_prometheus_is_asked_alone() -> None:
    configuration = configuration_of(with_top("prometheus: {url: 'http://a', fallback_urls: 'http://b'}\n"))
    assert configuration.prometheus.urls == ("http://a", "http://b")
    assert configuration.asking("http://c/").prometheus.urls == ("http://c",)


@pytest.mark.parametrize(
    ("fragment", "words"),
    [
        (
            "{url: 'http://u:p@h'}",
            "2:19 SG075 prometheus.url holds credentials. Use basic_auth: {username: …, password",
        ),
        (
            "{url: prometheus:9090}",
            "2:19 SG034 prometheus.url must be an address that starts with http:// or https:// (got",
        ),
        ("{url: 'http://h/?a=b'}", "SG034 prometheus.url must be a bare address (got http://h/?a=b). Leave out what"),
        ("{timeout: 10}", "SG030 prometheus.timeout is not a duration (got 10). Write 10s, if seconds were meant."),
        ("{timeout: 0s}", "SG030 prometheus.timeout is not a duration (got 0s)."),
        (
            "{bearer_token: a, bearer_token_file: b}",
            "2:50 SG070 prometheus.bearer_token and bearer_token_file are both g",
        ),
        (
            "{bearer_token: a, basic_auth: {username: u, password: p}}",
            "SG070 prometheus has both a bearer token and bas",
        ),
        ("{basic_auth: {username: u}}", "2:26 SG070 basic_auth needs a password. Add password or password_file."),
        ("{basic_auth: {password: p}}", "SG021 prometheus.basic_auth needs the key username. Add username."),
        (
            "{bearer_token_file: none}",
            "2:33 SG071 prometheus.bearer_token_file names no regular file (got none). Check t",
        ),
        ("{bearer_token_file: .}", "SG071 prometheus.bearer_token_file names no regular file"),
        ("{tls: {ca_file: none}}", "SG071 prometheus.tls.ca_file names no regular file (got none)."),
        ("{tls: {insecure_skip_verify: 'maybe'}}", "SG022 prometheus.tls.insecure_skip_verify must be true or false"),
        ("{bearer_token: 'é'}", "SG073 prometheus.bearer_token holds unprintable characters. Copy it again"),
        ("{tenant: 'é'}", "SG073 prometheus.tenant holds unprintable characters."),
        ('{headers: {X-A: "a\\nb"}}', "SG073 prometheus.headers.X-A holds unprintable characters."),
        (
            "{headers: {Host: a}}",
            "2:24 SG076 prometheus.headers.Host is not a header that can be set here. Use letters",
        ),
        (
            "{headers: {X-A: 1}}",
            "SG022 prometheus.headers.X-A must be text (got a value that is not shown). Put it into",
        ),
        ("{fallback_urls: ['http://127.0.0.1:9090']}", "SG079 prometheus.fallback_urls names a server twice (got"),
        ("{fallback_urls: ['http://u:p@h']}", "2:30 SG075 prometheus.fallback_urls[0] holds credentials."),
        ("{headers: [a]}", "SG022 prometheus.headers must be a mapping (got a list)."),
    ],
)
def test_prometheus_that_cannot_be(fragment: str, words: str) -> None:
    assert words in complaint(f"prometheus: {fragment}")


def test_secret_files_of_the_wrong_kind(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"x" * 70_000)
    (tmp_path / "binary").write_bytes(b"\xff\xfe")

    def message(name: str) -> str:
        (problem,) = with_top(f"prometheus: {{bearer_token_file: {name}}}\n", {}, tmp_path).problems
        return problem.message

    assert "names a file larger than 64 KB" in message("large")
    assert "names a file that is not UTF-8 text" in message("binary")
    assert "File name too long" in message("x" * 300)


def test_evaluation_in_full() -> None:
    fragment = "evaluation: {interval: 15s, slice: 5m, settle: 0}\nprometheus: {scrape_interval: 1m}\n"
    result = with_top(fragment)
    assert codes_of(result) == ["SG104"]
    expected = EvaluationSettings(timedelta(seconds=15), timedelta(minutes=5), timedelta(0))
    assert configuration_of(result).evaluation == expected


@pytest.mark.parametrize(
    ("fragment", "words"),
    [
        (
            "{slice: 7m}",
            "2:21 SG032 evaluation.slice must be whole seconds, at least 10s, and divide an hour (got 7m).",
        ),
        ("{slice: 5s}", "SG032 evaluation.slice must be whole seconds, at least 10s"),
        ("{slice: 2h}", "SG032 evaluation.slice must be whole seconds"),
        ("{slice: 22500ms}", "SG032 evaluation.slice must be whole seconds"),
        ("{interval: 500ms}", "SG032 evaluation.interval must be between 1s and 1h (got 500ms). Use 30s."),
        ("{interval: 2h}", "SG032 evaluation.interval must be between 1s and 1h"),
        ("{settle: 2h}", "SG032 evaluation.settle must be at most 1h (got 2h). Use 15s."),
        ("{settle: -1s}", "SG030 evaluation.settle is not a duration (got -1s)."),
    ],
)
def test_evaluations_that_cannot_be(fragment: str, words: str) -> None:
    assert words in complaint(f"evaluation: {fragment}")


@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        ("prometheus: {scrape_interval: 30s}", []),
        ("prometheus: {scrape_interval: 31s}", ["SG103"]),
        ("evaluation: {slice: 20s}", ["SG103"]),
        ("evaluation: {settle: 9s}", ["SG104"]),
        ("evaluation: {settle: 10s}", []),
        ("evaluation: {settle: 1s}\nprometheus: {scrape_interval: 1s}", []),
    ],
)
def test_warnings_of_the_evaluation(fragment: str, expected: list[str]) -> None:
    assert codes_of(with_top(fragment + "\n")) == expected


def test_receivers_and_routes(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY + "\n", encoding="utf-8")
    fragment = f"""notify:
  slack:
    bot: {{token: xoxb-1, channel: "#a", api_url: "http://127.0.0.1:1/api"}}
    hook: {{webhook_url: "https://hooks.example.com/x"}}
  pagerduty:
    direct: {{routing_key: {KEY}}}
    file: {{routing_key_file: key, events_url: "http://127.0.0.1:2/"}}
routes: {{page: [pagerduty.direct, slack.bot, pagerduty.direct], ticket: slack.hook, info: [pagerduty.file]}}
"""
    configuration = configuration_of(with_top(fragment, {}, tmp_path))
    assert configuration.receivers == (
        SlackReceiver("slack.bot", Secret("xoxb-1"), "#a", api_url="http://127.0.0.1:1/api/"),
        SlackReceiver("slack.hook", webhook_url=Secret("https://hooks.example.com/x")),
        PagerDutyReceiver("pagerduty.direct", Secret(KEY)),
        PagerDutyReceiver("pagerduty.file", Secret(KEY), "http://127.0.0.1:2"),
    )
    assert configuration.routes == {
        Severity.PAGE: ("pagerduty.direct", "slack.bot"),
        Severity.TICKET: ("slack.hook",),
        Severity.INFO: ("pagerduty.file",),
    }


@pytest.mark.parametrize(
    ("notify", "words"),
    [
        (
            "{slack: {a: {token: x}}}",
            "2:21 SG072 notify.slack.a has a token but no channel. Give token and channel, or",
        ),
        ("{slack: {a: {channel: x}}}", "SG072 notify.slack.a has neither a token nor a webhook."),
        ("{slack: {a: {}}}", "SG072 notify.slack.a has neither a token nor a webhook."),
        ("{slack: {a: {token: x, webhook_url: y}}}", "SG072 notify.slack.a has both a token and a webhook."),
        (
            "{slack: {a: {channel: x, webhook_url: y}}}",
            "SG072 notify.slack.a has a channel, which its webhook already d",
        ),
        ("{slack: {a: {token: 'x y', channel: z}}}", "SG073 notify.slack.a.token must be one word"),
        ("{slack: {a: {webhook_url: hooks}}}", "SG073 notify.slack.a.webhook_url must be an address"),
        ("{slack: {a: {webhook_url: 'http://['}}}", "SG073 notify.slack.a.webhook_url must be an address"),
        ("{slack: {a: {token: x, channel: y, api_url: z}}}", "SG034 notify.slack.a.api_url must be an address"),
        ("{slack: {a: {token_file: none, channel: y}}}", "2:34 SG071 notify.slack.a.token_file names no regular file"),
        ("{slack: {'a b': {token: x, channel: y}}}", "2:18 SG026 notify.slack.a b is not a valid name. Use letters"),
        ("{pagerduty: {a: {}}}", "SG070 notify.pagerduty.a needs a routing_key. Add routing_key or routing_key_file."),
        (
            "{pagerduty: {a: {routing_key: abc}}}",
            "SG073 notify.pagerduty.a.routing_key must have 32 letters and digits ",
        ),
        ("{pagerduty: {a: {routing_kye: abc}}}", "SG020 there is no key routing_kye here. Did you mean routing_key?"),
        ("{slack: {a: {tokn: x, channel: y}}}", "SG020 there is no key tokn here. Did you mean token?"),
        ("{slak: {a: {token: x, channel: y}}}", "2:10 SG020 there is no key slak here. Did you mean slack?"),
    ],
)
def test_receivers_that_cannot_be(notify: str, words: str) -> None:
    assert words in complaint(f"notify: {notify}")


def test_a_route_to_a_faulty_receiver_is_no_second_problem() -> None:
    notify = "notify: {pagerduty: {a: {routing_key: abc}}}\n"
    assert codes_of(with_top(notify + "routes: {page: pagerduty.a}\n")) == ["SG073"]


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("slack.on-call", "Did you mean slack.oncall?"),
        ("oncall", "Did you mean slack.oncall?"),
        ("teams.blue", "Declare it under notify; routes name it as slack.<name> or pagerduty.<name>."),
    ],
)
def test_unknown_receivers_get_a_suggestion(name: str, advice: str) -> None:
    notify = "notify: {slack: {oncall: {token: x, channel: '#a'}}}\n"
    message = complaint(f"{notify}routes: {{page: [slack.oncall, {name}]}}")
    assert message == f"3:31 SG074 there is no receiver {name}. {advice}"


def test_empty_credentials_are_a_warning_and_the_receiver_stays() -> None:
    notify = """notify:
  slack: {a: {token: "${A:-}", channel: "#a"}, b: {webhook_url: ""}}
  pagerduty: {c: {routing_key: "${A:-}"}}
routes: {page: [slack.a, slack.b, pagerduty.c]}
"""
    result = with_top(notify)
    assert codes_of(result) == ["SG102", "SG102", "SG102"]
    slack, hook, pagerduty = configuration_of(result).receivers
    assert slack == SlackReceiver("slack.a", Secret(""), "#a")
    assert hook == SlackReceiver("slack.b", webhook_url=Secret(""))
    assert pagerduty == PagerDutyReceiver("pagerduty.c", Secret(""))


def test_services_route_by_themselves() -> None:
    slo = "{name: s, objective: 99, indicator: {events: {bad: e, total: t}}}"
    text = f"""version: 1
notify: {{slack: {{a: {{token: x, channel: y}}, b: {{token: x, channel: y}}, c: {{token: x, channel: y}}}}}}
routes: {{page: slack.a, ticket: slack.a}}
defaults: {{runbook_url: https://r.example.com}}
services:
  - {{name: one, slos: [{slo}]}}
  - {{name: two, slos: [{slo}], routes: {{page: slack.b}}}}
  - {{name: three, slos: [{slo}], routes: {{page: []}}}}
"""
    result = loaded(text)
    configuration = configuration_of(result)
    heard = {name: configuration.receivers_for(name, Severity.PAGE) for name in ("one", "two", "three")}
    assert heard == {"one": ("slack.a",), "two": ("slack.b",), "three": ()}
    assert configuration.receivers_for("two", Severity.TICKET) == ("slack.a",)
    assert [problem.message for problem in result.problems] == [
        "no route leads to slack.c. Name it in routes, or remove it.",
        "pages of three go to nobody. Add `page` to routes.",
    ]
    broken = loaded(text.replace("page: slack.b", "page: slack.x"))
    assert codes_of(broken) == ["SG074"]
