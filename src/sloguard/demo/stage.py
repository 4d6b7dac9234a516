"""Everything the demonstration runs, started in order and stopped in reverse."""

import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from sloguard.clock import monotonic_seconds, utc_now
from sloguard.demo.child import Child, DemoError, child_environment
from sloguard.demo.history import Past, write_past
from sloguard.demo.leash import leashed
from sloguard.demo.prometheus import PrometheusServer, free_port, program
from sloguard.demo.quicken import EVALUATION_INTERVAL, SCRAPE_INTERVAL, quickened
from sloguard.demo.receivers import PagerDutyStandIn, SlackStandIn
from sloguard.demo.screen import Screen
from sloguard.presentation.words import count

SLACK_TOKEN = "xoxb-demo"  # noqa: S105 - known to our own stand-in alone
ROUTING_KEY = "demo" * 8
"""PagerDuty's integration keys have 32 characters."""
_START_SECONDS = 90.0
_SCRAPE_SECONDS = 30.0
_FINDINGS = frozenset({0, 1})

_PROMETHEUS_CONFIG = """\
global: {{scrape_interval: {scrape}, scrape_timeout: {scrape}, evaluation_interval: {scrape}}}
rule_files: ["{rules}/*.yaml"]
scrape_configs:
  - job_name: workload
    static_configs: [{{targets: ["{workload}"]}}]
  - job_name: sloguard
    static_configs: [{{targets: ["{daemon}"]}}]
"""


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """A port of 0 is any free one."""

    config: Path = Path("slo.yaml")
    once: bool = False
    """End after the story, with an exit code that tells whether all of it happened."""
    days: int = 7
    """Length of the generated past."""
    directory: Path | None = None
    """Where everything is kept; None is a temporary directory, removed at the end."""
    workload_port: int = 0
    prometheus_port: int = 0
    daemon_port: int = 0


class Stage:
    """The parts of the demonstration; they run while the context is open."""

    def __init__(self, options: DemoOptions, screen: Screen) -> None:
        self.options = options
        self._screen = screen
        self._stack = ExitStack()
        self._children: list[Child] = []
        self._http = httpx.Client(trust_env=False, timeout=5.0)
        self._workload_address = f"127.0.0.1:{options.workload_port or free_port()}"
        self._daemon_address = f"127.0.0.1:{options.daemon_port or free_port()}"
        self.workload_url = f"http://{self._workload_address}"
        self.daemon_url = f"http://{self._daemon_address}"
        self.prometheus_url = ""
        self.directory = (options.directory or _temporary()).absolute()
        self._config = self.directory / "slo.yaml"
        self._common = ("--config", str(self._config), "--store", f"sqlite:///{self.directory}/sloguard.db")
        self.slack = SlackStandIn(token=SLACK_TOKEN, on_event=screen.event)
        self.pagerduty = PagerDutyStandIn(routing_key=ROUTING_KEY, on_event=screen.event)

    def __enter__(self) -> Self:
        try:
            self._start()
        except (OSError, RuntimeError, httpx.HTTPError) as error:
            self._stop(error)
            raise DemoError(f"The demonstration could not be set up: {error}") from error
        except subprocess.CalledProcessError as error:
            self._stop(error)
            raise DemoError(
                f"{Path(error.cmd[0]).name} failed with exit code {error.returncode}: {error.stderr}"
            ) from error
        except BaseException as error:
            self._stop(error)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop(error)

    def _stop(self, error: BaseException | None) -> None:
        """Stop everything. After an error the directory stays, for the sake of its logs."""
        self._stack.close()
        if isinstance(error, Exception) and self.directory.exists():
            self._screen.say(f"Logs and data are left in {self.directory}")
        elif self.options.directory is None:
            shutil.rmtree(self.directory, ignore_errors=True)

    def get(self, url: str) -> httpx.Response:
        return self._http.get(url)

    def switch(self, fault: str, *, on: bool) -> None:
        """Switch one of the workload's faults."""
        try:
            self._http.request("POST" if on else "DELETE", f"{self.workload_url}/faults/{fault}").raise_for_status()
        except httpx.HTTPError as error:
            raise DemoError(f"The workload did not switch {fault}: {error}") from error

    def check(self) -> None:
        """Raise DemoError if a part has ended by itself."""
        for child in self._children:
            child.check()

    def _start(self) -> None:
        _require(self.options.config)
        self._stack.enter_context(self._http)
        self._prepare_directory()
        self._start_receivers()
        self._sloguard("generate", "rules", "--config", str(self._config), "--out", str(self.directory)).complete()
        self._start_workload()
        self._start_prometheus()
        self._screen.heading("sloguard replay: the ledger is filled from Prometheus' past")
        # Further back than any window reaches: what was not asked for is shown as approximate.
        self._sloguard("replay", *self._common, "--since", "31d").complete(show=True)
        self._screen.heading("sloguard status: what is left of each error budget")
        self._sloguard("status", *self._common).complete(show=True, accepted=_FINDINGS)
        self._start_daemon()

    def _prepare_directory(self) -> None:
        if self.directory.exists() and any(self.directory.iterdir()):
            raise DemoError(f"{self.directory} is not empty. Name a new directory, or remove it.")
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._config.write_text(quickened(self.options.config.read_text(encoding="utf-8")), encoding="utf-8")
        self._screen.say(
            f"A copy of {self.options.config}, quickened: Prometheus scrapes every {SCRAPE_INTERVAL}, "
            f"sloguard evaluates every {EVALUATION_INTERVAL}."
        )

    def _start_receivers(self) -> None:
        for receiver in (self.slack, self.pagerduty):
            self._stack.callback(receiver.stop)
            receiver.start()

    def _start_workload(self) -> None:
        command = (sys.executable, "-m", "sloguard.demo.workload", "--listen", self._workload_address)
        workload = self._child("workload", command)
        self._run(workload)
        self._await(workload, f"{self.workload_url}/faults", _START_SECONDS)

    def _start_prometheus(self) -> None:
        server = PrometheusServer(
            self.directory / "prometheus",
            _PROMETHEUS_CONFIG.format(
                scrape=SCRAPE_INTERVAL,
                rules=self.directory / "alerting-rules",
                workload=self._workload_address,
                daemon=self._daemon_address,
            ),
            port=self.options.prometheus_port or None,
            launcher=leashed,
        )
        self.prometheus_url = server.url
        with self._screen.step(f"Prometheus gets a past: {self.options.days} days of two services' traffic"):
            past = Past(end=utc_now().timestamp(), days=self.options.days)
            truth = write_past(past, server.data_dir, self.directory / "past")
        self._screen.say(f"{count(truth.samples)} samples in {count(len(truth.events))} series")
        self._stack.callback(server.stop)
        server.start()
        query = f'{server.url}/api/v1/query?query=up{{job="workload"}}==1'
        self._wait_for(lambda: bool(self.get(query).json()["data"]["result"]), "the first scrape", _SCRAPE_SECONDS)

    def _start_daemon(self) -> None:
        daemon = self._sloguard("run", *self._common, "--listen", self._daemon_address)
        with self._screen.step("The daemon starts"):
            self._run(daemon)
            self._await(daemon, f"{self.daemon_url}/health/ready", _START_SECONDS)

    def _sloguard(self, command: str, *arguments: str) -> Child:
        return self._child(f"sloguard-{command}", (sys.executable, "-m", "sloguard", command, *arguments))

    def _child(self, name: str, command: tuple[str, ...]) -> Child:
        return Child(name, command, self.directory / f"{name}.log", child_environment(self._variables()))

    def _variables(self) -> Mapping[str, str]:
        """What the top-level slo.yaml asks the environment for."""
        return {
            "PROMETHEUS_URL": self.prometheus_url or "http://127.0.0.1:9",
            "SLACK_BOT_TOKEN": SLACK_TOKEN,
            "SLACK_API_URL": f"{self.slack.url}/api/",
            "PAGERDUTY_ROUTING_KEY": ROUTING_KEY,
            "PAGERDUTY_EVENTS_URL": self.pagerduty.url,
        }

    def _run(self, child: Child) -> None:
        self._stack.callback(child.stop)
        child.start()
        self._children.append(child)

    def _await(self, child: Child, url: str, seconds: float) -> None:
        try:
            self._wait_for(lambda: self.get(url).is_success, url, seconds)
        except TimeoutError as error:
            raise child.failure(f"did not answer at {url} within {seconds:.0f} s") from error

    def _wait_for(self, happened: Callable[[], bool], what: str, seconds: float) -> None:
        deadline = monotonic_seconds() + seconds
        while monotonic_seconds() < deadline:
            self.check()
            try:
                if happened():
                    return
            except httpx.TransportError:
                pass  # not listening yet
            time.sleep(0.2)
        raise TimeoutError(f"{what} did not happen within {seconds:.0f} s")


def _temporary() -> Path:
    return Path(tempfile.gettempdir()) / f"sloguard-demo-{secrets.token_hex(4)}"


def _require(config: Path) -> None:
    for name in ("prometheus", "promtool"):
        program(name)
    if not config.is_file():
        raise DemoError(f"{config} does not exist. Run the demonstration where it is, or name one with --config.")
