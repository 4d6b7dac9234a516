"""The demonstration's story: a release breaks registration, one page comes, a rollback, its resolve."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from sloguard.clock import monotonic_seconds
from sloguard.demo.child import DemoError
from sloguard.demo.faults import DESCRIPTIONS, Fault
from sloguard.demo.screen import Screen
from sloguard.demo.stage import Stage
from sloguard.presentation.words import percent, rate

SLO_ID = "onboarding/availability"
_FAULT = Fault.BAD_RELEASE
_CALM_SECONDS = 15.0
_PAGE_SECONDS = 240.0
_READING_SECONDS = 10.0
_RESOLVE_SECONDS = 600.0
_PROGRESS_SECONDS = 30.0
_POLL_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Burn:
    """What the daemon says about the SLO, in words."""

    state: str
    short: str
    long: str
    remaining: str

    def __str__(self) -> str:
        return f"{SLO_ID} is {self.state}: burn rate 5m {self.short}, 1h {self.long}; {self.remaining} of its budget left"


def tell(stage: Stage, screen: Screen) -> None:
    """Let it happen, and say what is being waited for.

    Raises:
        DemoError: the page or its resolve did not arrive in both receivers, or another page came.
    """
    screen.heading("What happens now")
    screen.say(f"{_burn(stage)}\nIn {_CALM_SECONDS:.0f} seconds a bad release goes out. Nothing is to be done: watch.")
    _wait(stage, _CALM_SECONDS)
    broken_at = monotonic_seconds()
    stage.switch(_FAULT, on=True)
    screen.bad(f"BROKEN  {DESCRIPTIONS[_FAULT]}")
    screen.say("Waiting for the page: 1.44 % of an hour's requests must fail first, about a minute's worth of these.")
    _until(stage, screen, lambda: _paged(stage), _PAGE_SECONDS, "no page arrived in both receivers")
    screen.good(f"the page is there, {monotonic_seconds() - broken_at:.0f} s after the release")
    _wait(stage, _READING_SECONDS)
    stage.switch(_FAULT, on=False)
    repaired_at = monotonic_seconds()
    screen.good("REPAIRED  the release is rolled back")
    screen.say(
        "Waiting for the resolve: it comes when the last five minutes are clean again, and stay so for a moment.\n"
        "That is five to seven minutes; the burn rates fall meanwhile."
    )
    _until(stage, screen, lambda: _resolved(stage), _RESOLVE_SECONDS, "the page was not resolved in both receivers")
    screen.good(f"resolved, {(monotonic_seconds() - repaired_at) / 60:.1f} min after the repair")
    _judge(stage)
    screen.good("exactly one page and its resolve reached PagerDuty and Slack")


def _until(
    stage: Stage, screen: Screen, happened: Callable[[], bool], seconds: float, otherwise: str
) -> None:
    start = told = monotonic_seconds()
    while not happened():
        now = monotonic_seconds()
        if now - start > seconds:
            raise DemoError(f"{otherwise[0].upper()}{otherwise[1:]} within {seconds:.0f} s. {_received(stage)}")
        if now - told >= _PROGRESS_SECONDS:
            told = now
            screen.say(str(_burn(stage)))
        _wait(stage, _POLL_SECONDS)


def _wait(stage: Stage, seconds: float) -> None:
    deadline = monotonic_seconds() + seconds
    while (left := deadline - monotonic_seconds()) > 0:
        stage.check()
        time.sleep(min(left, _POLL_SECONDS))


def _burn(stage: Stage) -> Burn | str:
    try:
        services = stage.get(f"{stage.daemon_url}/api/v1/status").raise_for_status().json()["services"]
    except httpx.HTTPError as error:
        return f"the daemon does not tell its status: {error}"
    slo = next(slo for service in services for slo in service["slos"] if slo["id"] == SLO_ID)
    burn = slo["burn_rates"]
    budget = slo["error_budget"] or {}
    return Burn(slo["state"], rate(burn.get("5m")), rate(burn.get("1h")), percent(budget.get("remaining_ratio")))
