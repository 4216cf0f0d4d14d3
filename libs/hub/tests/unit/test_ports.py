"""Ports are free, one hub's alone, and the same in the next run."""

import socket
from contextlib import closing
from pathlib import Path

from maillage_hub.runtime.ports import LOOPBACK, RANGE, Ports


def test_two_hubs_never_get_the_same_port() -> None:
    with closing(Ports()) as one:
        given = one.claim("kafka")
        with closing(Ports({"kafka": given})) as other:
            assert other.claim("kafka") != given


def test_the_port_of_the_last_run_is_given_again() -> None:
    with closing(Ports()) as last_run:
        port = last_run.claim("kafka")
        wanted = last_run.claimed
    with closing(Ports(wanted)) as this_run:
        assert this_run.claim("kafka") == port


def test_a_port_where_a_server_listens_is_not_given() -> None:
    with closing(Ports()) as ports, socket.socket() as server:
        server.bind((LOOPBACK, 0))
        server.listen()
        taken = server.getsockname()[1]

        with closing(Ports({"kafka": taken})) as others:
            assert others.claim("kafka") != taken
        assert ports.claim("kafka") != taken


def test_a_port_stays_ours_when_asked_for_again() -> None:
    with closing(Ports()) as ports:
        assert ports.claim("kafka") == ports.claim("kafka")
        assert ports.claim("kafka") != ports.claim("postgres")


def test_ports_are_not_among_those_of_outgoing_connections() -> None:
    with closing(Ports()) as ports:
        assert ports.claim("kafka") in RANGE

    assert RANGE.stop <= lowest_outgoing_port()


def lowest_outgoing_port() -> int:
    linux = Path("/proc/sys/net/ipv4/ip_local_port_range")
    return int(linux.read_text().split()[0]) if linux.exists() else 49_152
