"""Channels in the register: what is declared of them, their life, and who sees which."""
import pytest

from contract_shape import SCHEMAS
from days import day
from refusal import refused, unchanged

CHECKED = {"settings_checked": ["privacy", "tagging", "comments", "direct_messages", "two_factor"]}


@pytest.fixture(scope="module")
def tenant(house):
    tenant = house.fresh_tenant()
    tenant.slt = tenant.person("Sal Slt", "slt", [tenant.schools[0]])
    tenant.trust_slt = tenant.person("Tom Trust", "slt")
    tenant.admin = tenant.person("Ada Admin", "administrator", [tenant.schools[0]])
    tenant.trust_admin = tenant.person("Abe Admin", "administrator")
    tenant.staff = tenant.person("Sky Staff", "staff", [tenant.schools[0]])
    return tenant


def add(house, tenant, school=0, state="active", **columns):
    columns = {"tenant_id": tenant.id, "state": state, "source": "register",
               "school_id": None if school is None else tenant.schools[school],
               "platform": "youtube", **columns}
    names = ", ".join(columns)
    return house.sql(f"INSERT INTO channel (id, {names}) VALUES (gen_random_uuid(), "
                     f"{', '.join(['%s'] * len(columns))}) RETURNING id::text", *columns.values())[0]["id"]


def patch(person, channel, body, **options):
    etag = person.client.get(f"/v1/channels/{channel}").etag
    return person.client.patch(f"/v1/channels/{channel}", body, headers={"If-Match": etag}, **options)


def test_several_channels_of_a_platform_and_what_is_said_of_them(house, tenant):
    """H7, H8, H11: visibility, audience, kind, the link from the website."""
    for visibility, audience in (("open", None), ("closed_group", "6th Form")):
        channel = add(house, tenant)
        row = patch(tenant.admin, channel, {
            "visibility": visibility, "audience": audience, "kind": "sixth_form",
            "website_linked_on": day(0), "url": "https://youtube.example/sixth"}, expect=200).json
        assert (row["visibility"], row["audience"], row["kind"]) == (visibility, audience, "sixth_form")
        assert row["website_linked_on"] == day(0)
    found = tenant.staff.client.get("/v1/channels?visibility=closed_group&platform=youtube", expect=200).json
    assert len(found["data"]) == 1


def test_declaration_stands_apart_from_what_is_computed(house, tenant):
    """O1, O4: what the tenant says, and what its data shows."""
    channel = add(house, tenant)
    row = patch(tenant.slt, channel, {"declared": "affiliated"}, expect=200).json
    assert row["declared"] == "affiliated" and row["classification"]["value"] == "affiliated"
    row = patch(tenant.slt, channel, {"declared": "official"}, expect=200).json
    assert row["declared"] == "official" and row["classification"]["value"] == "quasi"
    results = {t["test"]: t["result"] for t in row["classification"]["tests"]}
    assert results == {"access_held_by_school": "not_met", "editorial_oversight": "unknown",
                       "few_administrators": "unknown"}


def grant(house, tenant, channel, access, holder, until=None):
    house.sql("INSERT INTO channel_grant (tenant_id, id, channel_id, school_id, access, person_id, holder_text,"
              " holder_kind, from_on, until_on) SELECT %s, gen_random_uuid(), %s, %s, %s, %s, %s, 'person',"
              " current_date - 9, %s", tenant.id, channel, tenant.schools[0], access, holder.id, holder.name, until)


def test_tests_of_officialness_follow_the_grants(house, tenant):
    """O2, O3: oversight by somebody who does not post, and few administrators."""
    channel = add(house, tenant)
    see = lambda: {t["test"]: t["result"] for t in tenant.staff.client.get(
        f"/v1/channels/{channel}").json["classification"]["tests"]}
    grant(house, tenant, channel, "admin", tenant.admin)
    grant(house, tenant, channel, "poster", tenant.admin)
    assert see() == {"access_held_by_school": "unknown", "editorial_oversight": "not_met",
                     "few_administrators": "met"}
    grant(house, tenant, channel, "moderator", tenant.slt)
    assert see()["editorial_oversight"] == "met"
    for person in (tenant.slt, tenant.staff, tenant.trust_slt):
        grant(house, tenant, channel, "admin", person)
    assert see()["few_administrators"] == "not_met"


def test_closing_ends_the_grants_and_nobody_vetoes(house, tenant):
    """H16: SLT at any time; not the operators, not the administrator."""
    channel = add(house, tenant)
    grant(house, tenant, channel, "poster", tenant.staff)
    for person in (tenant.staff, tenant.admin):
        person.client.post(f"/v1/channels/{channel}/close", {"reason": "No longer needed."}, expect=403)
    row = tenant.slt.client.post(f"/v1/channels/{channel}/close", {"reason": "No longer needed."}, expect=200).json
    assert row["state"] == "closed" and row["grants"][0]["until_on"] == day(0)
    tenant.slt.client.post(f"/v1/channels/{channel}/close", {"reason": "Again."}, expect=409)
    history = tenant.slt.client.get(f"/v1/channels/{channel}/history", expect=200).json["data"]
    assert [(h["action"], h["note"]) for h in history] == [("close", "No longer needed.")]


# Whether a channel in this state is in use: everything that asks so gives the same answer.
IN_USE = {"proposed": True, "approved": True, "active": True, "suspended": True, "handover": True,
          "closed": False, "lost": False}


def test_every_state_is_in_use_or_over():
    """A new state that is over belongs wherever the SQL says ('closed', 'lost')."""
    assert set(IN_USE) == set(SCHEMAS["ChannelState"]["enum"])


@pytest.mark.parametrize("state", IN_USE)
def test_in_use_or_over(house, tenant, state):
    """Whether it is edited, granted, counted, listed, and keeps its handle from others."""
    handle = f"once{state}"
    channel = add(house, tenant, state=state, handle=handle, display_name=f"The {state} one")
    if not IN_USE[state]:
        with unchanged(house):
            problem = refused(patch(tenant.admin, channel, {"audience": "Nobody"}), 409, "wrong-state")
        assert state in problem["detail"]
    patch(tenant.staff, channel, {"audience": "Nobody"}, expect=403)
    client = tenant.admin.client
    listed = client.get("/v1/channels/register", headers={"Accept": "text/csv"}, expect=200).text
    counted = client.get("/v1/channels/quality?flag=missing_url", expect=200).json["data"]
    answers = {
        "edited": patch(tenant.admin, channel, {"kind": "class"}).status == 200,
        "granted": client.post(f"/v1/channels/{channel}/grants", {
            "access": "poster", "person_id": tenant.staff.id}).status in (200, 201),
        "listed": handle in listed,
        "counted": channel in [c["id"] for row in counted for c in row["channels"]],
        "handle kept": client.post("/v1/channels", {
            "school_id": tenant.schools[0], "platform": "youtube", "handle": handle,
            "reason": "There for years."}).status == 409,
    }
    assert answers == dict.fromkeys(answers, IN_USE[state])


def test_a_change_leaves_its_trace(house, tenant):
    """With the names of what differs, and none for what only is said again."""
    channel = add(house, tenant, audience="Parents")
    patch(tenant.admin, channel, {"audience": "Parents", "handle": "@traced", "kind": "class"}, expect=200)
    patch(tenant.slt, channel, {"audience": "Parents"}, expect=200)
    stale = {"If-Match": '"1.0"'}
    tenant.admin.client.patch(f"/v1/channels/{channel}", {"audience": "X"}, headers=stale, expect=412)
    history = tenant.staff.client.get(f"/v1/channels/{channel}/history", expect=200).json["data"]
    assert [(h["actor_name"], h["action"], h["from_state"], h["to_state"], h["note"]) for h in history] == [
        ("Ada Admin", "change", "active", "active", "handle, kind"),
        ("Sal Slt", "change", "active", "active", None)]


def test_activation_wants_all_settings_checked(house, tenant):
    """O8 at launch."""
    channel = add(house, tenant, state="approved", privacy_notice_on=day(0))
    short = {"settings_checked": CHECKED["settings_checked"][:4]}
    answer = tenant.admin.client.post(f"/v1/channels/{channel}/activate", short, expect=422)
    assert answer.json["errors"][0]["pointer"].startswith("/settings_checked")
    row = tenant.admin.client.post(f"/v1/channels/{channel}/activate", CHECKED, expect=200).json
    assert (row["settings_checked_on"], row["state"]) == (day(0), "active")


def test_trust_channels_are_read_by_all_and_run_by_the_trust(house, tenant):
    """H5: a channel of the trust itself."""
    channel = add(house, tenant, school=None, state="approved", privacy_notice_on=day(0))
    assert tenant.staff.client.get(f"/v1/channels/{channel}", expect=200).json["school_id"] is None
    tenant.admin.client.post(f"/v1/channels/{channel}/activate", CHECKED, expect=403)
    tenant.trust_admin.client.post(f"/v1/channels/{channel}/activate", CHECKED, expect=200)


def test_other_schools_channels_are_not_there(house, tenant):
    channel = add(house, tenant, school=1)
    for person in (tenant.slt, tenant.admin, tenant.staff):
        person.client.get(f"/v1/channels/{channel}", expect=404)
    tenant.trust_slt.client.get(f"/v1/channels/{channel}", expect=200)


def test_handle_is_unique_whatever_its_spelling(house, tenant):
    first, second = add(house, tenant, handle="@Same"), add(house, tenant)
    answer = patch(tenant.admin, second, {"handle": "same"}, expect=409)
    assert answer.json["type"].endswith("/already-exists")
    tenant.slt.client.post(f"/v1/channels/{first}/close", {"reason": "Gone."}, expect=200)
    patch(tenant.admin, second, {"handle": "same"}, expect=200)


def test_platforms_are_reference_data(house, tenant):
    """H9, H13: networks, messaging, games, video, blogs, forums, learning platforms, websites."""
    data = tenant.staff.client.get("/v1/platforms", expect=200).json["data"]
    assert {p["type"] for p in data} == {"network", "messaging", "gaming", "video", "blog", "forum",
                                         "learning_platform", "website"}
    channel = add(house, tenant)
    answer = patch(tenant.admin, channel, {"platform": "myspace"}, expect=422)
    assert answer.json["errors"][0]["pointer"] == "/platform"


def test_stand_alone_school_has_no_trust(house):
    """H3: nothing assumes that there is one."""
    alone = house.fresh_tenant("school")
    slt = alone.person("Una Alone", "slt")
    school = slt.client.get("/v1/schools", expect=200).json["data"][0]
    assert school["trust_id"] is None and school["trust_name"] is None
    assert slt.client.get("/v1/tenant", expect=200).json["kind"] == "school"
    slt.client.post("/v1/schools", {"name": "A second school"}, expect=422)


def test_school_of_a_trust_names_it(house, tenant):
    """H1: trust above school above channel; a trust adds schools."""
    school = tenant.trust_slt.client.post("/v1/schools", {
        "name": "Third school", "urn": "123456", "phase": "primary",
        "establishment_type_group": "academies", "local_authority": "Devon"}, expect=201).json
    assert school["trust_id"] == tenant.id and school["trust_name"]
    answer = tenant.trust_slt.client.post("/v1/schools", {"name": "Fourth", "urn": "123456"}, expect=409)
    assert answer.json["type"].endswith("/already-exists")
    assert answer.json["detail"] == "A school with this URN is there already."
    refused(tenant.trust_slt.client.post("/v1/schools", {"name": "Fifth", "urn": "12345x"}), 422, "invalid", ["/urn"])
    tenant.slt.client.post("/v1/schools", {"name": "Mine"}, expect=403)


@pytest.mark.parametrize("school", [0, 1, None], ids=["one's own", "another's", "the tenant's"])
def test_a_handle_that_is_taken_is_refused_in_the_same_words(house, tenant, school):
    """Wherever it stands: whoever sees only their own school hears nothing of the others."""
    handle = f"taken{school}".lower()
    taken = add(house, tenant, school, handle=handle)
    body = {"school_id": tenant.schools[0], "platform": "youtube", "handle": handle.upper(), "reason": "Ours."}
    mine = add(house, tenant, handle=f"mine{school}")
    with unchanged(house):
        answers = [tenant.admin.client.post("/v1/channels", body), patch(tenant.admin, mine, {"handle": handle})]
    for answer in answers:
        problem = refused(answer, 409, "already-exists")
        assert problem["detail"].startswith("This handle cannot be recorded here.") and taken not in answer.text
        assert "register already" not in answer.text and tenant.mark not in answer.text
    assert tenant.trust_admin.client.get(f"/v1/channels?handle={handle}", expect=200).json["data"][0]["id"] == taken


def test_a_handle_of_another_tenant_is_claimed_by_a_change(house, tenant):
    """Refused, and the operator has it to decide (verify_test.py tells the rest)."""
    other = house.fresh_tenant()
    add(house, other, handle="claimed1")
    mine = add(house, tenant, handle="unclaimed1")
    problem = refused(patch(tenant.admin, mine, {"handle": "@Claimed1"}), 409, "already-exists")
    assert "The operator of this service has been told" in problem["detail"]
    claims = house.sql("SELECT tenant_id::text AS tenant, state FROM handle_claim WHERE handle_key = 'claimed1'")
    assert {(c["tenant"], c["state"]) for c in claims} == {(other.id, "held"), (tenant.id, "open")}


def test_an_account_was_not_created_tomorrow(tenant):
    body = {"school_id": tenant.schools[0], "platform": "youtube", "reason": "Ours.",
            "account_created_on": day(2)}
    answer = tenant.admin.client.post("/v1/channels", body, expect=422)
    assert [error["pointer"] for error in answer.json["errors"]] == ["/account_created_on"]
