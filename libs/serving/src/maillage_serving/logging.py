"""Logs: one JSON object a line, with identifiers and never payloads."""

import logging
import sys
import time

import structlog
from structlog.typing import Processor

STORM_LINES_MAX = 5
STORM_WINDOW_S = 10.0


class StormFilter(logging.Filter):
    """Lets a few lines through in each window of time, and says how many it kept back.

    aiokafka writes some fifty warnings a second while its brokers are away.
    """

    def __init__(self) -> None:
        super().__init__()
        self._window_until = 0.0
        self._passed = 0
        self._kept_back = 0

    def filter(self, record: logging.LogRecord) -> bool:
        now = time.monotonic()
        if now >= self._window_until:
            if self._kept_back:
                record.msg = f"{record.getMessage()} ({self._kept_back} lines were kept back)"
                record.args = ()
            self._window_until = now + STORM_WINDOW_S
            self._passed = self._kept_back = 0
        self._passed += 1
        if self._passed <= STORM_LINES_MAX:
            return True
        self._kept_back += 1
        return False


def configure_logging(level: str, **always: str) -> None:
    """Send every log of the process to standard error; `always` is on every line."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    storms = StormFilter()
    handler.addFilter(
        lambda record: not record.name.startswith("aiokafka") or storms.filter(record)
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for chatty in ("aiokafka", "httpx", "uvicorn"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    structlog.contextvars.bind_contextvars(**always)
