"""How a rule says no: the refusals that every service shares, named for their reader."""


class Refused(Exception):
    """A rule of the trade forbids this now; the message says why and what would help (HTTP 409)."""


class NotFound(Refused):
    """Nothing of that kind has this identifier in this territory (HTTP 404)."""


class Invalid(Refused):
    """A value cannot be accepted; `field` is its path in what was sent (HTTP 422)."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Stale(Refused):
    """Somebody else changed it since the caller read it (HTTP 412)."""

    def __init__(self, *, expected: int, found: int) -> None:
        super().__init__(f"version {expected} was expected, it is now {found}: read it again first")
        self.found = found
