"""Which use case runs for which event, and how a batch is cut between them."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Generic, Self, TypeVar

from maillage_contracts.envelope import Event, Received, Topic

S = TypeVar("S")
E = TypeVar("E", bound=Event)

EachUseCase = Callable[[Received[E], S, datetime], Awaitable[Iterable[Event]]]
BatchUseCase = Callable[[Sequence[Received[E]], S, datetime], Awaitable[None]]
Caused = tuple[Event, Received[Event]]
"""An event, and the event it comes from."""
_Handler = Callable[[Sequence[Received[Any]], S, datetime], Awaitable[Iterable[Caused]]]


class Handlers(Generic[S]):
    """The menu of a service's Kafka door: one use case for each type of event it has a use for."""

    def __init__(self) -> None:
        self._by_type: dict[type[Event], _Handler[S]] = {}

    def each(self, *events: type[E], run: EachUseCase[E, S]) -> Self:
        """Run a use case for each event of these types; what it returns is caused by that event."""

        async def one_by_one(
            messages: Sequence[Received[E]], store: S, now: datetime
        ) -> Iterable[Caused]:
            return [
                (event, message) for message in messages for event in await run(message, store, now)
            ]

        return self._add(events, one_by_one)

    def batch(self, *events: type[E], run: BatchUseCase[E, S]) -> Self:
        """Run a projection over runs of these events: one round trip for each run, no event out."""

        async def at_once(
            messages: Sequence[Received[E]], store: S, now: datetime
        ) -> Iterable[Caused]:
            await run(messages, store, now)
            return ()

        return self._add(events, at_once)

    @property
    def known(self) -> Mapping[str, type[Event]]:
        """The types of event that are handled, by their names on the wire."""
        return {event.TYPE: event for event in self._by_type}

    @property
    def topics(self) -> frozenset[Topic]:
        """Where these events are published."""
        return frozenset(event.TOPIC for event in self._by_type)

    async def apply(
        self, messages: Sequence[Received[Event]], store: S, now: datetime
    ) -> list[Caused]:
        """Run the messages in their order, cut in the longest runs that share a use case."""
        caused: list[Caused] = []
        for handler, run in groupby(messages, key=self._handler_of):
            caused.extend(await handler(list(run), store, now))
        return caused

    def _handler_of(self, message: Received[Event]) -> _Handler[S]:
        return self._by_type[type(message.event)]

    def _add(self, events: Iterable[type[Event]], handler: _Handler[S]) -> Self:
        for event in events:
            if event in self._by_type:
                raise ValueError(f"{event.TYPE} has two handlers: make them one use case")
            self._by_type[event] = handler
        return self
