"""The guard on the connected socket: no connection to a refused address is even attempted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from support.site import OpenClient, Site, reply

from ingest.errors import FetchError, Terminal, Transient
from ingest.fetch.client import Kind
from ingest.reasons import Reason


@pytest_asyncio.fixture
async def inner() -> AsyncIterator[Site]:
    """A listener on 127.0.0.1 that nothing may reach."""
    site = Site("127.0.0.1", routes={"/a": reply(200, b"secret")})
    await site.start()
    yield site
    await site.stop()


@pytest_asyncio.fixture
async def open_net(inner: Site) -> AsyncIterator[Site]:
    """The same port on 127.1.0.1, which tests open with allow_networks."""
    site = Site("127.1.0.1", inner.port, routes={"/a": reply(200, b"public", Connection="close")})
    await site.start()
    yield site
    await site.stop()


async def test_rebinding_between_two_requests(inner: Site, open_net: Site, open_client: OpenClient) -> None:
    """A name that is public when first looked up and inner ever after."""
    answers = iter(["127.1.0.1"])

    async def lookup(host: str, port: int) -> list[str]:
        return [next(answers, "127.0.0.1")]

    url = f"http://rebind.example:{inner.port}/a"
    first = await open_client(lookup=lookup, allow_networks=("127.1.0.0/16",), allow_ports="any")
    assert (await first.get(url, kind=Kind.PAGE)).body == b"public"
    second = await open_client(lookup=lookup, allow_networks=("127.1.0.0/16",), allow_ports="any")
    with pytest.raises(Terminal) as caught:
        await second.get(url, kind=Kind.PAGE)
    assert caught.value.reason is Reason.BAD_ADDRESS
    assert inner.connections == 0


async def test_of_a_names_addresses_only_the_permitted_are_tried(
    inner: Site, open_net: Site, open_client: OpenClient
) -> None:
    async def lookup(host: str, port: int) -> list[str]:
        return ["127.0.0.1", "::1", "127.1.0.1", "10.0.0.1"]

    client = await open_client(lookup=lookup, allow_networks=("127.1.0.0/16",), allow_ports="any")
    response = await client.get(f"http://both.example:{inner.port}/a", kind=Kind.PAGE)
    assert response.body == b"public"
    assert inner.connections == 0


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::ffff:127.1.0.1]", "localhost", "inner.example", "2130706433", "0177.0.0.1"]
)
async def test_canaries_hear_nothing(inner: Site, open_net: Site, open_client: OpenClient, host: str) -> None:
    async def lookup(name: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    client = await open_client(lookup=lookup, allow_networks=("127.1.0.0/16",), allow_ports="any")
    with pytest.raises(Terminal) as caught:
        await client.get(f"http://{host}:{inner.port}/a", kind=Kind.PAGE)
    assert caught.value.reason is Reason.BAD_ADDRESS
    assert inner.connections == open_net.connections == 0


async def test_the_systems_own_lookup_is_guarded_too(inner: Site, open_client: OpenClient) -> None:
    client = await open_client(allow_ports="any")
    with pytest.raises(Terminal) as caught:
        await client.get(f"http://localhost:{inner.port}/a", kind=Kind.PAGE)
    assert caught.value.reason is Reason.BAD_ADDRESS
    assert inner.connections == 0


async def test_resolve_opens_its_place_for_its_host_only(
    site: Site, inner: Site, open_client: OpenClient
) -> None:
    """Another name, or the literal address, does not reach the place that `resolve` opens for
    news.example."""
    site.routes["/a"] = reply(200, b"staged")

    async def lookup(host: str, port: int) -> list[str]:
        return [site.address]

    client = await open_client(lookup=lookup, allow_ports="any")
    assert (await client.get("http://news.example/a", kind=Kind.PAGE)).body == b"staged"
    assert (await client.get(f"http://news.example:{inner.port}/a", kind=Kind.PAGE)).body == b"staged"
    before = site.connections
    for url in (f"http://{site.address}:{site.port}/a", f"http://rival.example:{site.port}/a"):
        with pytest.raises(Terminal):
            await client.get(url, kind=Kind.PAGE)
    assert (site.connections, inner.connections) == (before, 0)


async def test_environment_proxies_are_ignored(
    site: Site, inner: Site, open_client: OpenClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{inner.port}")
    site.routes["/a"] = reply(200, b"direct")
    assert (await (await open_client()).get("http://news.example/a", kind=Kind.PAGE)).body == b"direct"
    assert inner.connections == 0


async def test_a_proxy_by_setting_is_used_for_public_names_and_for_no_literal(
    inner: Site, open_client: OpenClient
) -> None:
    async def lookup(host: str, port: int) -> list[str]:
        raise AssertionError("names are the proxy's to resolve")

    inner.routes["http://far.example/a"] = reply(200, b"by proxy")
    client = await open_client(lookup=lookup, proxy=f"http://127.0.0.1:{inner.port}")
    assert (await client.get("http://far.example/a", kind=Kind.PAGE)).body == b"by proxy"
    with pytest.raises(Terminal):
        await client.get("http://10.0.0.1/a", kind=Kind.PAGE)


async def test_what_fails_below_http_has_its_reason(inner: Site, open_client: OpenClient) -> None:
    async def lookup(host: str, port: int) -> list[str]:
        if host == "unknown.example":
            raise OSError(-2, "Name or service not known")
        return ["127.1.0.9"]

    async def no_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(400))
        writer.close()

    plain = await asyncio.start_server(no_tls, "127.1.0.1", 0)
    client = await open_client(lookup=lookup, allow_networks=("127.1.0.0/16",), allow_ports="any")
    for url, reason in (
        (f"http://closed.example:{inner.port}/", Reason.CONNECT),
        ("http://unknown.example/", Reason.DNS),
        (f"https://127.1.0.1:{plain.sockets[0].getsockname()[1]}/", Reason.TLS),
    ):
        with pytest.raises(FetchError) as caught:
            await client.get(url, kind=Kind.PAGE)
        assert (type(caught.value), caught.value.reason) == (Transient, reason)
        assert "\n" not in caught.value.detail
    plain.close()
