"""The first wall off: the matrix answers SCOPE to everything, row security stands alone; and what
an answer and the database are searched for."""
from refusal import still


class SecondWall:
    def __init__(self, house):
        self.house = house
        self.server = house.make_server(CHAPERONE_WALL_ONE_OFF="true")
        self.server.start()
        self.url = self.server.url
        self.http = self.server.client()

    def as_(self, login, tenant=None):
        """The same person with the same token as in the house, at the other door."""
        return self.house.as_(login, tenant, self.server)


def needles(plots):
    """What gives a place away: its canary, and the id of every row in it."""
    return {word for plot in plots for word in [plot.mark, *plot.ids.values()] if word}


def strangers(plots, caller):
    """The names of tenants that the caller is no part of."""
    return {f"Tenant {plot.tenant.mark}" for plot in plots} - {f"Tenant {caller.tenant.mark}"}


def silent(answer, forbidden):
    """Nothing of it in the answer, neither its headers nor its body."""
    text = f"{answer.pairs} {answer.text}"
    shown = {word for word in forbidden if word in text}
    assert not shown, (shown, answer)


SNAPSHOT = "SELECT {1}::text AS row FROM {0} t WHERE {2} AND {1}::text LIKE ANY (%s) ORDER BY 1"
# Megabytes of a file are told by their digest.
SHORT = {"upload_part": "ROW(t.tenant_id, t.upload_id, t.number, md5(t.content))"}
TABLES = """
SELECT table_name AS name, EXISTS (SELECT FROM column_class c
	WHERE c.table_name = r.table_name AND c.column_name = 'tenant_id') AS owned
  FROM table_rule r
 WHERE table_name NOT IN ('audit_seal', 'audit_horizon', 'audit_salt', 'audit_head_sent') ORDER BY 1"""


def snapshot(house, plots, tenants):
    """Every row of these tenants, of all who take part, that belongs or points to these places, as text; once the
    service has done what it does by itself."""
    still(house)
    words = [f"%{word}%" for word in sorted(needles(plots))]
    theirs = "t.tenant_id IN ('" + "', '".join(tenant.id for tenant in tenants) + "')"
    return {table["name"]: [row["row"] for row in house.sql(SNAPSHOT.format(
        table["name"], SHORT.get(table["name"], "t"), theirs if table["owned"] else "true"), words)]
            for table in house.sql(TABLES)}
