"""Who may see a flow, and who may change it."""

from dataclasses import dataclass
from uuid import UUID

from maillage_contracts.vocabulary import Visibility

SHOWN_TO_MEMBERS: tuple[Visibility, ...] = ("public", "members")


@dataclass(frozen=True)
class Reach:
    """How far a caller sees.

    An advisor sees everything. Others see what is shown to members, and what is their own
    organisation's. `confined`: may change only what is its own.
    """

    sees_all: bool
    organisation: UUID | None = None
    confined: bool = False

    def sees(self, actor_id: UUID, visibility: Visibility) -> bool:
        """Whether the caller may know of what this actor declared."""
        return self.sees_all or visibility in SHOWN_TO_MEMBERS or actor_id == self.organisation

    def changes(self, actor_id: UUID, visibility: Visibility) -> bool:
        """Whether the caller may change it."""
        is_own = actor_id == self.organisation
        return is_own or (not self.confined and self.sees(actor_id, visibility))
