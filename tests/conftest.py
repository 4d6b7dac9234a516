"""What all tests share: the marker of the long ones, and that they start first."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: takes minutes; leave it out with -m 'not slow'")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that mostly wait go first, so that the other workers run everything else meanwhile."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
