"""The rate of public routes: by address, and whose address that is behind a proxy."""
from refusal import refused

NOBODY = {"email": "nobody@rate.example", "password": "thimble-orchard-gravel-81"}


def test_public_routes_have_a_rate(house):
    person = house.fresh_tenant().person("Ray Rate", "staff")
    with house.another(CHAPERONE_PUBLIC_RATE="5") as server:
        client = server.client()
        good = {"email": person.login, "password": house.password}
        for _ in range(5):
            client.post("/v1/auth/sign-in", good, expect=200)
        for path, body in (("sign-in", good), ("refresh", {"refresh_token": "x" * 43}),
                           ("accept-invitation", {"invitation_token": "x", "password": "y"})):
            answer = client.post(f"/v1/auth/{path}", body)
            refused(answer, 429, "too-many-requests")
            assert 1 <= int(answer.headers["retry-after"]) <= 60
        signed_in = house.as_(person.login, server=server)
        for _ in range(10):
            signed_in.get("/v1/me", expect=200)
        refused(signed_in.post("/v1/auth/change-password", {
            "current_password": house.password, "new_password": "y" * 20}), 429,
                "too-many-requests")
        client.get("/healthz", expect=200)


def sign_in(client, forwarded):
    return client.post("/v1/auth/sign-in", NOBODY,
                       headers={"X-Forwarded-For": forwarded} if forwarded else {}).status


def test_nobody_picks_their_own_address(house):
    with house.another(CHAPERONE_PUBLIC_RATE="3") as server:
        client = server.client()
        statuses = [sign_in(client, f"192.0.2.{n}") for n in range(5)]
    assert statuses == [401, 401, 401, 429, 429]


def test_a_trusted_proxy_names_the_client(house):
    """In a database without the demo, which is not served behind a proxy."""
    house.cluster.make_database(house.database + "_proxy")
    dsn = house.cluster.dsn(house.database + "_proxy")
    house.server.run("migrate", CHAPERONE_DATABASE=dsn)
    with house.another(CHAPERONE_PUBLIC_RATE="3", CHAPERONE_TRUSTED_PROXY="127.0.0.1",
                       CHAPERONE_DATABASE=dsn) as server:
        client = server.client()
        assert [sign_in(client, "192.0.2.1") for _ in range(4)] == [401, 401, 401, 429]
        assert sign_in(client, "192.0.2.2") == 401
        assert sign_in(client, "198.51.100.9, 192.0.2.1") == 429, "only the last hop is known"
        assert sign_in(client, "192.0.2.1, 198.51.100.9") == 401
        assert [sign_in(client, f"2001:db8:1:2::{n}") for n in range(4)] == [401, 401, 401, 429]
        assert sign_in(client, "2001:db8:1:3::1") == 401
