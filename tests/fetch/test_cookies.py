"""Cookies: what a host sets goes back to it for the rest of the redirect chain, and nowhere else."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from itertools import count

import pytest
from support.site import Asked, OpenClient, Script, Site, reply

from ingest.errors import Terminal
from ingest.fetch.client import Kind
from ingest.fetch.cookies import LONGEST_COOKIE, MOST_COOKIES, ChainCookies
from ingest.fetch.guard import Guard
from ingest.reasons import Reason
from ingest.settings import Settings

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
GUARD = Guard(Settings())


def sent(url: str, *fields: str, start: str = "https://news.example/feeds/wire.xml") -> str:
    """The Cookie header for `url` after an answer to `start` with these Set-Cookie fields."""
    cookies = ChainCookies()
    cookies.receive(GUARD.target(start), fields, NOW)
    return cookies.header(GUARD.target(url))


@pytest.mark.parametrize(
    ("field", "url", "header"),
    [
        ("seen=1; Path=/", "https://news.example/a", "seen=1"),
        ("seen=1", "https://news.example/feeds/other.xml", "seen=1"),
        ("seen=1", "https://news.example/a", ""),
        ("seen=1; Path=/feeds", "https://news.example/feedsy", ""),
        ("seen=1; Path=/feeds/wire.xml", "https://news.example/feeds/wire.xml?page=2", "seen=1"),
        ("seen=a=b; path=/; HttpOnly; SameSite=Lax", "https://news.example/", "seen=a=b"),
        ("seen=1; Path=/; Domain=news.example", "https://news.example/", "seen=1"),
        ("seen=1; Path=/; Domain=.example", "https://other.example/", ""),
        ("seen=1; Path=/; Domain=other.example", "https://news.example/", ""),
        ("seen=1; Path=/; Domain=ews.example", "https://news.example/", ""),
        ("seen=1; Path=/; Domain=news.example", "https://www.news.example/", ""),
        ("seen=1; Path=/", "https://news.example:443/", "seen=1"),
        ("seen=1; Path=/", "http://news.example/", ""),
        ("seen=1; Path=/; Secure", "https://news.example/", "seen=1"),
        ("seen=1; Path=/; Max-Age=0", "https://news.example/", ""),
        ("seen=1; Path=/; Expires=Wed, 01-Jan-2020 00:00:00 GMT", "https://news.example/", ""),
        (
            "seen=1; Path=/; Expires=Wed, 01 Jan 2020 00:00:00 GMT; Max-Age=60",
            "https://news.example/",
            "seen=1",
        ),
        ("seen=1; Path=/; Expires=soon", "https://news.example/", "seen=1"),
        ("seen", "https://news.example/feeds/wire.xml", ""),
        ("=1; Path=/", "https://news.example/", ""),
        ("seen=1\x01; Path=/", "https://news.example/", ""),
        ("seen=" + "x" * LONGEST_COOKIE, "https://news.example/feeds/wire.xml", ""),
    ],
)
def test_where_a_cookie_goes(field: str, url: str, header: str) -> None:
    assert sent(url, field) == header


def test_a_cookie_of_http_may_go_over_https_but_sets_no_secure_one() -> None:
    start = "http://news.example/a"
    assert sent("https://news.example/b", "seen=1", start=start) == "seen=1"
    assert sent("https://news.example/b", "seen=1; Secure", start=start) == ""


def test_several_cookies() -> None:
    start = "https://news.example/feeds/wire.xml"
    assert sent(start, "a=1; Path=/", "b=2; Path=/feeds", "a=3; Path=/") == "b=2; a=3"
    assert sent(start, "a=1; Path=/", "a=; Path=/; Max-Age=-1") == ""
    assert sent(start, *(f"n{n}=1" for n in range(99))).count(";") == MOST_COOKIES - 1


def gate(location: str, *fields: str, status: int = 302) -> Script:
    """Redirects to `location` until the request has the cookies of `fields`; serves the page then."""
    wanted = {field.partition(";")[0] for field in fields}

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if wanted <= set(asked.headers.get("cookie", "").split("; ")):
            writer.write(reply(200, b"the page"))
            return
        head = reply(status, Location=location)
        cookies = "".join(f"Set-Cookie: {field}\r\n" for field in fields).encode()
        writer.write(head[:-2] + cookies + b"\r\n")

    return answer


@pytest.mark.parametrize("kind", [Kind.FEED, Kind.PAGE, Kind.SITEMAP])
@pytest.mark.parametrize("status", [301, 302, 303, 307])
async def test_a_redirect_to_itself_with_a_cookie_is_no_loop(
    site: Site, open_client: OpenClient, kind: Kind, status: int
) -> None:
    site.routes["/a"] = gate("/a", "seen=1; Path=/", "visit=2; HttpOnly", status=status)
    client = await open_client()
    for _ in range(2):  # the second fetch begins without cookies
        response = await client.get("http://news.example/a", kind=kind)
        assert (response.body, response.url) == (b"the page", "http://news.example/a")
        assert "set-cookie" not in response.headers
    cookies = [asked.headers.get("cookie") for asked in site.asked if asked.path == "/a"]
    assert cookies == [None, "seen=1; visit=2"] * 2


async def test_by_way_of_a_cookie_check_and_back(site: Site, open_client: OpenClient) -> None:
    site.routes["/a"] = gate("/check?to=/a", "seen=1; Path=/")
    site.routes["/check?to=/a"] = reply(302, Location="/a")
    response = await (await open_client()).get("http://news.example/a", kind=Kind.PAGE)
    assert response.body == b"the page"
    assert response.hops == ("http://news.example/a", "http://news.example/check?to=/a")


async def test_a_loop_stays_a_loop(site: Site, open_client: OpenClient) -> None:
    numbers = count()

    async def always_new(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(302, Location="/new", Set_Cookie=f"n={next(numbers)}; Path=/"))

    site.routes["/same"] = reply(302, Location="/same", Set_Cookie="seen=1; Path=/")
    site.routes["/refused"] = reply(302, Location="/refused", Set_Cookie="seen=1; Domain=other.example")
    site.routes["/new"] = always_new
    client = await open_client()
    for path, requests in (("/same", 2), ("/refused", 1), ("/new", 6)):
        with pytest.raises(Terminal) as caught:
            await client.get(f"http://news.example{path}", kind=Kind.PAGE)
        assert caught.value.reason is Reason.REDIRECT_LOOP
        assert site.paths().count(path) == requests


async def test_another_host_gets_no_cookie_and_the_first_gets_its_own_again(
    site: Site, open_client: OpenClient
) -> None:
    site.routes["/a"] = gate("http://other.example/login", "seen=1; Path=/; Domain=example")
    site.routes["/login"] = reply(302, Location="http://news.example/a", Set_Cookie="theirs=2; Path=/")
    response = await (await open_client()).get("http://news.example/a", kind=Kind.PAGE)
    assert response.body == b"the page"
    pages = [(asked.host, asked.headers.get("cookie")) for asked in site.asked if asked.path != "/robots.txt"]
    assert pages == [("news.example", None), ("other.example", None), ("news.example", "seen=1")]


async def test_a_cookie_of_https_does_not_go_over_http(site: Site, open_client: OpenClient) -> None:
    site.routes["/a"] = reply(302, Location="http://news.example/b", Set_Cookie="seen=1; Path=/")
    site.routes["/b"] = reply(200, b"x")
    await (await open_client()).get("https://news.example/a", kind=Kind.PAGE)
    assert all("cookie" not in asked.headers for asked in site.asked)


async def test_a_feeds_own_cookie_header_is_sent_with_those_of_the_chain(
    site: Site, open_client: OpenClient
) -> None:
    site.routes["/a"] = gate("/a", "seen=1; Path=/")
    client = await open_client()
    await client.get("http://news.example/a", kind=Kind.FEED, headers={"cookie": "key=hunter2"})
    assert site.asked[-1].headers["cookie"] == "key=hunter2; seen=1"
