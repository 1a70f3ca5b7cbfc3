"""What every refusal has in common (RFC 9457), and a proof that it changed nothing."""
import time
from contextlib import contextmanager

# Signing in and sealing go on in the background of every test.
RESTLESS = ("session", "refresh_token", "audit_seal", "audit_head_sent", "audit_horizon")

COUNTS = """
SELECT relname AS name, (xpath('/row/c/text()', query_to_xml(
       format('SELECT count(*) AS c FROM %I', relname), false, true, '')))[1]::text AS rows
  FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1
"""
WAITING = """
(SELECT 1 FROM calendar_version WHERE reckoned < version LIMIT 1) UNION ALL (SELECT 1 FROM event WHERE told_at IS NULL LIMIT 1)
UNION ALL (SELECT 1 FROM timer WHERE fires_at <= now() LIMIT 1)
"""


def refused(answer, status, slug, pointers=None):
    """A problem of this kind; `pointers`: exactly these faults, in any order."""
    assert answer.status == status, answer
    assert answer.media == "application/problem+json", answer
    body = answer.json
    assert body["type"].split("/problems/")[1] == slug, answer
    assert body["status"] == status and body["title"] and body["detail"], answer
    assert body["request_id"] == answer.request_id, answer
    if pointers is not None:
        assert sorted(e["pointer"] for e in body["errors"]) == sorted(pointers), answer
        assert all(e["detail"] for e in body["errors"]), answer
    return body


def counts(house):
    """Rows of every table; a change of an audited row shows as one more audit event."""
    return {r["name"]: int(r["rows"]) for r in house.sql(COUNTS) if r["name"] not in RESTLESS}


def still(house):
    """Waits until no clock is to be reckoned again and nobody is to be told, which the service does by itself."""
    end = time.monotonic() + 60
    while house.sql(WAITING):
        assert time.monotonic() < end
        time.sleep(0.1)


@contextmanager
def unchanged(house):
    still(house)
    before = counts(house)
    yield
    assert counts(house) == before
