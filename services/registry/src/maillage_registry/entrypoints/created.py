"""What a door answers when something came to be."""

from typing import Any

from fastapi import Response, status


def created_if_new(response: Response, told: dict[str, Any], place: str) -> None:
    """201 and where it is when something came to be, 200 when it was there already."""
    response.status_code = status.HTTP_201_CREATED if told["events"] else status.HTTP_200_OK
    response.headers["Location"] = f"/v1/{place}/{told['id']}"
