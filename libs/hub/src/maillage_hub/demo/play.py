"""Starting two hubs, playing the stories on them, and saying what held."""

import asyncio
import json
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from maillage_hub.demo import full_day, livrazou, pallets
from maillage_hub.demo.doors import Doors
from maillage_hub.demo.event_log import EventLog
from maillage_hub.demo.hub_view import HubView
from maillage_hub.demo.story import NotTrue, Story
from maillage_hub.packs.pack import Pack
from maillage_hub.packs.reading import read_pack
from maillage_hub.runtime.control import start_detached, stop
from maillage_hub.runtime.failures import HubFailure
from maillage_hub.runtime.hub import Wanted
from maillage_hub.runtime.places import HubFolder
from maillage_hub.runtime.state import HubState, running_hub
from maillage_hub.runtime.tokens import tokens

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Tale:
    """A story, the pack that it is played with, and how."""

    pack: str
    """Its folder: the territory's own, or one below it."""
    name: str
    title: str
    play: Callable[[HubView, date], Awaitable[None]]

    @property
    def territory(self) -> str:
        """Whose hub it is played on."""
        return self.pack.split("/", maxsplit=1)[0]


TALES = (
    Tale("jourdies", pallets.NAME, pallets.TITLE, lambda hub, on: pallets.Pallets(hub, on).play()),
    Tale(
        "marseille",
        livrazou.NAME,
        livrazou.TITLE,
        lambda hub, on: livrazou.Livrazou(hub, on).play(),
    ),
    Tale(
        "marseille/full_day",
        full_day.NAME,
        full_day.TITLE,
        lambda hub, on: full_day.FullDay(hub, on).play(),
    ),
)
STAGES = tuple(dict.fromkeys(tale.territory for tale in TALES))
"""The territories that need a hub."""


async def play_all(territories: Path, *, once: bool, tell: Tell) -> list[Story]:
    """Play all stories, on a fresh hub for each territory; with `once` these are stopped after.

    They are also stopped when it is cut off before all is told. Raises HubFailure when a hub does
    not come up or a pack is faulty.
    """
    packs = [_sound_pack(territories / tale.pack) for tale in TALES]
    await asyncio.to_thread(_clear_the_stage, tell)
    is_told = False
    try:
        hubs = await _start(tell)
        stories = [
            await _play(tale, pack, hubs[tale.territory], tell)
            for tale, pack in zip(TALES, packs, strict=True)
        ]
        is_told = True
    finally:
        if once or not is_told:
            await _stop_all(tell)
    return stories


async def play_on(hub: HubState, tale: Tale, pack: Pack, tell: Tell) -> Story:
    """Play one story on a hub that runs; what does not hold is a step that is not ok."""
    return await _play(tale, pack, hub, tell)


async def _play(tale: Tale, pack: Pack, hub: HubState, tell: Tell) -> Story:
    story = Story(tale.name, tale.title, tell)
    tell(f"\n{tale.title}")
    today = datetime.now(ZoneInfo(pack.time_zone)).date()
    token_of = tokens(hub)
    async with Doors(hub.services, token_of) as doors, EventLog(hub.kafka, hub.territory) as log:
        try:
            await tale.play(HubView(doors, log, pack, story), today)
        except NotTrue as error:
            tell(f"  the story stops here: {error}")
    return story


def _sound_pack(folder: Path) -> Pack:
    pack = read_pack(folder, datetime.now(UTC))
    if pack.faults:
        raise HubFailure("\n".join(str(fault) for fault in pack.faults))
    return pack


def _clear_the_stage(tell: Tell) -> None:
    """Throw away what an earlier demo left; refuse to touch anything else."""
    for territory in STAGES:
        folder = HubFolder.of(territory)
        if not folder.path.exists():
            continue
        if not folder.demo.exists():
            raise HubFailure(
                f"{folder.path} holds the data of a hub that is no demo: play the demo elsewhere, "
                "with MAILLAGE_HOME set to another folder"
            )
        if hub := running_hub(territory):
            tell(f"Stopping the hub of {territory} of an earlier demo")
            stop(hub)
        shutil.rmtree(folder.postgres.resolve(), ignore_errors=True)
        shutil.rmtree(folder.path)


async def _start(tell: Tell) -> dict[str, HubState]:
    """Both hubs at once: most of their start is waiting."""

    def begin(territory: str) -> HubState:
        folder = HubFolder.of(territory)
        folder.make()
        folder.demo.touch()
        hub = start_detached(Wanted(territory), lambda line: tell(f"  {territory}: {line}"))
        tell(f"  {territory}: Kafka at {hub.kafka}, {len(hub.services)} services are ready")
        return hub

    tell("Starting a hub for each of two territories: Kafka, PostgreSQL and five services each")
    starting = {
        territory: asyncio.ensure_future(asyncio.to_thread(begin, territory))
        for territory in STAGES
    }
    try:
        await asyncio.wait(starting.values())
    except asyncio.CancelledError:
        await _stop_all(tell)  # those that have said where they are; the others come up first
        await asyncio.wait(starting.values())
        raise
    return {territory: hub.result() for territory, hub in starting.items()}


async def _stop_all(tell: Tell) -> None:
    hubs = [hub for territory in STAGES if (hub := running_hub(territory))]
    for hub in hubs:
        tell(f"Stopping the hub of {hub.territory}")
    await asyncio.gather(*(asyncio.to_thread(stop, hub) for hub in hubs))


def as_json(stories: list[Story]) -> str:
    """What was played, for a program."""
    told: list[dict[str, Any]] = [
        {"name": story.name, "steps": [asdict(step) for step in story.steps]} for story in stories
    ]
    return json.dumps({"stories": told, "ok": all_held(stories)}, indent=2, default=str) + "\n"


def all_held(stories: list[Story]) -> bool:
    """Whether every story was played to its end and every step held."""
    return len(stories) == len(TALES) and all(story.ok for story in stories)
