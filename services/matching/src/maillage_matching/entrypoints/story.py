"""`python -m maillage_matching story LEAD`: why it was shown, and what became of it."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from maillage_common.settings import BadSetting, Settings, load
from maillage_contracts.envelope import Event, Received
from maillage_contracts.vocabulary import LeadId
from maillage_matching.usecases.tell_story import story_of, subjects_of

FAILED, AT_FAULT = 1, 2
Read = Callable[[str, Sequence[UUID]], Awaitable[list[Received[Event]]]]


def main(arguments: Sequence[str], read: Read) -> int:
    """Print the story. Returns 0, 1 when nothing is known of the lead, 2 for a wrong setting."""
    asked = _parser().parse_args(arguments)
    try:
        dsn = load(Settings).dsn
        messages = asyncio.run(_read(read, dsn, asked.lead))
    except (BadSetting, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return AT_FAULT
    if not messages:
        sys.stderr.write(f"the event log tells nothing of a lead {asked.lead}\n")
        return FAILED
    sys.stdout.write("\n".join(story_of(messages)) + "\n")
    return 0


async def _read(read: Read, dsn: str, lead: UUID) -> list[Received[Event]]:
    return await read(dsn, subjects_of(LeadId(lead)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="maillage_matching story",
        description="Reads the event log of matching back as the explanation of a lead: its gates"
        " and terms, what was decided and why, and what came of it.",
    )
    parser.add_argument("lead", type=UUID, help="the identifier of the lead")
    return parser
