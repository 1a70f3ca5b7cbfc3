"""The first wall off: the matrix answers SCOPE to everything, row security stands alone; and what
an answer and the database are searched for."""


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


SNAPSHOT = "SELECT {1}::text AS row FROM {0} t WHERE {1}::text LIKE ANY (%s) ORDER BY 1"
# Megabytes of a file are told by their digest.
SHORT = {"upload_part": "ROW(t.tenant_id, t.upload_id, t.number, md5(t.content))"}


def snapshot(house, plots):
    """Every row of the database that belongs or points to these places, as text."""
    words = [f"%{word}%" for word in sorted(needles(plots))]
    tables = house.sql("SELECT table_name FROM table_rule WHERE table_name NOT IN"
                       " ('audit_seal', 'audit_horizon', 'audit_salt', 'audit_head_sent') ORDER BY 1")
    return {name: [row["row"] for row in house.sql(SNAPSHOT.format(name, SHORT.get(name, "t")), words)]
            for name in (table["table_name"] for table in tables)}
