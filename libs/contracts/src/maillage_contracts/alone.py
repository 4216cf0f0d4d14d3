"""What an actor would have driven without the others."""

from pydantic import Field

from maillage_contracts.vocabulary import ActorId, Kilometres, Value, Word

LOW_EMISSION = "Of these, inside low-emission zones, by straight lines between stops."


class AloneRounds(Value):
    """What one actor would have driven alone with one vehicle, empty ways included."""

    actor_id: ActorId | None = Field(default=None, description="Absent: the place names none.")
    vehicle_class: Word = Field(examples=["van"])
    energy: Word = Field(examples=["diesel"])
    is_own: bool = Field(description="Else one like that which really carried its goods.")
    distance_km: Kilometres
    low_emission_km: Kilometres | None = Field(default=None, description=LOW_EMISSION)
