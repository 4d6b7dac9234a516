"""The shapes of traffic that the ledger must count right."""

import math
import os
from collections.abc import Mapping

from tests.support.truth import Pod, World

HOUR, DAY = 3_600, 86_400
END = 1_795_000_000 // HOUR * HOUR
DAYS = int(os.environ.get("SLOGUARD_WORLD_DAYS", "5"))
"""Of history. `benchmarks/accuracy.py` lives through 30."""
START = END - DAYS * DAY
OUTAGE = (END - 2 * DAY, END - 2 * DAY + HOUR)
BIRTH = END - 36 * HOUR


def steady(_: float) -> float:
    return 2.0


def day_and_night(at: float) -> float:
    """The outage falls into the night."""
    return 2.0 - 1.9 * math.cos((at - OUTAGE[0] - HOUR / 2) / DAY * 2 * math.pi)


def one_percent(_: float) -> float:
    return 0.01


def an_outage(at: float) -> float:
    return 0.5 if OUTAGE[0] < at < OUTAGE[1] else 0.005


HALF = START + DAYS * DAY // 2 + 130


def bursts(at: float) -> float:
    """Two minutes of crowds every two hours, hardly anybody between."""
    return 60.0 if at % (2 * HOUR) < 120 else 0.02


def office_hours(at: float) -> float:
    return 3.0 if 8 * HOUR < at % DAY < 18 * HOUR else 0.0


def crashes(start: float, seconds: float, every: float) -> tuple[float, ...]:
    """A crash loop: several restarts in each minute."""
    return tuple(start + every * number for number in range(int(seconds / every)))


TWO = (Pod("a", START, END), Pod("b", START, END))
EVERYTHING = tuple(
    Pod(
        f"pod-{i}",
        START + i * 5 * HOUR,
        START + (i + 1) * 5 * HOUR + 1200,
        restarts=(START + i * 5 * HOUR + 3333, *crashes(START + i * 5 * HOUR + 9000, 600 if i % 5 == 0 else 0, 40)),
    )
    for i in range(DAYS * 24 // 5 + 1)
)
"""Pods that come and go, restart, and sometimes crash again and again."""

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
                Pod("a", START, END, restarts=tuple(START + hours * HOUR + 333 for hours in range(7, DAYS * 24, 7))),
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
        World(START, END, (TWO[0],), steady, an_outage, scrape_interval=5, job="fast-scrapes"),
        World(START, END, TWO, steady, an_outage, jitter_seconds=7, scrape_interval=30, job="late-scrapes"),
        World(
            START,
            END,
            (TWO[0], Pod("b", START, END, restarts=crashes(OUTAGE[0] - HOUR + 3, 3 * HOUR, 25))),
            steady,
            an_outage,
            shows_zero=True,
            scrape_interval=10,
            job="crash-loop",
        ),
        World(
            START,
            END,
            tuple(Pod(name, START, END, relabelled=(HALF, f'instance="{name}",zone="x"')) for name in "ab"),
            steady,
            an_outage,
            scrape_interval=30,
            job="label-added",
        ),
        World(
            START,
            END,
            (
                Pod("a", START, END, relabelled=(HALF, 'instance="a.example"')),
                Pod("b", START, END, relabelled=(HALF, 'instance="b.example"')),
            ),
            day_and_night,
            an_outage,
            scrape_interval=30,
            job="renamed-and-goes-on",
        ),
        World(START, END, (Pod("a", START, HALF), Pod("b", HALF, END)), steady, an_outage, job="renamed-and-restarted"),
        World(
            START,
            END,
            (Pod("a", START, END, initial=2**53 + 12_345), Pod("b", START, END, initial=2**60)),
            lambda _: 1_000.0,
            lambda _: 0.0,
            scrape_interval=60,
            job="beyond-2-to-the-53",
        ),
        World(START, END, TWO, bursts, an_outage, scrape_interval=30, job="bursts"),
        World(START, END, TWO, office_hours, an_outage, scrape_interval=30, job="idle-hours"),
        World(START, END, TWO, day_and_night, an_outage, histogram=True, scrape_interval=30, job="histogram"),
        World(
            START,
            END,
            EVERYTHING,
            day_and_night,
            an_outage,
            blind=((OUTAGE[0] - 1800, OUTAGE[1] + 1800),),
            missed_ratio=0.02,
            jitter_seconds=2,
            shows_zero=True,
            job="all-at-once",
        ),
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
