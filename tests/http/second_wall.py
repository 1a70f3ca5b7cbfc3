"""The first wall off: the matrix answers SCOPE to everything, row security stands alone."""


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
