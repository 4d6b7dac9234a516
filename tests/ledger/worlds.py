"""The shapes of traffic that the ledger must count right."""

import math
from collections.abc import Mapping

from tests.support.truth import Pod, World

HOUR, DAY = 3_600, 86_400
END = 1_795_000_000 // HOUR * HOUR
DAYS = 5
START = END - DAYS * DAY
OUTAGE = (END - 2 * DAY, END - 2 * DAY + HOUR)
BIRTH = END - 36 * HOUR


def steady(_: float) -> float:
    return 2.0


def day_and_night(at: float) -> float:
    return 2.0 + 1.9 * math.sin(at / DAY * 2 * math.pi)


def one_percent(_: float) -> float:
    return 0.01


def an_outage(at: float) -> float:
    return 0.5 if OUTAGE[0] < at < OUTAGE[1] else 0.005


TWO = (Pod("a", START, END), Pod("b", START, END))

WORLDS: Mapping[str, World] = {
    world.job: world
    for world in (
        World(START, END, TWO, steady, one_percent, job="steady"),
        World(START, END, TWO, day_and_night, an_outage, job="day-and-night"),
        World(
            START,
            END,
            (Pod("a", START, END, initial=5_000_000), Pod("b", START, END, initial=3_000_000)),
            steady,
            one_percent,
            job="counted-long-before",
        ),
        World(
            START,
            END,
            (
                Pod("a", START, END, restarts=tuple(START + hours * HOUR + 333 for hours in range(7, 120, 7))),
                Pod("b", START, END, restarts=(START + DAY,)),
            ),
            day_and_night,
            an_outage,
            job="resets",
        ),
        World(START, END, TWO, steady, one_percent, errors_from=BIRTH, job="errors-born-late"),
        World(START, END, TWO, steady, an_outage, blind=((OUTAGE[0] - 1800, OUTAGE[1] + 1800),), job="gap-over-outage"),
        World(
            START, END, TWO, steady, one_percent, blind=((END - 2 * DAY, END - 2 * DAY + 10 * HOUR),), job="long-gap"
        ),
        World(START, END, TWO, steady, an_outage, missed_ratio=0.3, job="missed-scrapes"),
        World(
            START,
            END,
            tuple(Pod(f"pod-{i}", START + i * 6 * HOUR, START + (i + 1) * 6 * HOUR + 600) for i in range(DAYS * 4)),
            steady,
            an_outage,
            job="churn",
        ),
        World(START, END, TWO, lambda _: 0.02, lambda _: 0.2, job="low-traffic"),
        World(START, END, TWO, steady, an_outage, scrape_interval=60, job="minute-scrapes"),
    )
}

NOT_A_NUMBER = (END - 5 * HOUR, END - 5 * HOUR + 1800)
SICK = World(START, END, TWO, steady, one_percent, nan=NOT_A_NUMBER, job="not-a-number")
"""One of two pods shows NaN for half an hour."""

AWKWARD = 'a "b" \\ {c="d"},\n\u202e'
"""A tenant's name as a client may choose it."""


def tenant(name: str, seed: int, *, born: float = START, died: float = END, errors_from: float = 0.0) -> World:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    pods = (Pod("a", born, died, restarts=(START + 50 * HOUR + 7,)), Pod("b", born, died))
    labels = f',tenant="{escaped}"' if name else ""
    return World(START, END, pods, steady, an_outage, errors_from=errors_from, job="tenants", seed=seed, labels=labels)


TENANTS: Mapping[str, World] = {
    "acme": tenant("acme", 11),
    "born-late": tenant("born-late", 12, born=BIRTH),
    "errors-late": tenant("errors-late", 13, errors_from=BIRTH),
    "gone": tenant("gone", 14, died=END - 3 * DAY),
    "": tenant("", 15),
    AWKWARD: tenant(AWKWARD, 16),
}
"""What one job has counted, by the value of the label `tenant`; some of its series do not have it."""
