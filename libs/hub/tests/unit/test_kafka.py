"""How brokers are set, before any of them runs."""

import sys
from contextlib import closing
from pathlib import Path

import pytest

from maillage_hub.runtime.failures import HubFailure
from maillage_hub.runtime.kafka import JAVA_SETTING, Broker, bus, common_settings
from maillage_hub.runtime.ports import Ports
from maillage_hub.runtime.together import all_of

FORMATTER = """#!/bin/sh
# Formats as Kafka would: a folder of the name that the settings file has, and in it the identity.
for word; do
    case "$word" in
        --cluster-id=*) identity=${word#*=} ;;
        --config=*) settings=${word#*=} ;;
    esac
done
folder=$(basename "$settings" .properties)
mkdir "$folder" && echo "$identity" > "$folder/identity"
"""


def brokers(count: int, folder: Path) -> list[Broker]:
    with closing(Ports()) as ports:
        return bus(brokers=count, folder=folder, jars=[], ports=ports, logs=folder)


def test_three_brokers_lose_nothing_when_one_is_lost() -> None:
    settings = common_settings(3)

    assert settings["default.replication.factor"] == 3
    assert settings["offsets.topic.replication.factor"] == 3
    assert settings["min.insync.replicas"] == 2


def test_one_broker_does_not_wait_for_others() -> None:
    settings = common_settings(1)

    assert settings["offsets.topic.replication.factor"] == 1
    assert settings["min.insync.replicas"] == 1


def test_all_brokers_know_each_other_by_ports_of_their_own(tmp_path: Path) -> None:
    made = brokers(3, tmp_path)
    ports = {port for broker in made for port in (broker.node.port, broker.node.controller_port)}

    assert len(ports) == 6
    assert len({broker.settings["controller.quorum.voters"] for broker in made}) == 1


async def test_brokers_that_are_prepared_together_are_of_one_bus(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    java = tmp_path / "java"
    java.write_text(FORMATTER)
    java.chmod(0o755)
    monkeypatch.setenv(JAVA_SETTING, str(java))
    made = brokers(9, tmp_path / "bus")

    switching_s = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # threads take turns at every step
    try:
        await all_of(broker.prepare() for broker in made)
    finally:
        sys.setswitchinterval(switching_s)

    assert len({(broker.data / "identity").read_text() for broker in made}) == 1


def test_data_of_another_number_of_brokers_is_refused(tmp_path: Path) -> None:
    (tmp_path / "kafka-1").mkdir()

    with pytest.raises(HubFailure, match=r"made with 1 broker\(s\), not 3.*--brokers 1"):
        brokers(3, tmp_path)
    assert len(brokers(1, tmp_path)) == 1
