"""Where the token may go."""

import httpx
import pytest

from langchain_centra.client import AsyncCentra, SettingsError


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("https://acme.centra.com", "https://acme.centra.com/graphql"),
        ("https://acme.centra.com/", "https://acme.centra.com/graphql"),
        ("https://acme.centra.com/graphql", "https://acme.centra.com/graphql"),
        ("https://acme.centra.com//graphql//", "https://acme.centra.com/graphql"),
        ("  https://acme.centra.com/graphql/\n", "https://acme.centra.com/graphql"),
        ("HTTPS://ACME.Centra.COM", "https://acme.centra.com/graphql"),
        ("https://acme.centraqa.com", "https://acme.centraqa.com/graphql"),
        ("https://acme.eu.centra.com:443/", "https://acme.eu.centra.com/graphql"),
        ("https://acme.centra.com/tenant", "https://acme.centra.com/tenant/graphql"),
        ("http://127.0.0.1:8123", "http://127.0.0.1:8123/graphql"),
        ("http://localhost:8123/graphql", "http://localhost:8123/graphql"),
        ("http://[::1]:8123", "http://[::1]:8123/graphql"),
        ("https://localhost", "https://localhost/graphql"),
        ("https://api.shop.se/centra", "https://api.shop.se/centra/graphql"),
        ("https://API.shop.se:8443", "https://api.shop.se:8443/graphql"),
    ],
)
def test_a_url_leads_to_the_graphql_endpoint(url: str, endpoint: str, token: str) -> None:
    assert AsyncCentra(url, token, allowed_hosts=["API.shop.se "]).url == endpoint


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("", "is empty"),
        ("  ", "is empty"),
        ("acme.centra.com", "does not start with https:// and a host"),
        ("ftp://acme.centra.com", "does not start with https:// and a host"),
        ("https://", "does not start with https:// and a host"),
        ("https:///graphql", "does not start with https:// and a host"),
        ("https://acme.centra.com:port", "is not a URL"),
        ("https://acme.centra.com:99999999", "is not a URL"),
        ("https://ac\tme.centra.com", "is not a URL"),
        ("http://acme.centra.com", "uses http for acme.centra.com"),
        ("http://api.shop.se", "uses http for api.shop.se"),
        ("http://192.168.0.10", "uses http for 192.168.0.10"),
        ("http://localhost.evil.org", "uses http for localhost.evil.org"),
        ("https://centra.com", "names centra.com, which is not a Centra host"),
        ("https://evilcentra.com", "names evilcentra.com, which is not a Centra host"),
        ("https://acme.centra.com.evil.org", "names acme.centra.com.evil.org"),
        ("https://acme.centra.com.", "does not start with https:// and a host"),
        ("https://evil.org/acme.centra.com", "names evil.org"),
        ("https://evil.org\\.centra.com", "does not start with https:// and a host"),
        ("https://acme.centra.com@evil.org", "carries a login, a query or a fragment"),
        ("https://user:secret@acme.centra.com", "carries a login, a query or a fragment"),
        ("https://acme.centra.com/?token=secret", "carries a login, a query or a fragment"),
        ("https://acme.centra.com/#secret", "carries a login, a query or a fragment"),
        ("https://your-store.centra.com", "still holds the placeholder 'your-store'"),
        ("https://YourClient.centra.com/graphql", "still holds the placeholder 'yourclient'"),
        ("https://example.centraqa.com", "still holds the placeholder 'example'"),
        ("https://example.com", "still holds the placeholder 'example'"),
        ("https://<client>.centra.com/graphql", "still holds the placeholder '<client>'"),
        ("https://{client}.centra.com", "still holds the placeholder '{client}'"),
    ],
)
def test_a_url_that_the_token_must_not_go_to_is_refused(url: str, problem: str, token: str) -> None:
    with pytest.raises(SettingsError) as caught:
        AsyncCentra(url, token, allowed_hosts=["api.shop.se"])
    assert caught.value.setting == "CENTRA_URL"
    assert f"CENTRA_URL {problem}" in str(caught.value)
    assert "secret" not in str(caught.value)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("bad", ["", "  ", "Bearer abc", "tök-en", '"quoted"', "two\nlines"])
def test_a_token_that_cannot_be_one_is_refused_without_being_shown(bad: str) -> None:
    with pytest.raises(SettingsError) as caught:
        AsyncCentra("https://acme.centra.com", bad)
    assert caught.value.setting == "CENTRA_TOKEN"
    assert not bad.strip() or bad not in str(caught.value)


async def test_spaces_around_a_token_are_forgiven(token: str) -> None:
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["authorization"])
        return httpx.Response(200, json={"data": {}})

    transport = httpx.MockTransport(answer)
    async with AsyncCentra("https://acme.centra.com", f" {token}\n", transport=transport) as centra:
        await centra.execute("{ orders { id } }")
    assert seen == [f"Bearer {token}"]


def test_a_store_is_named_after_its_host_and_port(token: str) -> None:
    assert AsyncCentra("https://acme.centra.com", token).name == "acme.centra.com"
    assert AsyncCentra("http://127.0.0.1:8123", token).name == "127.0.0.1:8123"
    assert AsyncCentra("https://acme.centra.com", token, name="acme").name == "acme"
