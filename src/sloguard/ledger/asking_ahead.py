"""Asking for several chunks at once, with rests in between: how much of Prometheus a replay may take."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

Work = TypeVar("Work")
Answer = TypeVar("Answer")

_BLINK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Load:
    """What a replay may ask of Prometheus."""

    concurrency: int = 1
    """Chunks that are asked for at once."""
    pause: timedelta = timedelta(0)
    """Rest after each chunk before the next one is asked for in its place."""


def ask_ahead(
    ask: Callable[[Work], Answer], works: Iterable[Work], load: Load, stopped: Callable[[], bool]
) -> Iterator[tuple[Work, Answer]]:
    """The answers in the order of the work, at most so many of them waiting. Ends early once it is stopped."""
    waiting: deque[tuple[Work, Future[Answer]]] = deque()

    def answer(work: Work, *, rested: bool) -> Answer:
        if not rested:
            _rest(load.pause, stopped)
        return ask(work)

    with ThreadPoolExecutor(max_workers=load.concurrency, thread_name_prefix="replay") as pool:
        try:
            for number, work in enumerate(works):
                if stopped():
                    break
                waiting.append((work, pool.submit(answer, work, rested=number < load.concurrency)))
                if len(waiting) >= load.concurrency:
                    yield _first(waiting)
            while waiting and not stopped():
                yield _first(waiting)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _first(waiting: deque[tuple[Work, Future[Answer]]]) -> tuple[Work, Answer]:
    work, future = waiting.popleft()
    return work, future.result()


def _rest(pause: timedelta, stopped: Callable[[], bool]) -> None:
    blinks = round(pause.total_seconds() / _BLINK_SECONDS)
    awake = threading.Event()
    for _ in range(blinks):
        if stopped():
            return
        awake.wait(_BLINK_SECONDS)
