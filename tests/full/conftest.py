"""The same house as the HTTP tests', for what only ./check --full looks at."""
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "http"))

from cluster import Cluster  # noqa: E402
from house import House  # noqa: E402


@pytest.fixture(scope="session")
def house():
    cluster = Cluster()
    house = House(cluster)
    yield house
    house.close()
    cluster.close()
