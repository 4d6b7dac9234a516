"""What a daemon that stands by shows: the status as another one has committed it, read now and then."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from sloguard.app.past import StoredStatus
from sloguard.model.settings import Configuration, EvaluationSettings
from sloguard.model.slo import Service
from sloguard.store import open_store
from tests.ledger.conftest import slo_of

SHOP = slo_of("shop")


def test_it_is_read_anew_once_in_an_interval_and_is_none_where_the_store_fails(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    configuration = Configuration((Service(SHOP.service, (SHOP,)),))
    rarely = StoredStatus(configuration, store)
    always = StoredStatus(
        Configuration(configuration.services, evaluation=EvaluationSettings(interval=timedelta(0))), store
    )
    seen, first = rarely.status(), always.status()
    assert seen
    assert [slo.id for slo in seen.slos] == [SHOP.id]
    assert always.status() is not first
    with closing(sqlite3.connect(tmp_path / "store.db")) as connection:
        connection.execute("ALTER TABLE series RENAME TO elsewhere")
    assert rarely.status() is seen
    assert always.status() is None
    with closing(sqlite3.connect(tmp_path / "store.db")) as connection:
        connection.execute("ALTER TABLE elsewhere RENAME TO series")
    last = always.status()
    assert last
    with always._turn:  # somebody reads it
        assert always.status() is last
    store.close()
