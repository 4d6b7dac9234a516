"""What becomes of the counts when slo.yaml changes: another indicator is counted anew, beside the counts before it."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sloguard.config import load_text
from sloguard.ledger.plan import counting_plan, ledger_key
from sloguard.ledger.replay import Replay
from sloguard.model.measurement import Slice
from sloguard.model.settings import PrometheusSettings
from sloguard.model.slo import Slo
from sloguard.ports import CountedRange
from sloguard.prometheus import PrometheusClient
from sloguard.store import open_store
from tests.cli.test_adjusting import AT, CONFIG, END, HOUR, Sloguard, directory, sloguard

__all__ = ["directory", "sloguard"]
PAST = ("history", "shop/a", "--until", AT, "--since", "1d", "--format", "json")


def declare(directory: Path, content: bytes) -> Sequence[Slo]:
    (directory / "slo.yaml").write_bytes(content)
    configuration = load_text(content, "slo.yaml", {}, directory).configuration
    assert configuration
    return configuration.slos


def totals(sloguard: Sloguard, *more: str) -> list[float | None]:
    (slo,) = json.loads(sloguard(*PAST, *more))["slos"]
    return [day["counts"] and day["counts"]["total"] for day in slo["days"]]


def status(sloguard: Sloguard, *more: str) -> Any:
    return json.loads(sloguard("status", "--at", AT, "--format", "json", *more))["services"][0]["slos"][0]


def test_another_indicator_has_counts_of_its_own_and_the_old_ones_stay_readable(
    sloguard: Sloguard, directory: Path
) -> None:
    old = ("--config", "old.yaml")
    (directory / "old.yaml").write_bytes(CONFIG)
    before, known = status(sloguard), totals(sloguard)
    slo, *_ = declare(directory, CONFIG.replace(b'x_total{code="500"}', b'x_total{code=~"5.."}'))
    assert totals(sloguard) == [None, None], "nothing of the new indicator is counted yet"
    assert (totals(sloguard, *old), status(sloguard, *old)) == (known, before)
    store = open_store("sqlite:///sloguard.db")
    slices = tuple(Slice(END - HOUR * back, HOUR, 1.0, 10.0) for back in range(24, 0, -1))
    store.ledger.write_ranges([CountedRange(ledger_key(slo), END - 24 * HOUR, END, slices)])
    store.close()
    assert totals(sloguard) == [210, 30]
    assert (totals(sloguard, *old), status(sloguard, *old)) == (known, before)


@pytest.mark.parametrize(
    ("change", "budget_ratio", "window"),
    [
        ((b"objective: 99,", b"objective: 95,"), 0.05, "30d"),
        ((b"objective: 99,", b"objective: 99, window: 7d,"), 0.01, "7d"),
    ],
)
def test_another_objective_or_window_is_there_at_once_and_asks_nobody(
    sloguard: Sloguard, directory: Path, change: tuple[bytes, bytes], budget_ratio: float, window: str
) -> None:
    before = status(sloguard)
    slos = declare(directory, CONFIG.replace(*change))
    store = open_store("sqlite:///sloguard.db")
    now = datetime.fromtimestamp(END, UTC)
    with PrometheusClient(PrometheusSettings(url="http://127.0.0.1:9"), attempts=1) as nobody:
        replay = Replay(nobody, store.ledger, timedelta(minutes=1))
        assert replay.run(counting_plan(slos), now - timedelta(days=1), now).complete
    store.close()
    after = status(sloguard)
    assert (after["window"], after["counts"], after["success_ratio"]) == (
        window,
        before["counts"],
        before["success_ratio"],
    )
    assert after["error_budget"]["consumed_ratio"] == pytest.approx(100 / (budget_ratio * 24_000))
    assert before["error_budget"]["consumed_ratio"] == pytest.approx(100 / (0.01 * 24_000))
