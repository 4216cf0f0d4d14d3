"""Who may not enter is told so before anything that was sent is read, at every endpoint."""

from collections.abc import AsyncIterator, Iterator, Mapping

import httpx
import pytest

import docs_authorisation
from maillage_hub.testing_worlds import OWNER, World
from maillage_serving.policy import EVERYBODY, POLICY
from maillage_serving.testing import token

BODIES = (b'{"name": "Vill', b"[" * 100_000, b'{"name": "\xff"}')


class Unopened:
    """A body that knows whether anybody began to read it."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.was_read = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self.was_read = True
        yield self.content


@pytest.mark.parametrize("endpoint", docs_authorisation.endpoints(), ids=" ".join)
async def test_a_body_is_not_read_for_whoever_may_not_enter(
    worlds: Mapping[str, World], endpoint: tuple[str, str]
) -> None:
    service, name = endpoint
    world = worlds[service]
    for shown, status in strangers(world, name):
        for content in BODIES:
            body = Unopened(content)
            answer = await sent(world, name, shown, body)
            told = answer.status_code, answer.headers["content-type"], body.was_read
            assert told == (status, "application/problem+json", False), (content[:20], answer.text)


def strangers(world: World, endpoint: str) -> Iterator[tuple[str | None, int]]:
    """Nobody, somebody of elsewhere, and one whose role is not let in, with what each is told."""
    yield None, 401
    yield token("advisor", OWNER, roles=[*EVERYBODY], territory="elsewhere"), 401
    rule = POLICY[world.endpoints[endpoint]]
    for role in EVERYBODY:
        if not rule.allows(frozenset({role})):
            yield token(role, OWNER), 403
            return


async def sent(world: World, endpoint: str, shown: str | None, content: Unopened) -> httpx.Response:
    """Send this body where the endpoint of a world is."""
    valid = world.valid[endpoint]
    method, path = endpoint.split(" ")
    address = path.format(**{**world.usual, **valid.about}) + valid.query
    headers = {"Content-Type": "application/json"}
    if shown is not None:
        headers["Authorization"] = f"Bearer {shown}"
    transport = httpx.ASGITransport(world.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://service.test") as http:
        return await http.request(method, address, content=content, headers=headers)
