"""Fixtures that every test may use, and which tests share what is costly to start."""

from pathlib import Path

import pytest

pytest_plugins = ["maillage_hub.testing"]

WITH_WHOLE_HUBS = Path(__file__).parent / "tests" / "integration"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a file together when several processes run them, and those on one hub."""
    for item in items:
        together = item.path.parent if item.path.is_relative_to(WITH_WHOLE_HUBS) else item.path
        item.add_marker(pytest.mark.xdist_group(str(together)))
