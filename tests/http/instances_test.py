"""Two instances on one database, one of which dies."""
import signal

import pytest

from reliability_test import PEOPLE, Load, backends, backends_gone, rows


@pytest.fixture(scope="module")
def slt(tenant):
    return tenant.person("Sal Slt", "slt")


def test_one_of_two_instances_is_killed_under_load(house, tenant, slt):
    """The other one goes on without a fault; nothing that either acknowledged is lost, the trail is whole."""
    for turn in range(2):
        token, before = slt.client.token(), backends(house)
        with house.another() as other:
            server, marks = house.make_server(), (f"Killed{turn}", f"Spared{turn}")
            server.start()
            loads = [Load(s, token, mark, 4) for s, mark in zip((server, other), marks)]
            for load in loads:
                load.wait_for(60)
            server.process.send_signal(signal.SIGKILL)
            server.process.wait()
            loads[0].end()
            spared = len(loads[1].acknowledged)
            loads[1].wait_for(spared + 60)  # it goes on
            loads[1].end()
            assert not loads[0].unexpected and not loads[1].unexpected
            assert rows(house, tenant, marks[1]) == set(loads[1].acknowledged)
            # what the killed one did is there, and whoever asks the other for it finds it
            client = other.client(token)
            found = rows(house, tenant, marks[0])
            assert set(loads[0].acknowledged) <= found
            assert len(found - set(loads[0].acknowledged)) <= len(loads[0].threads)
            id = house.sql("SELECT id::text FROM person WHERE tenant_id = %s AND name = %s", tenant.id,
                           loads[0].acknowledged[-1])[0]["id"]
            client.get(f"{PEOPLE}/{id}", expect=200)
            again = client.post(PEOPLE, {"name": f"{marks[1]} Again", "person_type": "employee"}, expect=201)
            client.get(again.headers["location"], expect=200)
        backends_gone(house, before)
    found = slt.client.get("/v1/audit/verification", expect=200).json
    assert found["intact"] and found["faults"] == []
