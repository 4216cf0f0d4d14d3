"""How long an event takes to be written for Kafka and read back, in microseconds, per event type.

Every sample of the contracts, in one process, without a broker: what the envelope and the data cost
a service. Prints the median of several rounds, then the mean of all types.
"""

import statistics
import time
from collections.abc import Callable

from maillage_contracts.catalogue import EVENTS
from maillage_contracts.envelope import decode, encode
from maillage_contracts.samples import SAMPLES, an_envelope

ROUNDS = 7
EVENTS_PER_ROUND = 500


def microseconds(work: Callable[[], object]) -> float:
    """Return the median time of one call."""
    rounds: list[float] = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for _ in range(EVENTS_PER_ROUND):
            work()
        rounds.append((time.perf_counter() - start) / EVENTS_PER_ROUND * 1e6)
    return statistics.median(rounds)


def main() -> None:
    """Measure every event of the catalogue, and print a table."""
    print(f"{'event':52}{'bytes':>7}{'write us':>10}{'read us':>10}")
    times: list[tuple[float, float]] = []
    for event in SAMPLES.values():
        envelope = an_envelope(event)
        record = encode(envelope, event)
        written = microseconds(lambda e=envelope, v=event: encode(e, v))
        read = microseconds(lambda r=record: decode(r.headers, r.value, EVENTS))
        times.append((written, read))
        print(f"{event.TYPE:52}{len(record.value):7}{written:10.1f}{read:10.1f}")
    written, read = (statistics.mean(column) for column in zip(*times, strict=True))
    print(f"{'all types, mean':52}{'':7}{written:10.1f}{read:10.1f}")


if __name__ == "__main__":
    main()
