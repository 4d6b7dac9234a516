"""The demonstration's story: a release breaks registration, one page comes, a rollback, its resolve."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from sloguard.clock import monotonic_seconds
from sloguard.demo.child import DemoError
from sloguard.demo.faults import DESCRIPTIONS, Fault
from sloguard.demo.reception import Reception
from sloguard.demo.screen import Screen
from sloguard.demo.stage import Stage
from sloguard.presentation.words import budget_left, rate

SLO_ID = "onboarding/availability"
_FAULT = Fault.BAD_RELEASE
_CALM_SECONDS = 15.0
_PAGE_SECONDS = 240.0
_READING_SECONDS = 5.0
_RESOLVE_SECONDS = 600.0
_PROGRESS_SECONDS = 30.0
_POLL_SECONDS = 0.5


class StoryError(DemoError):
    """Not everything arrived, or something else did."""


@dataclass(frozen=True, slots=True)
class Story:
    stage: Stage
    screen: Screen
    deadline: float
    """Monotonic seconds: the whole story is over by then."""

    @property
    def reception(self) -> Reception:
        return Reception(self.stage.pagerduty, self.stage.slack, SLO_ID)

    def tell(self) -> None:
        """Let it happen, and say what is being waited for.

        Raises:
            StoryError: the page or its resolve did not arrive in both receivers, or another page came.
        """
        self.screen.heading("What happens now")
        self.screen.say(f"A bad release goes out in {_CALM_SECONDS:.0f} seconds. You need not do anything.")
        self._wait(_CALM_SECONDS)
        self._break()
        self._repair()
        problems = self.reception.problems()
        if problems:
            raise StoryError(f"The story is not as it should be: {'; '.join(problems)}.")
        self.screen.good("Exactly one page and its resolve reached PagerDuty and Slack.")

    def _break(self) -> None:
        start = monotonic_seconds()
        self.stage.switch(_FAULT, on=True)
        self.screen.bad(f"BROKEN    {DESCRIPTIONS[_FAULT]}")
        self.screen.say("Waiting for the page. 1.44 % of an hour's requests must fail first: a good minute of this.")
        self._until(self.reception.paged, _PAGE_SECONDS, "no page")
        self.screen.good(f"The page came {monotonic_seconds() - start:.0f} s after the release. In Slack it reads:")
        self.screen.quote(self.reception.page_text())

    def _repair(self) -> None:
        self._wait(_READING_SECONDS)
        start = monotonic_seconds()
        self.stage.switch(_FAULT, on=False)
        self.screen.good("REPAIRED  the release is rolled back")
        self.screen.say(
            "Waiting for the resolve. It comes when the bad minute has left the last five minutes,\n"
            "and the burn rate stays low for a moment: in about six minutes."
        )
        self._until(self.reception.resolved, _RESOLVE_SECONDS, "no resolve")
        self.screen.good(f"The resolve came {(monotonic_seconds() - start) / 60:.1f} min after the repair.")

    def _until(self, happened: Callable[[], bool], seconds: float, otherwise: str) -> None:
        start = told = monotonic_seconds()
        end = min(start + seconds, self.deadline)
        while not happened():
            now = monotonic_seconds()
            if now > end:
                missing = "; ".join(self.reception.problems())
                raise StoryError(f"After {now - start:.0f} s there was {otherwise}: {missing}.\n{self._burn()}")
            if now - told >= _PROGRESS_SECONDS:
                told = now
                self.screen.say(self._burn())
            self._wait(_POLL_SECONDS)

    def _wait(self, seconds: float) -> None:
        end = monotonic_seconds() + seconds
        while (left := end - monotonic_seconds()) > 0:
            self.stage.check()
            time.sleep(min(left, _POLL_SECONDS))

    def _burn(self) -> str:
        """What the daemon says about the SLO, in one line."""
        try:
            services = self.stage.get(f"{self.stage.daemon_url}/api/v1/status").raise_for_status().json()["services"]
        except httpx.HTTPError as error:
            return f"The daemon does not tell its status: {error}"
        slo = next((slo for service in services for slo in service["slos"] if slo["id"] == SLO_ID), None)
        if slo is None:
            return f"{SLO_ID} is not declared in {self.stage.options.config}."
        rates = ", ".join(f"{rate(slo['burn_rates'].get(window))} over {window}" for window in ("5m", "1h"))
        left = budget_left((slo["error_budget"] or {}).get("remaining_ratio"))
        return f"{SLO_ID} {slo['state']}: burn rate {rates}; {left}"
