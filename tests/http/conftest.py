"""One database server, one fresh database and one real service for the whole session."""
import pytest

from cluster import Cluster
from house import House
from second_wall import SecondWall


@pytest.fixture(scope="session")
def cluster():
    cluster = Cluster()
    yield cluster
    cluster.close()


@pytest.fixture(scope="session")
def house(cluster):
    """Its end fails when the service did not stop well, a sanitizer has something to say, or
    the log holds an error that no test expected."""
    house = House(cluster)
    yield house
    house.close()


@pytest.fixture(scope="session")
def second_wall(house):
    return SecondWall(house)
