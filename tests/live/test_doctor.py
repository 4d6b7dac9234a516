"""`sloguard doctor` in good and in broken surroundings."""

import json
import shutil
import socket
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import chdir
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import typer
from pytest_httpserver import HTTPServer
from typer.testing import CliRunner, Result

from sloguard.cli.doctor import doctor
from sloguard.config import load
from sloguard.demo.prometheus import PrometheusServer
from sloguard.model.lease import taken
from sloguard.rules import rule_files
from sloguard.store import open_store

TOKEN = "xoxb-very-secret"
ROUTING_KEY = "0123456789abcdef0123456789abcdef"
FILE = """version: 1
prometheus: {url: "${PROMETHEUS_URL}"}
notify:
  slack: {oncall: {token: "${SLACK_BOT_TOKEN:-}", channel: "#oncall", api_url: "${SLACK_API_URL:-https://slack.com/api/}"}}
  pagerduty: {primary: {routing_key: "${PAGERDUTY_ROUTING_KEY:-}", events_url: "${PAGERDUTY_EVENTS_URL:-http://127.0.0.1:1}"}}
routes: {page: [pagerduty.primary, slack.oncall]}
services:
  - name: shop
    runbook_url: https://runbooks.example.com/shop
    slos:
      - name: availability
        objective: 99.9
        indicator:
          events: {bad: 'http_requests_total{job="shop",code="500"}', total: 'http_requests_total{job="shop"}'}
      - name: latency
        objective: 95
        indicator: {latency: {histogram: http_request_duration_seconds, filter: '{job="shop"}', below: 300ms}}
"""


@pytest.fixture
def slack(httpserver: HTTPServer) -> HTTPServer:
    httpserver.expect_request("/api/auth.test").respond_with_json({"ok": True, "team": "Shop"})
    return httpserver


@pytest.fixture
def environ(shop: PrometheusServer, slack: HTTPServer) -> dict[str, str]:
    return {
        "PROMETHEUS_URL": shop.url,
        "SLACK_BOT_TOKEN": TOKEN,
        "SLACK_API_URL": slack.url_for("/api/"),
        "PAGERDUTY_ROUTING_KEY": ROUTING_KEY,
        "PAGERDUTY_EVENTS_URL": slack.url_for(""),
    }


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "slo.yaml").write_text(FILE, encoding="utf-8")
    return tmp_path


NOBODY = "none evaluates on this store at present"
app = typer.Typer()
app.command()(doctor)
runner = CliRunner(env=dict.fromkeys(("SLOGUARD_CONFIG", "SLOGUARD_STORE", "PROMETHEUS_URL")))


def run(directory: Path, environ: Mapping[str, str], *arguments: str) -> Result:
    with chdir(directory):
        done = runner.invoke(app, arguments, env=environ)
    for secret in (TOKEN, ROUTING_KEY):
        assert secret not in done.output
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def examined(directory: Path, environ: Mapping[str, str], *arguments: str) -> tuple[int, dict[str, tuple[str, str]]]:
    """The exit code; state and detail by check."""
    done = run(directory, environ, "--format", "json", *arguments)
    document = json.loads(done.stdout)
    assert document["schema"] == "sloguard/doctor/v1"
    for check in document["checks"]:
        assert (check["remedy"] is not None) == (check["state"] in {"warning", "problem"})
    states = {check["name"]: (check["state"], check["detail"]) for check in document["checks"]}
    assert document["healthy"] == all(state != "problem" for state, _ in states.values())
    return done.exit_code, states


def test_all_is_well(directory: Path, environ: dict[str, str]) -> None:
    code, checks = examined(directory, environ)
    assert {name: state for name, (state, _) in checks.items() if state != "ok"} == {}
    assert code == 0
    assert len(checks) >= 14
    assert checks["receiver slack.oncall"][1] == "the token is valid in Shop"
    assert checks["prometheus"][1].startswith(environ["PROMETHEUS_URL"])
    assert checks["retention"][1] == "30d, the longest window is 30d"
    assert "fine if only the daemon is used" in checks["rules"][1]
    assert list(directory.iterdir()) == [directory / "slo.yaml"]


def test_which_daemon_evaluates(directory: Path, environ: dict[str, str]) -> None:
    store = f"sqlite:///{directory / 'store.db'}"
    opened = open_store(store)
    assert examined(directory, environ, "--store", store)[1]["daemon"] == ("ok", NOBODY)
    lease = taken(None, "shop-1:4242:abc", timedelta(minutes=1), datetime.now(UTC))
    assert opened.lease.take(None, lease)
    said = examined(directory, environ, "--store", store)[1]["daemon"]
    assert said == ("ok", "shop-1 (process 4242) evaluates on this store")
    assert opened.lease.renew(lease, datetime(2026, 11, 22, 3, 0, tzinfo=UTC))
    said = examined(directory, environ, "--store", store)[1]["daemon"]
    assert said == (
        "ok",
        "none evaluates at present; the last one was shop-1 (process 4242), until 2026-11-22 03:00 UTC",
    )
    opened.lease.give_back(lease)
    opened.close()
    assert examined(directory, environ, "--store", store)[1]["daemon"] == ("ok", NOBODY)


def test_the_table_has_a_line_for_each_check_and_its_remedy(directory: Path, environ: dict[str, str]) -> None:
    done = run(directory, environ)
    assert done.exit_code == 0
    assert "✓ ok       configuration: valid; services: 1, SLOs: 2\n" in done.stdout
    assert run(directory, environ, "--quiet").stdout == ""
    done = run(directory, {**environ, "PAGERDUTY_ROUTING_KEY": ""}, "--quiet")
    assert done.exit_code == 1
    assert "✗ problem  credentials: empty: pagerduty.primary\n           Set the variables" in done.stdout


def test_a_variable_that_is_not_set(directory: Path, environ: dict[str, str]) -> None:
    del environ["PROMETHEUS_URL"]
    code, checks = examined(directory, environ)
    assert code == 1
    assert checks["environment"] == ("problem", "not set: PROMETHEUS_URL")
    assert checks["configuration"][0] == "problem"
    assert checks["prometheus"] == ("skipped", "the configuration is not valid")
    assert checks["store"][0] == "ok"


def test_no_file(tmp_path: Path) -> None:
    code, checks = examined(tmp_path, {})
    assert code == 1
    assert checks["configuration"][0] == "problem"
    assert "there is no such file" in checks["configuration"][1]


def test_prometheus_away(directory: Path, environ: dict[str, str]) -> None:
    code, checks = examined(directory, environ, "--prometheus", "http://127.0.0.1:1")
    assert code == 1
    assert checks["prometheus"][0] == "problem"
    assert {checks[name][0] for name in ("clock", "retention", "scrape interval", "metrics", "rules")} == {"skipped"}


def test_a_token_that_slack_refuses(directory: Path, environ: dict[str, str], httpserver: HTTPServer) -> None:
    httpserver.clear()
    httpserver.expect_request("/api/auth.test").respond_with_json({"ok": False, "error": "invalid_auth"})
    code, checks = examined(directory, environ)
    assert code == 1
    assert checks["receiver slack.oncall"] == ("problem", "Slack refuses the token (invalid_auth)")
    assert [request.path for request, _ in httpserver.log] == ["/api/auth.test"]


def test_receivers_that_cannot_be_reached(directory: Path, environ: dict[str, str]) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        away = f"http://127.0.0.1:{listener.getsockname()[1]}"
    environ |= {"SLACK_API_URL": f"{away}/api/", "PAGERDUTY_EVENTS_URL": away}
    code, checks = examined(directory, environ)
    assert code == 1
    assert checks["receiver slack.oncall"] == ("problem", "Slack does not answer (Connection refused)")
    assert checks["receiver pagerduty.primary"] == ("problem", "127.0.0.1 cannot be reached (Connection refused)")


def test_an_https_receiver_that_speaks_no_tls(directory: Path, environ: dict[str, str]) -> None:
    environ["PAGERDUTY_EVENTS_URL"] = environ["PAGERDUTY_EVENTS_URL"].replace("http:", "https:")
    _, checks = examined(directory, environ)
    assert checks["receiver pagerduty.primary"][0] == "problem"


def test_a_folder_in_which_nothing_can_be_made(directory: Path, environ: dict[str, str]) -> None:
    code, checks = examined(directory, environ, "--store", "sqlite:////proc/sloguard.db")
    assert code == 1
    assert checks["disk"][0] == "problem"
    assert "no file can be made in /proc" in checks["disk"][1]


def _corrupt(file: Path) -> None:
    file.write_bytes(b"no database" * 1000)


def _foreign(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE mine (x)")
    connection.close()


def _older(file: Path) -> None:
    open_store(f"sqlite:///{file}").close()
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    connection.close()


def _newer(file: Path) -> None:
    _older(file)
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_corrupt, "is not a SQLite database"),
        (_foreign, "belongs to another program"),
        (_older, "was written by an older sloguard"),
        (_newer, "was written by a newer sloguard"),
        (Path.mkdir, "is a folder"),
    ],
)
def test_stores_that_cannot_be_used(directory: Path, environ: dict[str, str], make: object, words: str) -> None:
    file = directory / "sloguard.db"
    assert callable(make)
    make(file)
    code, checks = examined(directory, environ)
    assert code == 1
    assert checks["store"][0] == "problem"
    assert words in checks["store"][1]


def test_a_store_that_is_used(directory: Path, environ: dict[str, str]) -> None:
    open_store(f"sqlite:///{directory / 'sloguard.db'}").close()
    _, checks = examined(directory, environ)
    assert checks["store"][1].endswith("can be read and written, its schema is current")
    _, checks = examined(directory, environ, "--store", "postgresql://me:s3cr3t@127.0.0.1:1/slo")
    assert checks["store"][0] == "problem"
    assert "s3cr3t" not in checks["store"][1]


@pytest.fixture
def rules_folder(shop: PrometheusServer) -> Iterator[Path]:
    folder = shop.directory / "rules"
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
    shop.reload()


def test_rules_that_are_loaded(
    directory: Path, environ: dict[str, str], shop: PrometheusServer, rules_folder: Path
) -> None:
    configuration = load(directory / "slo.yaml", environ).configuration
    assert configuration is not None
    rules_folder.mkdir()
    for path, text in rule_files(configuration).items():
        (rules_folder / Path(path).name).write_text(text, encoding="utf-8")
    shop.reload()
    _, checks = examined(directory, environ)
    state, detail = checks["rules"]
    assert (state, detail.endswith("rule groups are loaded and current")) == ("ok", True), detail

    changed = FILE.replace('code="500"', 'code=~"5.."').replace("name: latency", "name: speed")
    (directory / "slo.yaml").write_text(changed, encoding="utf-8")
    code, checks = examined(directory, environ)
    assert code == 0
    state, detail = checks["rules"]
    assert state == "warning"
    for words in ("missing (sloguard-shop-speed", "not current (sloguard-shop-availability", "orphaned (sloguard-shop"):
        assert words in detail


def test_a_file_that_prometheus_does_not_fit(directory: Path, environ: dict[str, str]) -> None:
    text = FILE.replace("below: 300ms", "below: 400ms").replace("services:", "defaults: {window: 60d}\nservices:")
    (directory / "slo.yaml").write_text(text.replace('"}\nnotify', '", scrape_interval: 5s}\nnotify'), encoding="utf-8")
    code, checks = examined(directory, environ)
    assert code == 1
    assert checks["metrics"] == ("problem", "1 SLO cannot be measured, such as shop/latency")
    assert checks["retention"][0] == "warning"
    assert checks["scrape interval"][0] == "warning"
