"""robots.txt by RFC 9309, asked for once a day over all processes; what it says of AI is passed on as a
flag."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from support.site import Asked, OpenClient, Script, Site, reply

from ingest.errors import FetchError, Terminal, Transient
from ingest.fetch import robots
from ingest.fetch.client import Kind
from ingest.fetch.hosts import Hosts
from ingest.fetch.robots import DELAY_CAP, RETRY_MOST, ROBOTS_CAP, ROBOTS_LIFETIME, Robots, unreachable
from ingest.fetch.robots_text import product_token, read_robots
from ingest.reasons import Reason

OURS = "wire-ingest"


def rules(text: str, agent: str = OURS) -> Robots:
    return Robots(text.encode(), agent)


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("User-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow:", "/a", True),
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("User-agent: *\nAllow: /a\nDisallow: /a", "/a", True),
        ("User-agent: *\nDisallow: /*.xml$", "/feed.xml", False),
        ("User-agent: *\nDisallow: /*.xml$", "/feed.xml?a", True),
        ("User-agent: *\nDisallow: /%7Ea", "/~a", False),
        ("User-agent: *\nDisallow: /ü", "/%C3%BC", False),
        ("User-Agent: WIRE-INGEST\nDisallow: /a\n\nUser-agent: *\nAllow: /", "/a", False),
        ("User-agent: wire-ingest\nAllow: /\n\nUser-agent: *\nDisallow: /", "/a", True),
        ("User-agent: wire-ingest\nUser-agent: other\nDisallow: /a", "/a", False),
        ("User-agent: other\nDisallow: /", "/a", True),
        ("\ufeffUser-agent: *\r\nDisallow: /a # comment", "/a", False),
        ("user-agent:*\rdisallow:/a", "/a", False),
        ("<html><body>not found</body></html>", "/a", True),
        ("\x00\xff\xfe garbage", "/a", True),
        ("", "/a", True),
    ],
)
def test_rules(text: str, path: str, allowed: bool) -> None:
    assert rules(text).allows(f"http://news.example{path}") is allowed


NAMES = [
    ("wire-ingest/0.1 (news archive; contact: desk@archive.example)", True),
    ("wire-ingest/7.3.1", True),
    ("Wire-Ingest bot", True),
    ("wire-ingest*", True),
    ("*wire-ingest*", True),
    ("Mozilla/5.0 (compatible; wire-ingest/2; +https://archive.example)", True),
    ("otherbot, wire-ingest", True),
    ("wire", False),
    ("ingest", False),
    ("wire-ingest-video", False),
    ("otherbot (wire-ingest)", False),
    ("Mozilla/5.0 (compatible; otherbot/2; +https://archive.example)", False),
    ("", False),
]


@pytest.mark.parametrize(("name", "ours"), NAMES)
@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_a_group_is_ours_by_the_product_it_names(name: str, ours: bool, end: str) -> None:
    lines = [f"User-agent: {name}", "Disallow: /", "", "User-agent: *", "Allow: /"]
    assert rules(end.join(lines)).allows("http://news.example/a") is not ours


@pytest.mark.parametrize(
    ("user_agent", "token"),
    [
        ("wire-ingest/0.1 (+https://desk.example)", "wire-ingest"),
        ("  desk-bot(x)", "desk-bot"),
        ("desk.example-bot/1.0", "desk.example-bot"),
        ("Mozilla/5.0 (compatible; desk-bot/2.1; +https://desk.example)", "desk-bot"),
        ("Mozilla/5.0 (X11; Linux x86_64)", "Mozilla"),
    ],
)
def test_our_name_in_robots_is_the_product_of_the_user_agent(user_agent: str, token: str) -> None:
    assert product_token(user_agent) == token
    assert not rules(f"User-agent: {user_agent}\nDisallow: /", token).allows("http://news.example/a")


BETWEEN = [
    "Content-Signal: ai-train=no",
    "Noindex: /x",
    "Crawl-delay: 5",
    "Sitemap: http://a/1.xml",
    "<br>",
    "",
]


@pytest.mark.parametrize("line", BETWEEN)
def test_only_a_rule_ends_a_group(line: str) -> None:
    found = rules(f"User-agent: wire-ingest\n{line}\nUser-agent: otherbot\nDisallow: /a")
    assert not found.allows("http://news.example/a")
    ended = rules(f"User-agent: wire-ingest\nDisallow:\n{line}\nUser-agent: *\nDisallow: /a")
    assert ended.allows("http://news.example/a")


def test_groups_of_one_name_are_one_group() -> None:
    found = rules(
        "User-agent: wire-ingest\nDisallow: /a\n\nUser-agent: *\nDisallow: /b\n\n"
        "User-agent: WIRE-INGEST/2\nDisallow: /c\nCrawl-delay: 3"
    )
    allowed = [found.allows(f"http://news.example/{path}") for path in "abc"]
    assert (allowed, found.delay) == ([False, True, False], 3.0)


def test_a_group_for_thousands_of_crawlers_has_its_rules_once() -> None:
    """Half a megabyte may name ten thousand crawlers over as many rules: a copy for each takes gigabytes."""
    agents = "".join(f"User-agent: crawler{number}\n" for number in range(10_000))
    rules = "".join(f"Disallow: /{number}/\n" for number in range(10_000))
    text = read_robots(f"{agents}{agents}{rules}".encode())
    assert len({id(group) for groups in text.groups.values() for group in groups}) == 1
    assert len(text.rules_for("Crawler7")) == len(text.rules_for("crawler9999")) == 10_000


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_it_is_read_in_any_unicode_form(encoding: str) -> None:
    found = Robots("User-agent: *\r\nDisallow: /straße\r\n".encode(encoding), OURS)
    assert not found.allows("http://news.example/stra%C3%9Fe")
    assert found.allows("http://news.example/")


@pytest.mark.parametrize("mark", ["\ufeff", "\u00ef\u00bb\u00bf", "\ufeff\u00ef\u00bb\u00bf"])
def test_a_byte_order_mark_hides_no_group(mark: str) -> None:
    assert not rules(f"{mark}User-agent: *\nDisallow: /a").allows("http://news.example/a")


def test_two_files_put_together_keep_their_rules() -> None:
    found = rules("User-agent: otherbot\nDisallow:\n\ufeffUser-agent: *\nDisallow: /a")
    assert not found.allows("http://news.example/a")


@pytest.mark.parametrize(
    ("rule", "path", "allowed"),
    [
        ("Disallow: /*/print$", "/a/print", False),
        ("Disallow: /*/print$", "/a/print/1", True),
        ("Disallow: /\nAllow: /$", "/", True),
        ("Disallow: /\nAllow: /$", "/a", False),
        ("Disallow: /a%2Fb", "/a%2fb", False),
        ("Disallow: /a%2Fb", "/a/b", True),
        ("Disallow: /caf%e9", "/caf%E9", False),
        ("Disallow: /*?sort=", "/list?page=2&sort=", True),
        ("Disallow: /*sort=", "/list?page=2&sort=", False),
        ("# see\u2028Disallow: /", "/a", True),
    ],
)
def test_paths(rule: str, path: str, allowed: bool) -> None:
    assert rules(f"User-agent: *\n{rule}").allows(f"http://news.example{path}") is allowed


@pytest.mark.parametrize("page", ["<p>User agent: none</p>", "<pre>Disallow: /</pre>", "disallow all robots"])
def test_a_page_served_as_robots_has_no_rules(page: str) -> None:
    text = f"<!DOCTYPE html>\n<html><title>Not found</title>\n<body>{page}\n</body></html>"
    assert rules(text).allows("http://news.example/a")


def test_half_a_line_at_the_cap_is_no_rule() -> None:
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        text = "User-agent: *\nDisallow: /private\n" + "# filler\n" * 60_000
        body = text.encode(encoding)[: ROBOTS_CAP - 40] + "\nDisallow: /".encode(encoding) + b"x" * 40
        found = Robots(body[:ROBOTS_CAP], OURS)
        assert found.allows("http://news.example/a")
        assert not found.allows("http://news.example/private")


def test_delays_and_sitemaps() -> None:
    found = rules(
        "User-agent: *\nCrawl-delay: 2.5\nRequest-rate: 1/7\nSitemap: http://a/1.xml\nSitemap: http://a/2.xml"
    )
    assert (found.delay, found.sitemaps) == (7.0, ("http://a/1.xml", "http://a/2.xml"))
    assert (
        rules("User-agent: *\nCrawl-delay: -1").delay == rules("User-agent: *\nCrawl-delay: soon").delay == 0
    )
    assert rules("User-agent: *\nCrawl-delay: 99999999999999999999").delay == DELAY_CAP


@pytest.mark.parametrize(
    ("text", "reserved"),
    [
        ("User-agent: GPTBot\nDisallow: /", True),
        ("User-agent: GPTBot\nUser-agent: CCBot\nDisallow: /news/", True),
        ("User-agent: GPTBot\nDisallow: /shop/", False),
        ("User-agent: GPTBot\nDisallow:", False),
        ("User-agent: SemrushBot\nDisallow: /", False),
        ("User-agent: *\nContent-Usage: train-ai=n\nAllow: /", True),
        ("User-agent: *\nContent-Usage: /news/ train-ai=n\nAllow: /", True),
        ("User-agent: *\nContent-Usage: /shop/ train-ai=n\nAllow: /", False),
        ("User-agent: *\nContent-Usage: train-ai=y\nAllow: /", False),
        ("User-agent: *\nContent-Signal: search=yes, ai-train=no\nAllow: /", True),
        ("User-agent: *\nContent-Signal: search=no, ai-train=yes\nAllow: /", False),
        ("# User-agent: GPTBot\n# Disallow: /", False),
    ],
)
def test_rights_reserved_in_robots(text: str, reserved: bool) -> None:
    assert rules(text).reserves_rights("http://news.example/news/1") is reserved


@pytest.mark.parametrize(
    ("headers", "reserved"),
    [
        ({"TDM_Reservation": "1"}, True),
        ({"TDM_Reservation": "0"}, False),
        ({"X_Robots_Tag": "noindex, NoAI"}, True),
        ({"X_Robots_Tag": "otherbot: noai"}, True),
        ({"X_Robots_Tag": "noindex, noarchive"}, False),
        ({"Content_Usage": "train-ai=n"}, True),
        ({"Content_Signal": "ai-input=no"}, True),
        ({}, False),
    ],
)
async def test_rights_reserved_in_headers(
    site: Site, open_client: OpenClient, headers: dict[str, str], reserved: bool
) -> None:
    site.routes["/a"] = reply(200, b"x", length=None, **headers)
    assert (await (await open_client()).get("http://news.example/a", kind=Kind.PAGE)).noai is reserved


async def test_rights_reserved_in_robots_reach_the_response(site: Site, open_client: OpenClient) -> None:
    site.routes["/robots.txt"] = reply(200, b"User-agent: ClaudeBot\nDisallow: /a")
    site.routes["/a"] = site.routes["/b"] = reply(200, b"x")
    client = await open_client()
    assert (await client.get("http://news.example/a", kind=Kind.PAGE)).noai
    assert not (await client.get("http://news.example/b", kind=Kind.PAGE)).noai


@pytest.mark.parametrize("kind", [Kind.FEED, Kind.PAGE, Kind.SITEMAP])
async def test_it_holds_for_every_kind(site: Site, open_client: OpenClient, kind: Kind) -> None:
    site.routes["/robots.txt"] = reply(200, b"User-agent: *\nDisallow: /no")
    site.routes["/no"] = site.routes["/yes"] = reply(200, b"x")
    client = await open_client()
    with pytest.raises(Terminal) as caught:
        await client.get("http://news.example/no", kind=kind)
    assert caught.value.reason is Reason.ROBOTS
    assert (await client.get("http://news.example/yes", kind=kind)).status == 200
    assert "/no" not in site.paths()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
async def test_4xx_means_allowed(site: Site, open_client: OpenClient, status: int) -> None:
    site.routes.update({"/robots.txt": reply(status, b"User-agent: *\nDisallow: /"), "/a": reply(200, b"x")})
    assert (await (await open_client()).get("http://news.example/a", kind=Kind.PAGE)).status == 200


async def closed(asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def silent(asked: Asked, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The early tries follow each other without a wait that a test would feel."""
    monkeypatch.setattr(robots, "RETRY_SOON", (0.02, 0.05))


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(
    ("answer", "tries"),
    [
        (reply(500), 3),
        (reply(503), 3),
        (reply(503, Retry_After="90"), 1),
        (reply(429), 1),
        (closed, 3),
        (silent, 3),
        (reply(200, b"User-agent", length=500, Connection="close"), 3),
        (reply(302, Location="http://127.0.0.1/robots.txt"), 3),
        (reply(302), 3),
        (reply(200, b"plain", Content_Encoding="gzip"), 3),
    ],
)
async def test_unreachable_means_do_not_fetch(
    site: Site, open_client: OpenClient, answer: bytes | Script, tries: int, tmp_path: Path
) -> None:
    site.routes.update({"/robots.txt": answer, "/a": reply(200, b"x")})
    client = await open_client(page_deadline=0.5)
    for _ in range(3):
        with pytest.raises(Transient) as caught:
            await client.get("http://news.example/a", kind=Kind.PAGE)
        assert caught.value.reason is Reason.ROBOTS_UNREACHABLE
        assert caught.value.retry_after
    assert site.paths() == ["/robots.txt"] * tries
    # Another process, or a later run, does not ask again so soon either.
    other = await open_client(path=tmp_path / "hosts.db")
    with pytest.raises(Transient):
        await other.get("http://news.example/a", kind=Kind.PAGE)
    assert site.paths() == ["/robots.txt"] * tries


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("bad", [reply(503), reply(502), closed, silent, reply(503, Retry_After="0")])
@pytest.mark.parametrize("times", [1, 2])
async def test_one_that_fails_once_or_twice_is_asked_for_again_in_the_same_run(
    site: Site, open_client: OpenClient, bad: bytes | Script, times: int
) -> None:
    async def flaky(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if site.paths().count("/robots.txt") > times:
            writer.write(reply(200, b"User-agent: *\nSitemap: http://news.example/s.xml\nDisallow: /no"))
        elif isinstance(bad, bytes):
            writer.write(bad)
        else:
            await bad(asked, writer)

    site.routes.update({"/robots.txt": flaky, **{f"/{n}": reply(200, b"x") for n in range(5)}})
    client = await open_client(page_deadline=0.5)
    pages = [client.get(f"http://news.example/{n}", kind=Kind.PAGE) for n in range(5)]
    assert [page.status for page in await asyncio.gather(*pages)] == [200] * 5
    assert await client.sitemaps("http://news.example/") == ("http://news.example/s.xml",)
    with pytest.raises(Terminal):
        await client.get("http://news.example/no", kind=Kind.PAGE)
    assert site.paths().count("/robots.txt") == times + 1


@pytest.mark.usefixtures("at_once")
async def test_an_unreachable_one_is_asked_for_again_later(
    site: Site, open_client: OpenClient, tmp_path: Path
) -> None:
    site.routes.update({"/robots.txt": reply(500), "/a": reply(200, b"x")})
    client = await open_client()
    with pytest.raises(Transient):
        await client.get("http://news.example/a", kind=Kind.PAGE)
    hosts = Hosts(tmp_path / "hosts.db")
    before = hosts.robots("news.example")
    assert before is not None
    assert before.body is None
    hosts.keep_robots("news.example", unreachable(Reason.HTTP_5XX, "HTTP 500", time.time() - 10_000, before))
    hosts.close()
    site.routes["/robots.txt"] = reply(200, b"")
    assert (await client.get("http://news.example/a", kind=Kind.PAGE)).status == 200


def test_an_unreachable_one_is_asked_for_ever_less_often() -> None:
    waits, before = [], None
    for _ in range(9):
        before = unreachable(Reason.TIMEOUT, "", 1000.0, before)
        waits.append(before.expires_at - 1000.0)
    assert waits[:5] == [1.0, 5.0, 60.0, 120.0, 240.0]
    assert waits[-1] == RETRY_MOST
    assert unreachable(Reason.DNS, "", 0.0, None).expires_at == 60.0
    assert unreachable(Reason.HTTP_5XX, "", 0.0, None, wait=7_000.0).expires_at == 7_000.0


async def test_redirects_are_followed_and_six_mean_no_rules(site: Site, open_client: OpenClient) -> None:
    site.routes.update({"/robots.txt": reply(301, Location="http://other.example/r"), "/a": reply(200, b"x")})
    site.routes["/r"] = reply(200, b"User-agent: *\nDisallow: /a")
    with pytest.raises(Terminal) as caught:
        await (await open_client()).get("http://news.example/a", kind=Kind.PAGE)
    assert caught.value.reason is Reason.ROBOTS
    site.routes["/robots.txt"] = reply(301, Location="/robots.txt")
    assert (await (await open_client()).get("http://h1.example/a", kind=Kind.PAGE)).status == 200


async def test_half_a_megabyte_is_read_and_what_lies_behind_is_not(
    site: Site, open_client: OpenClient
) -> None:
    filler = b"# filler\n" * 56_000
    assert len(filler) < 512_000
    site.routes["/a"] = site.routes["/b"] = reply(200, b"x")
    site.routes["/robots.txt"] = reply(
        200, b"User-agent: *\n" + filler + b"Disallow: /a\n" + filler + b"Disallow: /b\n"
    )
    client = await open_client()
    with pytest.raises(Terminal):
        await client.get("http://news.example/a", kind=Kind.PAGE)
    assert (await client.get("http://news.example/b", kind=Kind.PAGE)).status == 200


async def test_asked_for_once_by_many_and_kept_across_restarts(
    site: Site, open_client: OpenClient, tmp_path: Path
) -> None:
    async def slowly(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.1)
        writer.write(reply(200, b"User-agent: *\nSitemap: http://news.example/s.xml"))

    site.routes.update({"/robots.txt": slowly, **{f"/{n}": reply(200, b"x") for n in range(9)}})
    first, second = await open_client(), await open_client(path=tmp_path / "hosts.db")
    fetches = [
        client.get(f"{scheme}://news.example/{n}", kind=Kind.PAGE)
        for n in range(9)
        for client in (first, second)
        for scheme in ("http", "https")
    ]
    await asyncio.gather(*fetches)
    later = await open_client(path=tmp_path / "hosts.db")
    assert await later.sitemaps("http://news.example/") == ("http://news.example/s.xml",)
    assert site.paths().count("/robots.txt") == 1
    hosts = Hosts(tmp_path / "hosts.db")
    stored = hosts.robots("news.example")
    hosts.close()
    assert stored is not None
    assert time.time() < stored.expires_at <= time.time() + ROBOTS_LIFETIME


async def test_a_refused_host_is_no_matter_of_robots(open_client: OpenClient) -> None:
    client = await open_client()
    with pytest.raises(FetchError) as caught:
        await client.sitemaps("http://localhost/")
    assert caught.value.reason is Reason.BAD_ADDRESS
