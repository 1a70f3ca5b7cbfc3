"""What of the messages waits for whom, and finding them by words: neither shows the compartment (A8, Q2)."""
import pytest

from message_test import MESSAGES, WORDS
from refusal import refused
from safeguarding_test import Compartment

OLD = "2026-11-02T10:00:00Z"


@pytest.fixture
def school(house):
    return Compartment(house)


def work(person_or_client):
    client = getattr(person_or_client, "client", person_or_client)
    kinds = client.get("/v1/me/work", expect=200).json["data"]
    return {k["kind"].removeprefix("message_"): k for k in kinds if k["kind"].startswith("message_")}


def counts(person):
    return {name: kind["count"] for name, kind in work(person).items()}


def test_each_kind_for_those_whom_it_waits_for(school):
    late = school.log(received_at=OLD, assignee_id=school.staff.id)
    named = school.log(triage=["names_individual"], received_at="2026-11-21T10:00:00Z", author_name="P. Arent")
    alike = {"overdue": 1, "unassigned": 1, "names_individual": 1, "safeguarding": 0, "assigned_to_me": 0}
    for person in school.slt, school.head, school.trust:
        assert counts(person) == alike
    assert counts(school.administrator) == {k: n for k, n in alike.items() if k != "names_individual"}
    assert counts(school.staff) == {"overdue": 1, "safeguarding": 0, "assigned_to_me": 1}
    assert counts(school.runner) == {"overdue": 1, "safeguarding": 0, "assigned_to_me": 0}
    assert counts(school.elsewhere) == {"overdue": 0, "unassigned": 0, "safeguarding": 0, "assigned_to_me": 0}
    found = work(school.slt)
    item, = found["names_individual"]["items"]
    assert (item["id"], item["title"], item["href"]) == (
        named["id"], "P. Arent: Why is the gate shut?", f"{MESSAGES}/{named['id']}")
    assert found["overdue"]["items"][0]["due_on"] == "2026-11-03"
    for person, kind, id in ((school.slt, "names_individual", named), (school.slt, "overdue", late),
                             (school.slt, "unassigned", named), (school.staff, "assigned_to_me", late)):
        rows = person.client.get(work(person)[kind]["href"], expect=200).json["data"]
        assert [row["id"] for row in rows] == [id["id"]], kind
    school.act(named, "acknowledge", {})
    assert counts(school.slt)["names_individual"] == 0, "until somebody has acknowledged it"
    school.act(late, "close", {"outcome": "no_reply_needed"})
    assert counts(school.slt)["overdue"] == counts(school.staff)["assigned_to_me"] == 0


def test_the_compartment_waits_for_the_dsl_alone(school, second_wall):
    id = school.runner.client.post(MESSAGES, school.said(
        triage=["safeguarding", "names_individual"], received_at=OLD, assignee_id=school.staff.id), expect=202).json["id"]
    for person in school.others:
        for client in person.client, second_wall.as_(person.login):
            assert not any(kind["count"] for kind in work(client).values()), person.name
    for person in school.dsl, school.deputy:
        found = work(person)
        assert [item["id"] for item in found["safeguarding"]["items"]] == [id]
        assert person.client.get(found["safeguarding"]["href"], expect=200).json["data"][0]["id"] == id
    school.dsl.client.post(f"{MESSAGES}/{id}/handlers", {"person_id": school.staff.id}, expect=200)
    school.dsl.client.post(f"{MESSAGES}/{id}/handlers", {"person_id": school.head.id}, expect=200)
    assert counts(school.staff) == {"overdue": 1, "safeguarding": 1, "assigned_to_me": 1}
    assert counts(school.head)["safeguarding"] == 1 and counts(school.slt)["safeguarding"] == 0
    school.dsl.client.post(f"{MESSAGES}/{id}/close", {"outcome": "escalated"}, expect=200)
    assert counts(school.dsl)["safeguarding"] == counts(school.staff)["safeguarding"] == 0


def test_whom_it_concerns_is_not_reminded(school):
    message = school.log(received_at=OLD, triage=["names_individual"])
    school.act(message, "exclude", {"person_id": school.head.id, **WORDS})
    assert not any(counts(school.head).values())


def found(client, words, path=MESSAGES):
    return [row["id"] for row in client.get(f"{path}?q={words}", expect=200).json["data"]]


def test_words_of_what_was_said_and_by_whom(school):
    message = school.log(text="Chaos at the Fête: nobody parked!", author_name="Zoë O'Brien", author_handle="@tor_mum")
    for words in ("fete", "CHAOS%20park", "zoe", "obrien", "mum", "fe"):
        assert found(school.slt.client, words) == [message["id"]] == found(school.slt.client, words, f"{MESSAGES}/open"), words
    assert found(school.slt.client, "chaos%20elsewhere") == found(school.staff.client, "chaos") == []
    long = school.log(text="x" * 15000 + " wordy")
    assert found(school.slt.client, "wordy") == [long["id"]]
    many = school.slt.client.post(f"{MESSAGES}/bulk", {"messages": [school.said(text="Bulky one"), school.said(text="Bulky two")]},
                                  expect=200).json["data"]
    assert found(school.slt.client, "bulky%20two") == [many[1]["id"]]


def test_no_word_of_the_compartment_is_found(school, second_wall):
    hidden = school.runner.client.post(MESSAGES, school.said(text="Zanzibar", triage=["safeguarding"]), expect=202).json["id"]
    later = school.log(text="Timbuktu")
    excluded = school.log(text="Samarkand")
    school.act(excluded, "exclude", {"person_id": school.head.id, **WORDS})
    school.act(later, "triage", {"triage": ["safeguarding"]}, expect=202)
    for person in school.others:
        for client in person.client, second_wall.as_(person.login):
            assert found(client, "zanzibar") == found(client, "timbuktu") == []
    for client in school.head.client, second_wall.as_(school.head.login):
        assert found(client, "samarkand") == []
    assert found(school.dsl.client, "zanzibar") == [hidden] and found(school.dsl.client, "timbuktu") == [later["id"]]
    assert found(school.slt.client, "samarkand") == [excluded["id"]]


@pytest.fixture
def everywhere(school):
    """Ten thousand messages with one word in common, gone afterwards: other tests look through whole tables."""
    school.house.sql("SET session_replication_role = replica; INSERT INTO message (tenant_id, id, school_id, kind, source,"
                     " received_at, text, author_kind, author_confidence, author_identity, recorded_by, recorded_name, state,"
                     " outcome, closed_at)"
                     " SELECT %s, gen_random_uuid(), %s, 'comment', 'phone', now(), 'Everywhere', 'parent', 'likely', 'unknown',"
                     " %s, 'Seed', 'closed', 'answered', now() FROM generate_series(1, 10000);"
                     " INSERT INTO message_word (tenant_id, word, message_id, school_id)"
                     " SELECT tenant_id, 'everywhere', id, school_id FROM message WHERE text = 'Everywhere';"
                     " RESET session_replication_role", school.tenant.id, school.a, school.trust.id)
    yield
    school.house.sql("SET session_replication_role = replica; DELETE FROM message_word WHERE word = 'everywhere';"
                     " DELETE FROM message WHERE recorded_name = 'Seed'; RESET session_replication_role")


@pytest.mark.usefixtures("everywhere")
def test_a_word_of_nearly_everything_is_refused(school):
    """For whoever sees so many; whoever sees few finds them."""
    assert len(school.slt.client.get(f"{MESSAGES}?q=everywhere", expect=200).json["data"]) == 50
    own = school.log(text="Everywhere and nowhere", channel_id=school.channel)
    for words in "everywhere", "every%20nowhere":
        body = refused(school.slt.client.get(f"{MESSAGES}?q={words}"), 400, "bad-query")
        assert "10000" in body["detail"]
    assert found(school.slt.client, "nowhere") == found(school.runner.client, "everywhere") == [own["id"]]
