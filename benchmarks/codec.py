"""How long an event takes to be written for Kafka and read back: what envelope and data cost.

Every sample of the contracts, in one process, without a broker. The peer is pydantic alone, on the
same data without an envelope.
"""

import statistics
import time
from collections.abc import Callable, Iterable

from maillage_contracts.catalogue import EVENTS
from maillage_contracts.envelope import decode, encode
from maillage_contracts.samples import SAMPLES, an_envelope
from record import Asked, Figure

ROUNDS = 7
EVENTS_PER_ROUND = 300


def microseconds(work: Callable[[], object]) -> float:
    """Return the median processor time of one call."""
    rounds: list[float] = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for _ in range(EVENTS_PER_ROUND):
            work()
        rounds.append((time.process_time() - start) / EVENTS_PER_ROUND * 1e6)
    return statistics.median(rounds)


def measure(_: Asked) -> Iterable[Figure]:
    """Measure every event of the catalogue; the figures are means of all types."""
    times: list[tuple[float, float, float, float]] = []
    for event in SAMPLES.values():
        envelope = an_envelope(event)
        record = encode(envelope, event)
        model = type(event)
        times.append(
            (
                microseconds(lambda e=envelope, v=event: encode(e, v)),
                microseconds(lambda v=event: v.model_dump_json(exclude_none=True)),
                microseconds(lambda r=record: decode(r.headers, r.value, EVENTS)),
                microseconds(lambda r=record, m=model: m.model_validate_json(r.value)),
            )
        )
    written, dumped, read, loaded = (statistics.mean(column) for column in zip(*times, strict=True))
    for name, value, peer in (("written", written, dumped), ("read", read, loaded)):
        yield Figure(
            name=f"event {name}",
            value=value,
            unit="us of processor",
            peer="pydantic alone, no envelope",
            peer_value=peer,
        )
