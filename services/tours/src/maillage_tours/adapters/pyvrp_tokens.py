"""Tokens: clients without goods that certain vehicles must visit, for what PyVRP does not know.

A crew that works long must rest: its vehicle has a group of clients, one at each place to rest, of
which it visits one (PyVRP has no breaks). A bike is there with and without its trailer: a client
at the base takes a whole day, and one of the two must spend it there.

Who may take which token is a matter of load dimensions: a token takes room that others have not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pyvrp import Client

from maillage_tours.domain.problem import Carrier, Problem, rest_at

TOKEN = 1000
"""What a token takes: far more than the rounding of any penalty."""
ROOMY = 10**9
REST_PLACES_MAX = 6
"""Places to rest that a search weighs for one vehicle, the nearest to its base."""
SLACK_S = 1800
"""How wide the hours of a rest are at least."""


@dataclass(frozen=True)
class Spot:
    """A location of the model: a point, for goods of one kind, or to rest."""

    point: int
    kind: int
    is_rest: bool = False


@dataclass(frozen=True)
class Tokens:
    """The tokens of a problem, for these carriers that must rest."""

    problem: Problem
    resting: tuple[int, ...] = ()

    @property
    def dimensions(self) -> int:
        """Load dimensions that tell tokens apart: two for each digit of a number, one for a pair.

        One for each vehicle would slow down every move of the search.
        """
        return 2 * self._digits + len(self.problem.twins)

    @property
    def _digits(self) -> int:
        return len(self.resting).bit_length()

    def room(self, carrier: int) -> tuple[int, ...]:
        """The room that a vehicle has for tokens: for its own."""
        found = [0] * self.dimensions
        if carrier in self.resting:
            found = [ROOMY * taken for taken in self._resting_amounts(carrier)]
        for number, pair in enumerate(self.problem.twins):
            found[2 * self._digits + number] = ROOMY if carrier in pair else 0
        return tuple(found)

    def _resting_amounts(self, carrier: int) -> list[int]:
        number = self.resting.index(carrier) + 1
        digits = [number >> digit & 1 for digit in range(self._digits)]
        return [int(digit == value) for digit in digits for value in (0, 1)] + [0] * len(
            self.problem.twins
        )

    def rest_spots(self, carrier: int, kinds: Sequence[int]) -> list[tuple[int, Spot]]:
        """Where the crew of a vehicle could rest: the problem's number of the place, and a spot.

        Waste on board stays waste: there is a spot for each kind of goods.
        """
        vehicle = self.problem.carriers[carrier]
        seconds = self.problem.seconds[vehicle.profile]
        points = {n: self.problem.point(rest_at(n), vehicle) for n in vehicle.rests}
        near = sorted(points, key=lambda n: (seconds[vehicle.base][points[n]], n))
        return [
            (number, Spot(points[number], kind, is_rest=True))
            for number in near[:REST_PLACES_MAX]
            for kind in kinds
        ]

    def rest(self, carrier: int, location: int, before: int, group: int) -> Client:
        """One way to rest; `before` are the load dimensions that come first."""
        vehicle = self.problem.carriers[carrier]
        opens_s, closes_s = rest_hours(vehicle)
        amounts = [0] * before + [TOKEN * one for one in self._resting_amounts(carrier)]
        return Client(
            location,
            delivery=[0] * len(amounts),
            pickup=amounts,
            service_duration=vehicle.rest_s,
            tw_early=opens_s,
            tw_late=closes_s,
            required=False,
            group=group,
        )

    def shed(self, pair: int, location: int, before: int) -> Client:
        """The day that one of two twins spends at its base, but for the depot's own time."""
        bike = self.problem.carriers[self.problem.twins[pair][0]]
        amounts = [0] * (before + self.dimensions)
        amounts[before + 2 * self._digits + pair] = TOKEN
        depot_s = self.problem.setup_s[bike.base]
        longest_s = bike.closes_s - bike.opens_s
        if bike.duration_s_max is not None:
            longest_s = min(longest_s, bike.duration_s_max)
        return Client(
            location,
            delivery=[0] * len(amounts),
            pickup=amounts,
            service_duration=max(0, longest_s - 2 * depot_s),
            tw_early=bike.opens_s,
            tw_late=bike.opens_s + depot_s,
            required=True,
        )


def rest_hours(vehicle: Carrier) -> tuple[int, int]:
    """When a rest begins so that no stretch before or after it is too long, at any hour it leaves.

    In a shift that one rest does not suffice for, as near as can be.
    """
    after_s = vehicle.rest_after_s or 0
    closes_s = vehicle.opens_s + after_s
    opens_s = max(vehicle.opens_s, vehicle.closes_s - after_s - vehicle.rest_s)
    return max(vehicle.opens_s, min(opens_s, closes_s - SLACK_S)), closes_s
