"""Identifiers made at the doors: UUID version 7, which sort by the time they were made."""

import os
import time
from uuid import UUID


def uuid7() -> UUID:
    """A new identifier: 48 bits of Unix milliseconds, then 74 random bits (RFC 9562)."""
    milliseconds = time.time_ns() // 1_000_000
    value = milliseconds << 80 | int.from_bytes(os.urandom(10), "big")
    return UUID(int=value & ~(0xF << 76 | 0x3 << 62) | 0x7 << 76 | 0x2 << 62)
