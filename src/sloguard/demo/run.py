"""The demonstration as a whole: sets the stage, tells the story, and ends in order, whatever happens."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from sloguard.clock import monotonic_seconds
from sloguard.demo.child import DemoError
from sloguard.demo.faults import Fault
from sloguard.demo.screen import Screen
from sloguard.demo.stage import DemoOptions, Stage
from sloguard.demo.story import Story, StoryError

EXIT_INTERRUPTED = 130
_LONGEST_SECONDS = 15 * 60
_WATCH_SECONDS = 1.0


def run_demo(options: DemoOptions) -> int:
    """Run it. Call it from the main thread.

    Returns:
        0: the story was told as it should be. 1: something was missing, and said. 130: interrupted.

    Raises:
        MissingProgramError: Prometheus is not installed.
    """
    screen = Screen()
    deadline = monotonic_seconds() + _LONGEST_SECONDS
    with _signals_interrupt():
        try:
            with Stage(options, screen) as stage:
                _describe(stage, screen)
                _tell(Story(stage, screen, deadline), once=options.once)
                if not options.once:
                    _watch(stage, screen)
        except DemoError as error:
            screen.bad(str(error))
            return error.exit_code
        except KeyboardInterrupt:
            screen.say("Interrupted; everything is stopped.")
            return EXIT_INTERRUPTED
    screen.say("Everything is stopped.")
    return 0


def _tell(story: Story, *, once: bool) -> None:
    """Whoever looks on may look for the reason, too: only unattended does a failed story end the demonstration."""
    try:
        story.tell()
    except StoryError as error:
        if once:
            raise
        story.screen.bad(str(error))


def _describe(stage: Stage, screen: Screen) -> None:
    screen.heading("Everything runs")
    screen.pairs(
        {
            "Overview": f"{stage.daemon_url}/",
            "Status": f"{stage.daemon_url}/api/v1/status",
            "sloguard's metrics": f"{stage.daemon_url}/metrics",
            "Prometheus": stage.prometheus_url,
            "The workload's metrics": f"{stage.workload_url}/metrics",
            "Its faults": f"{stage.workload_url}/faults",
            "Files and logs": str(stage.directory),
        }
    )


def _watch(stage: Stage, screen: Screen) -> None:
    screen.heading("It goes on until Ctrl-C. Break something else:")
    for fault in Fault:
        screen.quote([f"curl -X POST {stage.workload_url}/faults/{fault}      (and -X DELETE to repair it)"])
    while True:
        stage.check()
        time.sleep(_WATCH_SECONDS)


@contextmanager
def _signals_interrupt() -> Iterator[None]:
    """SIGTERM and SIGHUP end it as Ctrl-C does."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    # SIGINT as well: a shell starts background jobs with it ignored.
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
