"""The shape of what this service keeps: frozen, and tolerant of fields it does not know yet."""

from pydantic import BaseModel, ConfigDict


class Kept(BaseModel):
    """Kept rows may have been written by newer code while a release rolls out."""

    model_config = ConfigDict(frozen=True, extra="ignore")
