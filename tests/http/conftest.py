"""One database server, one fresh database and one real service for the whole session."""
import resource
import pytest

from cluster import Cluster
from house import House
from second_wall import SecondWall

# Each person of a test keeps a connection: more than the 1,024 files that a process may open at first.
FILES = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))


# Every answer is held against openapi.yaml: one word missing there fails most tests.
CONTRACT = "contract_test.py"


def is_contract(item):
    return item.path.name == CONTRACT


@pytest.hookimpl(hookwrapper=True)
def pytest_collection_modifyitems(items):
    """The contract's tests come first, also before the tests that a pattern (-k) leaves."""
    contract = list(filter(is_contract, items))
    yield
    if items:
        items[:] = contract + [item for item in items if not is_contract(item)]


def pytest_runtest_teardown(item, nextitem):
    session = item.session
    if is_contract(item) and nextitem and not is_contract(nextitem) and session.testsfailed:
        session.shouldstop = (f"{CONTRACT} failed: the service is wired wrongly, or openapi.yaml"
                              " says something else (see above). Put that right first; the"
                              " other HTTP tests were not run")


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


@pytest.fixture(scope="module")
def tenant(house):
    """A tenant for the tests of one file, which may define its own."""
    return house.fresh_tenant()
