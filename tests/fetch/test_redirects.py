"""Redirects: each hop is judged like a first URL, secrets stay with their host, permanence is told."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from support.site import Asked, OpenClient, Site, reply

from ingest.errors import FetchError, Terminal, Transient
from ingest.fetch.client import Kind
from ingest.reasons import Reason

INWARD = [
    ("http://127.0.0.1/", Reason.BAD_ADDRESS),
    ("http://169.254.169.254/latest/meta-data/", Reason.BAD_ADDRESS),
    ("http://2130706433/", Reason.BAD_ADDRESS),
    ("http://0x7f.1/", Reason.BAD_ADDRESS),
    ("http://[::1]/", Reason.BAD_ADDRESS),
    ("http://[::ffff:127.0.0.1]/", Reason.BAD_ADDRESS),
    ("http://[64:ff9b::7f00:1]/", Reason.BAD_ADDRESS),
    ("//127.0.0.1/x", Reason.BAD_ADDRESS),
    ("http://inner.example/", Reason.BAD_ADDRESS),
    ("http://mixed-inner.example/", Reason.BAD_ADDRESS),
    ("http://127.0.0.1:22/", Reason.BAD_PORT),
    ("http://public.example:6379/", Reason.BAD_PORT),
    ("file:///etc/passwd", Reason.BAD_URL),
    ("javascript:alert(1)", Reason.BAD_URL),
    ("http://user:pass@news.example/", Reason.BAD_URL),
    ("http://news.example\\@127.0.0.1/", Reason.BAD_URL),
    ("http:///127.0.0.1/", Reason.BAD_URL),
    ("http://[::1/", Reason.BAD_URL),
    ("/start", Reason.REDIRECT_LOOP),
    ("http://news.example/start#again", Reason.REDIRECT_LOOP),
]


async def inner_names(host: str, port: int) -> list[str]:
    return {
        "inner.example": ["127.0.0.1"],
        "mixed-inner.example": ["10.0.0.1", "::1", "169.254.169.254"],
    }.get(host, [])


@pytest.mark.parametrize(("location", "reason"), INWARD)
async def test_a_redirect_inwards_is_refused(
    site: Site, open_client: OpenClient, location: str, reason: Reason
) -> None:
    canary = Site(port=0)
    await canary.start()
    site.routes["/start"] = reply(302, Location=location)
    client = await open_client(lookup=inner_names)
    with pytest.raises(Terminal) as caught:
        await client.get("http://news.example/start", kind=Kind.PAGE)
    await canary.stop()
    assert caught.value.reason is reason
    assert site.paths() == ["/robots.txt", "/start"]
    assert canary.connections == 0


@pytest.mark.parametrize(
    ("statuses", "permanent"),
    [
        ((301,), True),
        ((308, 301), True),
        ((302,), False),
        ((301, 302), False),
        ((307,), False),
        ((303,), False),
    ],
)
async def test_permanent_only_when_every_hop_says_so(
    site: Site, open_client: OpenClient, statuses: tuple[int, ...], permanent: bool
) -> None:
    for number, status in enumerate(statuses):
        site.routes[f"/{number}"] = reply(status, Location=f"/{number + 1}")
    last = f"http://news.example/{len(statuses)}"
    site.routes[f"/{len(statuses)}"] = reply(200, b"here")
    client = await open_client()
    response = await client.get("http://news.example/0", kind=Kind.FEED)
    assert (response.url, response.requested_url, response.body) == (last, "http://news.example/0", b"here")
    assert response.hops == tuple(f"http://news.example/{number}" for number in range(len(statuses)))
    assert response.permanent == (last if permanent else None)
    assert client.requests == len(statuses) + 2


async def test_five_hops_are_followed_and_a_sixth_is_not(site: Site, open_client: OpenClient) -> None:
    for number in range(9):
        site.routes[f"/{number}"] = reply(302, Location=f"/{number + 1}")
    site.routes["/9"] = reply(200, b"end")
    client = await open_client()
    assert len((await client.get("http://news.example/4", kind=Kind.PAGE)).hops) == 5
    with pytest.raises(Terminal) as caught:
        await client.get("http://news.example/3", kind=Kind.PAGE)
    assert caught.value.reason is Reason.REDIRECT_LOOP
    assert site.paths().count("/9") == 1


async def test_locations_as_servers_really_send_them(site: Site, open_client: OpenClient) -> None:
    site.routes["/a"] = reply(302).replace(b"\r\n\r\n", "\r\nLocation: /ü b?q=ö%2F\r\n\r\n".encode())
    site.routes["/b"] = reply(302).replace(b"\r\n\r\n", b"\r\nLocation: /caf\xe9\r\n\r\n")
    site.routes["/%C3%BC%20b?q=%C3%B6%2F"] = site.routes["/caf%E9"] = reply(200, b"yes")
    client = await open_client()
    assert (await client.get("http://news.example/a", kind=Kind.PAGE)).body == b"yes"
    assert (await client.get("http://news.example/b", kind=Kind.PAGE)).body == b"yes"


async def test_a_redirect_without_location_is_an_error(site: Site, open_client: OpenClient) -> None:
    site.routes["/a"] = reply(302, b"<a href='/b'>here</a>")
    with pytest.raises(Terminal) as caught:
        await (await open_client()).get("http://news.example/a", kind=Kind.PAGE)
    assert (caught.value.reason, caught.value.status) == (Reason.HTTP_OTHER, 302)


async def test_headers_of_a_feed_stay_on_its_host(site: Site, open_client: OpenClient) -> None:
    site.routes["/moved"] = reply(301, Location="http://other.example/feed")
    client = await open_client()

    async def there(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(
            reply(200, b"<rss/>") if asked.host == "other.example" else reply(302, Location="/moved")
        )

    site.routes["/feed"] = there
    response = await client.get(
        "http://news.example/feed", kind=Kind.FEED, headers={"Authorization": "Bearer hunter2"}
    )
    assert response.url == "http://other.example/feed"
    sent = [(asked.host, asked.path, asked.headers.get("authorization")) for asked in site.asked]
    assert sent == [
        ("news.example", "/robots.txt", None),
        ("news.example", "/feed", "Bearer hunter2"),
        ("news.example", "/moved", "Bearer hunter2"),
        ("other.example", "/robots.txt", None),
        ("other.example", "/feed", None),
    ]
    assert "hunter2" not in repr(response)


async def test_headers_of_a_feed_are_not_sent_from_https_down_to_http(
    site: Site, open_client: OpenClient
) -> None:
    site.routes["/a"] = reply(302, Location="http://news.example/b")
    site.routes["/b"] = reply(200, b"x")
    client = await open_client()
    await client.get("https://news.example/a", kind=Kind.FEED, headers={"X-Key": "hunter2"})
    assert [asked.headers.get("x-key") for asked in site.asked] == [None, "hunter2", None]


async def test_a_bad_header_is_not_repeated_in_the_error(open_client: OpenClient) -> None:
    with pytest.raises(FetchError) as caught:
        await (await open_client()).get(
            "http://news.example/a", kind=Kind.FEED, headers={"X-Key": "hunter2\r\nHost: x"}
        )
    assert "hunter2" not in str(caught.value)


async def test_no_cookie_is_kept_or_shown(site: Site, open_client: OpenClient) -> None:
    site.routes["/a"] = reply(200, b"x", Set_Cookie="session=1; Path=/")
    site.routes["/b"] = reply(200, b"x", Set_Cookie="other=2")
    client = await open_client()
    for path in ("/a", "/b", "/a"):
        response = await client.get(f"http://news.example{path}", kind=Kind.PAGE)
        assert "set-cookie" not in response.headers
    assert all("cookie" not in asked.headers for asked in site.asked)


async def test_each_hop_obeys_the_robots_of_its_host(site: Site, open_client: OpenClient) -> None:
    async def robots(asked: Asked, writer: asyncio.StreamWriter) -> None:
        rules = b"User-agent: *\nDisallow: /private" if asked.host == "other.example" else b""
        writer.write(reply(200, rules))

    site.routes["/robots.txt"] = robots
    site.routes["/a"] = reply(302, Location="http://other.example/private/1")
    with pytest.raises(Terminal) as caught:
        await (await open_client()).get("http://news.example/a", kind=Kind.PAGE)
    assert caught.value.reason is Reason.ROBOTS
    assert site.paths() == ["/robots.txt", "/a", "/robots.txt"]


async def test_validators_go_out_verbatim_and_304_comes_back(site: Site, open_client: OpenClient) -> None:
    site.routes["/feed"] = reply(304, ETag='W/"new"')
    client = await open_client()
    response = await client.get(
        "http://news.example/feed", kind=Kind.FEED, etag='W/"a b"', last_modified="yesterday, 5ish"
    )
    assert (response.status, response.headers["etag"], response.body) == (304, 'W/"new"', b"")
    assert site.asked[-1].headers["if-none-match"] == 'W/"a b"'
    assert site.asked[-1].headers["if-modified-since"] == "yesterday, 5ish"
    with pytest.raises(Transient) as caught:
        await client.get("http://news.example/feed", kind=Kind.FEED)
    assert caught.value.status == 304


async def test_headers_of_raw_bytes_are_text_and_a_validator_of_them_is_none(
    site: Site, open_client: OpenClient
) -> None:
    head = b'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nETag: "h\xe9"\r\nLast-Modified: caf\xe9\r\n'
    site.routes["/raw"] = head + b"Content-Type: text/html; charset=caf\xe9\r\n\r\nx"
    site.routes["/utf8"] = reply(200, b"x", ETag='"hé"')
    client = await open_client()
    raw = await client.get("http://news.example/raw", kind=Kind.FEED)
    assert raw.headers == {"content-length": "1", "content-type": "text/html; charset=café"}
    said = await client.get("http://news.example/utf8", kind=Kind.FEED)
    await client.get("http://news.example/utf8", kind=Kind.FEED, etag=said.headers["etag"])
    assert site.asked[-1].headers["if-none-match"].encode("latin-1").decode() == '"hé"'


@pytest.mark.parametrize("path", ["/x/../private/a", "/./private/a", "/x/%2e%2E/private/a", "/../private/a"])
async def test_dot_segments_do_not_get_past_robots(site: Site, open_client: OpenClient, path: str) -> None:
    site.routes["/robots.txt"] = reply(200, b"User-agent: *\nDisallow: /private/")
    with pytest.raises(Terminal) as caught:
        await (await open_client()).get(f"http://news.example{path}", kind=Kind.PAGE)
    assert caught.value.reason is Reason.ROBOTS
    assert site.paths() == ["/robots.txt"]


async def test_who_asks_is_said_honestly(site: Site, open_client: OpenClient, tmp_path: Path) -> None:
    site.routes["/a"] = reply(200, b"x")
    agent = "wire-ingest/1 (+https://desk.example/bot)"
    await (await open_client(user_agent=agent)).get("http://news.example/a", kind=Kind.PAGE)
    assert {asked.headers["user-agent"] for asked in site.asked} == {agent}
    assert {asked.headers["accept-encoding"] for asked in site.asked} == {"gzip, deflate, br"}


async def test_a_name_outside_ascii_is_asked_for_as_browsers_do(site: Site, open_client: OpenClient) -> None:
    """Under IDNA 2003 straße would be strasse: another host, and somebody else's page."""
    hosts = ("xn--strae-oqa.example", "xn--nxasmm1c.example", "strasse.example", "news.example")
    site.routes["/a"] = reply(302).replace(b"\r\n\r\n", "\r\nLocation: //βόλος.example/b\r\n\r\n".encode())
    site.routes["/b"] = reply(200, b"ours")
    client = await open_client(resolve=dict.fromkeys(hosts, (site.address, site.port)))
    response = await client.get("http://straße.example/a", kind=Kind.PAGE)
    assert response.url == "http://xn--nxasmm1c.example/b"
    assert {asked.host for asked in site.asked} == {"xn--strae-oqa.example", "xn--nxasmm1c.example"}
