"""Idempotency-Key: the same POST sent twice is done once, and answered twice alike."""
import threading
import uuid

import pytest

from refusal import refused, unchanged

PEOPLE = "/v1/people"
GOOD = {"name": "Ida Idem", "person_type": "employee"}


@pytest.fixture(scope="module")
def slt(tenant):
    return tenant.person("Sal Slt", "slt")


@pytest.fixture
def key():
    return {"Idempotency-Key": str(uuid.uuid4())}


def people(house, tenant, name):
    return house.sql("SELECT count(*) AS n FROM person WHERE tenant_id = %s AND name = %s",
                     tenant.id, name)[0]["n"]


def test_a_replay(house, slt, key):
    first = slt.client.post(PEOPLE, GOOD, headers=key, expect=201)
    with unchanged(house):
        second = slt.client.post(PEOPLE, GOOD, headers=key, expect=201)
    assert second.body == first.body
    assert second.headers["location"] == first.headers["location"]
    assert second.etag == first.etag and first.etag
    assert second.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers


def test_the_same_key_with_another_body(house, slt, key):
    slt.client.post(PEOPLE, GOOD, headers=key, expect=201)
    with unchanged(house):
        refused(slt.client.post(PEOPLE, {**GOOD, "job_title": "Cook"}, headers=key), 422,
                "idempotency-key-reused")


def test_the_same_key_with_other_parameters(house, slt, key):
    """fields= says what the answer holds: another one is another request."""
    first = slt.client.post(f"{PEOPLE}?fields=id", GOOD, headers=key, expect=201)
    with unchanged(house):
        refused(slt.client.post(PEOPLE, GOOD, headers=key), 422, "idempotency-key-reused")
        assert slt.client.post(f"{PEOPLE}?fields=id", GOOD, headers=key).body == first.body


def test_errors_are_not_kept(house, tenant, slt, key):
    body = {**GOOD, "name": "Err Or", "email": f"err@{tenant.mark}.example"}
    taken = slt.client.post(PEOPLE, {**body, "name": "Err First"}, expect=201)
    with unchanged(house):
        refused(slt.client.post(PEOPLE, {"name": "x"}, headers=key), 422, "invalid")
        refused(slt.client.post(PEOPLE, body, headers=key), 409, "already-exists")
    slt.client.patch(taken.headers["location"], {"email": None}, expect=200,
                     headers={"If-Match": taken.etag})
    slt.client.post(PEOPLE, body, headers=key, expect=201)
    assert people(house, tenant, "Err Or") == 1


def test_another_identity_another_path_another_tenant(house, tenant, slt, key):
    other = tenant.person("Oda Other", "slt")
    body = {**GOOD, "name": "Kay Keyed"}
    slt.client.post(PEOPLE, body, headers=key, expect=201)
    other.client.post(PEOPLE, body, headers=key, expect=201)
    assert people(house, tenant, "Kay Keyed") == 2
    slt.client.post("/v1/schools", {"name": "Kay's School"}, headers=key, expect=201)
    there = house.fresh_tenant()
    person = there.person("Sal Slt", "slt")
    house.sql("UPDATE person SET identity_id = %s WHERE id = %s", slt.identity, person.id)
    house.sql("UPDATE session SET revoked_at = now() WHERE person_id = %s", person.id)
    house.as_(slt.login, tenant=there.id).post(PEOPLE, body, headers=key, expect=201)
    assert people(house, there, "Kay Keyed") == 1


def together(count, call):
    """Runs `call(n)` in so many threads at the same moment; what they returned."""
    barrier, results = threading.Barrier(count), [None] * count

    def run(n):
        barrier.wait()
        results[n] = call(n)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_the_same_key_at_the_same_time(house, tenant, slt):
    token = slt.client.token()
    for turn in range(10):
        name, key = f"Con Current {turn}", {"Idempotency-Key": f"together-{turn}"}
        clients = [house.server.client(token) for _ in range(6)]
        answers = together(6, lambda n: clients[n].post(
            PEOPLE, {**GOOD, "name": name}, headers=key))
        assert {a.status for a in answers} <= {201, 409}, answers
        made = {a.body for a in answers if a.status == 201}
        assert len(made) == 1 and people(house, tenant, name) == 1
        for answer in answers:
            if answer.status == 409:
                refused(answer, 409, "in-progress")
        again = slt.client.post(PEOPLE, {**GOOD, "name": name}, headers=key, expect=201)
        assert {again.body} == made


def test_a_key_that_was_answered_out_of_sight(house, tenant, slt, key):
    """As when the first answer is kept just after the second request looked for it."""
    first = slt.client.post(PEOPLE, GOOD, headers=key, expect=201)
    other = house.sql("SELECT identity_id AS id FROM person WHERE id = %s", tenant.person("Oth Er", "slt").id)[0]["id"]
    house.sql("UPDATE idempotency SET identity_id = %s WHERE location LIKE '%%' || %s", other, first.json["id"])
    with unchanged(house):
        refused(slt.client.post(PEOPLE, GOOD, headers=key), 409, "in-progress")


def test_an_action_is_done_once(house, tenant, slt, key):
    made = slt.client.post("/v1/appointments", {
        "person_id": tenant.person("Act Once").id, "role": "staff", "scope": "tenant"},
        expect=201)
    path = made.headers["location"]
    first = slt.client.post(f"{path}/end", {}, headers=key, expect=200)
    with unchanged(house):
        assert slt.client.post(f"{path}/end", {}, headers=key, expect=200).body == first.body
        refused(slt.client.post(f"{path}/end", {}), 409, "wrong-state")
        refused(slt.client.post(f"{path}/end", {"reason": "Another"}, headers=key), 422,
                "idempotency-key-reused")


def test_a_replay_needs_the_permission_still(house, tenant, key):
    admin = tenant.person("Ann Admin", "administrator")
    body = {**GOOD, "name": "Per Mission"}
    admin.client.post(PEOPLE, body, headers=key, expect=201)
    house.sql("UPDATE appointment SET state = 'ended' WHERE person_id = %s", admin.id)
    house.forget(admin.login)
    refused(admin.client.post(PEOPLE, body, headers=key), 403, "forbidden")


def end(house, person, appointment):
    house.sql("UPDATE appointment SET state = 'ended' WHERE id = %s", appointment)
    house.forget(person.login)


def test_what_was_told_is_not_told_to_another_standing(house, tenant, key):
    """An invitation's token, once the right to invite has gone: the replay must not hold it."""
    slt = tenant.person("Ivo Inviter")
    held = slt.appoint("slt")
    guest = slt.client.post(PEOPLE, {**GOOD, "email": f"{uuid.uuid4()}@idem.example"}, expect=201)
    path = f"{guest.headers['location']}/invite"
    token = slt.client.post(path, {}, headers=key, expect=201).json["invitation_token"]
    end(house, slt, held)
    slt.appoint("administrator", [tenant.schools[0]])
    with unchanged(house):
        told = slt.client.post(path, {}, headers=key)
        refused(told, 409, "standing-changed")
    assert token not in told.text and "idempotency-replayed" not in told.headers


def test_a_standing_is_role_duties_and_place(house, tenant):
    one, two = tenant.schools
    person = tenant.person("Sta Nding")
    body, held = {**GOOD, "name": "Sta Ndard"}, person.appoint("slt")
    key = {"Idempotency-Key": str(uuid.uuid4())}
    first = person.client.post(PEOPLE, body, headers=key, expect=201)
    for role, schools, duties in (("slt", [one], []), ("slt", [one, two], []), ("slt", [], ["dpo"]),
                                  ("administrator", [], []), ("slt", [two], ["head"])):
        end(house, person, held)
        held = person.appoint(role, schools, duties)
        with unchanged(house):
            refused(person.client.post(PEOPLE, body, headers=key), 409, "standing-changed")
    end(house, person, held)
    held = person.appoint("slt")  # as it was: another row, the same standing
    assert person.client.post(PEOPLE, body, headers=key, expect=201).body == first.body
    extra = person.appoint("governor", [one])
    refused(person.client.post(PEOPLE, body, headers=key), 409, "standing-changed")
    end(house, person, extra)
    person.client.post(PEOPLE, body, headers=key, expect=201)


def test_an_action_is_not_told_to_another_standing(house, tenant, key):
    slt = tenant.person("Flo Flow")
    held = slt.appoint("slt")
    made = slt.client.post("/v1/appointments", {
        "person_id": tenant.person("Act Twice").id, "role": "staff", "scope": "tenant"}, expect=201)
    path = f"{made.headers['location']}/end"
    first = slt.client.post(path, {}, headers=key, expect=200)
    again = slt.client.post(path, {}, headers=key, expect=200)
    assert again.body == first.body and again.etag == first.etag and first.etag
    slt.appoint("staff", [tenant.schools[0]])
    refused(slt.client.post(path, {}, headers=key), 409, "standing-changed")
    end(house, slt, held)
    slt.appoint("administrator")
    refused(slt.client.post(path, {}, headers=key), 409, "standing-changed")


@pytest.mark.parametrize("key", ["", "x" * 256, "caf\u00e9", "a\tb"])
def test_keys_that_are_none(house, slt, key):
    with unchanged(house):
        refused(slt.client.post(PEOPLE, GOOD, headers={"Idempotency-Key": key.encode()}), 400,
                "bad-request")


def test_a_key_of_any_printable_text(slt):
    for key in ("1", "x" * 255, 'a "key": with, odd; \\ text'):
        slt.client.post(PEOPLE, GOOD, headers={"Idempotency-Key": key}, expect=201)


def test_keys_are_forgotten_after_a_day(house, slt, key):
    first = slt.client.post(PEOPLE, GOOD, headers=key, expect=201)
    house.sql("UPDATE idempotency SET created_at = now() - interval '25 hours'")
    house.sql("SELECT sweep()")
    second = slt.client.post(PEOPLE, GOOD, headers=key, expect=201)
    assert second.json["id"] != first.json["id"]
