"""Recomputes the sealed chains of the audit trail, from nothing but the tables (0001_house.sql)."""
import hashlib
import struct
import uuid

NOBODY = uuid.UUID(int=0)  # whose chain holds what belongs to no tenant

EVENTS = """
SELECT coalesce(tenant_id, '00000000-0000-0000-0000-000000000000')::text AS chain_of,
       xid::text AS xid, id, tenant_id::text, extract(epoch FROM at)::text AS epoch,
       actor_id::text, request, operation, table_name, row_id, changed::text,
       ordinary::text, encode(commitment, 'hex') AS commitment, digest
  FROM audit_event
"""


def audit_bytes(parts):
    """Each part behind its length."""
    texts = [(part or "").encode() for part in parts]
    return b"".join(struct.pack(">i", len(text)) + text for text in texts)


def event_digest(event):
    return hashlib.sha256(audit_bytes([event[name] for name in (
        "tenant_id", "epoch", "actor_id", "request", "operation", "table_name", "row_id",
        "changed", "ordinary", "commitment")])).digest()


def faults(sql):
    """What does not agree, as text; empty: every sealed event stands as it was written.
    `sql` runs a statement and returns rows as dictionaries."""
    found, chains = [], {}
    # in this order: what is sealed meanwhile must not seem to lack its seal
    horizon = int(sql("SELECT sealed::text AS xid FROM audit_horizon")[0]["xid"])
    seals = sql("SELECT tenant_id, seq, from_xid::text, to_xid::text, events, chain"
                " FROM audit_seal ORDER BY tenant_id, seq")
    events = sorted(sql(EVENTS), key=lambda e: (int(e["xid"]), e["id"]))
    for event in events:
        if event_digest(event) != bytes(event["digest"]):
            found.append(f"event {event['id']} was edited")
    for seal in seals:
        seq, chain = chains.get(seal["tenant_id"], (0, b""))
        inside = [bytes(e["digest"]) for e in events if e["chain_of"] == str(seal["tenant_id"])
                  and int(seal["from_xid"]) <= int(e["xid"]) < int(seal["to_xid"])]
        if seal["seq"] != seq + 1:
            found.append(f"a seal of {seal['tenant_id']} is missing before {seal['seq']}")
        if seal["events"] != len(inside):
            found.append(f"seal {seal['seq']} of {seal['tenant_id']} covers {seal['events']}"
                         f" events, {len(inside)} are there")
        expected = hashlib.sha256(
            chain + uuid.UUID(str(seal["tenant_id"])).bytes
            + struct.pack(">qq", seal["seq"], len(inside))
            + hashlib.sha256(b"".join(inside)).digest()).digest()
        if expected != bytes(seal["chain"]):
            found.append(f"seal {seal['seq']} of {seal['tenant_id']} does not hold")
        chains[seal["tenant_id"]] = seal["seq"], bytes(seal["chain"])
    return found + uncovered(horizon, events, seals)


def uncovered(horizon, events, seals):
    """Events that are old enough to be sealed, and that no seal covers."""
    ranges = {}
    for seal in seals:
        ranges.setdefault(str(seal["tenant_id"]), []).append(
            (int(seal["from_xid"]), int(seal["to_xid"])))
    return [f"event {e['id']} is under no seal" for e in events if int(e["xid"]) < horizon
            and not any(a <= int(e["xid"]) < b for a, b in ranges.get(e["chain_of"], []))]
