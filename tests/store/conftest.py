"""The stores that the contract is tested on: SQLite, and PostgreSQL where it is installed."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from sloguard.store import Store, open_store
from tests.store import postgres

_BACKENDS = ("sqlite", "postgresql") if postgres.is_installed() else ("sqlite",)
_numbers = itertools.count()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with postgres.running_server() as url:
        yield url


@pytest.fixture(params=_BACKENDS)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of the test's own."""
    return _empty(request.param, request, tmp_path)


@pytest.fixture(params=_BACKENDS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Makes further empty databases, of one kind."""
    return lambda: _empty(request.param, request, tmp_path)


def _empty(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    name = f"test_{next(_numbers)}"
    if kind == "sqlite":
        return f"sqlite:///{tmp_path / name}.db"
    server: str = request.getfixturevalue("postgres_server")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return server.removesuffix("/postgres") + f"/{name}"


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = open_store(store_url)
    yield opened
    opened.close()
