"""Logs: one JSON object a line on standard error, ours and those of libraries alike."""

import json
import logging
from collections.abc import Generator

import pytest
import structlog

from maillage_serving.logging import configure_logging


@pytest.fixture(autouse=True)
def put_back() -> Generator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_every_line_says_whose_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", service="flows", territory="jourdies")
    structlog.get_logger().info("relay_leads", failures=2)
    logging.getLogger("somebody").warning("no %s", "broker")
    structlog.get_logger().debug("too small to tell")
    ours, theirs = lines(capsys)
    assert (ours["event"], ours["service"], ours["failures"]) == ("relay_leads", "flows", 2)
    assert (theirs["event"], theirs["territory"], theirs["level"]) == (
        "no broker",
        "jourdies",
        "warning",
    )


def test_an_error_keeps_its_trace_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info")
    try:
        int("why")
    except ValueError:
        structlog.get_logger().exception("broken")
    [line] = lines(capsys)
    assert "ValueError: invalid literal" in str(line["exception"])


def test_a_storm_of_the_bus_client_does_not_drown_the_rest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging("info")
    for _ in range(100):
        logging.getLogger("aiokafka.client").warning("away")
    for _ in range(7):
        structlog.get_logger().warning("ours")
    told = [line["event"] for line in lines(capsys)]
    assert (told.count("away"), told.count("ours")) == (5, 7)
