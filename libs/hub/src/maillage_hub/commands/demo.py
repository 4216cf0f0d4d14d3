"""`maillage demo`: three stories played on two real hubs, told as they become true."""

import asyncio
import signal
import time
from argparse import ArgumentParser, Namespace
from functools import partial
from pathlib import Path

from maillage_hub.commands.telling import tell
from maillage_hub.demo.play import STAGES, all_held, as_json, play_all
from maillage_hub.demo.story import Story
from maillage_hub.runtime.state import running_hub
from maillage_hub.runtime.tokens import tokens

TERRITORIES = Path("territories")
CUT_OFF = 130
"""As a shell calls what Ctrl-C ended."""


def describe(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--once", action="store_true", help="stop both hubs at the end")
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write every step with its figures to a file"
    )
    parser.add_argument(
        "--territories",
        type=Path,
        metavar="FOLDER",
        default=TERRITORIES,
        help="where the territory packs are (default: %(default)s)",
    )
    parser.epilog = """\
Everything is read back from the services or from Kafka before it is told. Ctrl-C stops both hubs
too. What an earlier demo left is thrown away, with whatever was added to its hubs since; another
hub is never touched.

example: maillage demo --once --json demo.json
"""


def run(arguments: Namespace) -> int:
    """Play it; 0 only if every step held."""
    began = time.monotonic()
    try:
        stories = asyncio.run(_play_all(arguments))
    except asyncio.CancelledError:
        return CUT_OFF
    if arguments.json:
        arguments.json.write_text(as_json(stories))
    steps = sum(len(story.steps) for story in stories)
    held = sum(step.ok for story in stories for step in story.steps)
    print(f"\n{held} of {steps} steps held, in {time.monotonic() - began:.0f} s")
    if not arguments.once:
        _say_what_runs()
    return 0 if all_held(stories) else 1


async def _play_all(arguments: Namespace) -> list[Story]:
    """The stories; Ctrl-C and a request to end cut them off, and their hubs are stopped."""
    playing = asyncio.ensure_future(
        play_all(arguments.territories, once=arguments.once, tell=partial(print, flush=True))
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, playing.cancel)
    return await playing


def _say_what_runs() -> None:
    for territory in STAGES:
        hub = running_hub(territory)
        if hub is None:
            continue
        print(f"\nThe hub of {hub.territory} goes on: Kafka at {hub.kafka}")
        for name, address in hub.services.items():
            print(f"  {name:<10} {address}/openapi.json")
        print(f"  token of an advisor, 12 hours: {tokens(hub)('advisor')}")
    tell("Stop them with: maillage down --territory jourdies; maillage down --territory marseille")
