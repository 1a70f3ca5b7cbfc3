"""What was said in an application, as it was each time, and what has changed since (P4)."""
import pytest

from application import PATH, Stage


@pytest.fixture
def stage(house):
    return Stage(house)


def test_resubmission_shows_what_changed(stage):
    """P4: a new revision each time; decisions and revisions never change."""
    application = stage.submitted()
    asked = stage.act(stage.head, application, "ask", {"reason": "Which audience?"}).json
    assert asked["state"] == "more_information"
    answer = stage.applicant.client.get(f"{PATH}/{application['id']}")
    stage.applicant.client.patch(f"{PATH}/{application['id']}", {
        "audience": "Parents", "operators": [{"person_id": stage.first.id, "access": "poster"},
                                             {"person_id": stage.second.id, "access": "admin"}]},
        headers={"If-Match": answer.etag}, expect=200)
    again = stage.act(stage.applicant, application, "answer", {"reason": "Narrowed."}).json
    assert again["state"] == "submitted" and again["revision"] == 2
    rejected = stage.act(stage.head, application, "reject", {"reason": "Not yet."}).json
    assert rejected["state"] == "rejected"
    stage.act(stage.applicant, application, "revise")
    stage.act(stage.applicant, application, "submit")
    revisions = stage.head.client.get(f"{PATH}/{application['id']}/revisions", expect=200).json["data"]
    assert [(r["revision"], r["changed"]) for r in revisions] == [
        (1, []), (2, ["audience", "operators"]), (3, [])]
    assert revisions[0]["content"]["audience"] != revisions[1]["content"]["audience"]
    for table in ("application_decision", "application_revision", "application_history"):
        with pytest.raises(Exception, match="never changed"):
            stage.house.sql(f"DELETE FROM {table} WHERE application_id = %s", application["id"])


def test_a_change_leaves_its_trace(stage):
    application = stage.draft()
    for body in ({"aim": "Another", "involves_pupils": False}, {"aim": "Another"},
                 {"kind": "class", "operators": []}):
        etag = stage.applicant.client.get(f"{PATH}/{application['id']}").etag
        stage.applicant.client.patch(f"{PATH}/{application['id']}", body,
                                     headers={"If-Match": etag}, expect=200)
    history = stage.head.client.get(f"{PATH}/{application['id']}/history", expect=200).json["data"]
    assert [(h["action"], h["from_state"], h["to_state"], h["note"]) for h in history] == [
        ("draft", None, "draft", None), ("change", "draft", "draft", "aim"),
        ("change", "draft", "draft", None), ("change", "draft", "draft", "kind, operators")]


def test_submitted_is_not_edited(stage):
    application = stage.submitted()
    etag = stage.applicant.client.get(f"{PATH}/{application['id']}").etag
    answer = stage.applicant.client.patch(f"{PATH}/{application['id']}", {"aim": "Another aim"},
                                          headers={"If-Match": etag}, expect=409)
    assert answer.json["type"].endswith("/wrong-state")
