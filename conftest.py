"""Fixtures that every test may use, and which tests run together in one process."""

from pathlib import PurePosixPath

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

pytest_plugins = ["maillage_hub.testing"]

WITH_WHOLE_HUBS = PurePosixPath("tests/integration")


class Together(LoadScopeScheduling):
    """Keeps the tests of a file in one process, and those that share whole hubs."""

    def _split_scope(self, nodeid: str) -> str:
        file = PurePosixPath(nodeid.partition("::")[0])
        return str(file.parent if file.is_relative_to(WITH_WHOLE_HUBS) else file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Together:
    """Share the tests out among processes, in the order in which they are collected."""
    return Together(config, log)
