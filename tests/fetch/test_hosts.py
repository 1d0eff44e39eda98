"""The limits of a host, held by all coroutines and processes together."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path

import pytest
from support.site import Asked, OpenClient, Site, reply

from ingest.errors import Transient, WarehouseError
from ingest.fetch.answers import RETRY_AFTER_CAP, UNNAMED_PAUSE, retry_after
from ingest.fetch.client import Kind
from ingest.fetch.hosts import Hosts
from ingest.model import HostRule
from ingest.reasons import Reason

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SOURCE = str(Path(__file__).parents[2] / "src")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 7 ", 7.0),
        ("1.5", 1.5),
        ("0", 0.0),
        ("99999999999", RETRY_AFTER_CAP),
        ("9" * 400, RETRY_AFTER_CAP),
        ("6, 6", 6.0),
        ("5,120", 120.0),
        ("Sun, 01 Mar 2026 12:02:00 GMT", 120.0),
        ("Sunday, 01-Mar-26 12:02:00 GMT", 120.0),
        ("Sun Mar  1 12:02:00 2026", 120.0),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0),
        ("Sun, 01 Mar 2027 12:00:00 GMT", RETRY_AFTER_CAP),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("Sun, 99 Mar 2026 12:00:00 GMT", None),
        ("1e3", None),
    ],
)
def test_retry_after_in_each_form(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}, NOW) == seconds


def dated(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(("status", "reason"), [(429, Reason.HTTP_429), (503, Reason.HTTP_5XX)])
@pytest.mark.parametrize("form", ["3600", "date"])
async def test_retry_after_pauses_the_whole_host_in_every_process(
    site: Site, open_client: OpenClient, tmp_path: Path, status: int, reason: Reason, form: str
) -> None:
    site.routes["/a"] = reply(status, Retry_After=dated(3600) if form == "date" else form)
    site.routes["/b"] = reply(200, b"x")
    client = await open_client()
    with pytest.raises(Transient) as first:
        await client.get("http://news.example/a", kind=Kind.PAGE)
    assert first.value.status == status
    assert 3590 < (first.value.retry_after or 0) <= 3600
    asked = len(site.asked)
    for later in (client, await open_client(path=tmp_path / "hosts.db")):
        with pytest.raises(Transient) as caught:
            await later.get("http://news.example/b", kind=Kind.FEED)
        assert (caught.value.reason, caught.value.status) == (reason, None)
        assert 3590 < (caught.value.retry_after or 0) <= 3600 * 1.06
    assert len(site.asked) == asked
    assert (await client.get("http://other.example/b", kind=Kind.PAGE)).status == 200


async def test_a_short_pause_ends(site: Site, open_client: OpenClient) -> None:
    answers = iter([reply(503, Retry_After="1")])

    async def once(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(next(answers, reply(200, b"x")))

    site.routes["/a"] = once
    client = await open_client()
    with pytest.raises(Transient):
        await client.get("http://news.example/a", kind=Kind.PAGE)
    paused = site.asked[-1].at
    while site.asked[-1].at == paused:
        await asyncio.sleep(0.05)
        with suppress(Transient):
            await client.get("http://news.example/a", kind=Kind.PAGE)
    assert site.asked[-1].at - paused >= 1.0


async def test_429_without_a_time_is_still_heeded_and_503_without_one_is_not(
    site: Site, open_client: OpenClient
) -> None:
    site.routes.update({"/429": reply(429), "/503": reply(503), "/b": reply(200, b"x")})
    client = await open_client()
    with pytest.raises(Transient):
        await client.get("http://news.example/503", kind=Kind.PAGE)
    assert (await client.get("http://news.example/b", kind=Kind.PAGE)).status == 200
    with pytest.raises(Transient) as caught:
        await client.get("http://news.example/429", kind=Kind.PAGE)
    assert caught.value.retry_after == UNNAMED_PAUSE
    with pytest.raises(Transient):
        await client.get("http://news.example/b", kind=Kind.PAGE)


class Crowd:
    """Counts how many requests a site answers at once. Answers the first only when `wanted` are there, and a
    moment later: one too many would come in that moment."""

    def __init__(self, wanted: int = 1):
        self._wanted = wanted
        self._full = asyncio.Event()
        self.now = self.most = 0

    async def __call__(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        if self.now >= self._wanted:
            self._full.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(15):
                await self._full.wait()
        await asyncio.sleep(0.05)
        self.now -= 1
        writer.write(reply(200, b"x"))


async def test_one_in_flight_a_host_and_many_hosts_side_by_side(site: Site, open_client: OpenClient) -> None:
    at_once, most = Counter[str](), Counter[str]()
    everybody = Crowd(5)

    async def route(asked: Asked, writer: asyncio.StreamWriter) -> None:
        at_once[asked.host] += 1
        most[asked.host] = max(most[asked.host], at_once[asked.host])
        await everybody(asked, writer)
        at_once[asked.host] -= 1

    site.routes["/a"] = route
    client = await open_client()
    await asyncio.gather(
        *(client.get(f"http://h{n}.example/a", kind=Kind.PAGE) for n in range(5) for _ in range(3))
    )
    assert [most[f"h{n}.example"] for n in range(5)] == [1] * 5
    assert everybody.most == 5


async def test_a_host_rule_allows_more_in_flight(site: Site, open_client: OpenClient) -> None:
    crowd = Crowd(3)
    site.routes["/a"] = crowd
    client = await open_client(rules=(HostRule("news.example", max_in_flight=3),))
    await asyncio.gather(*(client.get("http://news.example/a", kind=Kind.PAGE) for _ in range(9)))
    assert crowd.most == 3


async def test_max_in_flight_holds_over_all_hosts(site: Site, open_client: OpenClient) -> None:
    crowd = Crowd(2)
    site.routes["/a"] = crowd
    client = await open_client(max_in_flight=2)
    await asyncio.gather(*(client.get(f"http://h{n}.example/a", kind=Kind.PAGE) for n in range(8)))
    assert crowd.most == 2


@pytest.mark.parametrize("source", ["robots", "rule", "setting"])
async def test_crawl_delay_between_all_requests_of_a_host(
    site: Site, open_client: OpenClient, source: str
) -> None:
    if source == "robots":
        site.routes["/robots.txt"] = reply(200, b"User-agent: *\nCrawl-delay: 0.4")
    site.routes.update({"/a": reply(302, Location="/b"), "/b": reply(200, b"x"), "/c": reply(404)})
    rules = (HostRule("news.example", crawl_delay=0.4),) if source == "rule" else ()
    client = await open_client(rules=rules, crawl_delay=0.4 if source == "setting" else 0)
    both = await asyncio.gather(
        client.get("http://news.example/a", kind=Kind.PAGE),
        client.get("http://news.example/c", kind=Kind.PAGE),
        return_exceptions=True,
    )
    assert len(both) == 2
    times = [asked.at for asked in site.asked]
    assert len(times) == 4
    assert min(later - sooner for sooner, later in pairwise(times)) >= 0.4


async def test_crawl_delay_holds_where_another_hosts_redirects_lead(
    site: Site, open_client: OpenClient, tmp_path: Path
) -> None:
    """robots.txt and the page of `news` lie on `other`, whose own rules only an earlier process has read."""

    async def robots(asked: Asked, writer: asyncio.StreamWriter) -> None:
        mine = reply(200, b"User-agent: *\nCrawl-delay: 0.5")
        writer.write(
            reply(302, Location="http://other.example/elsewhere.txt")
            if asked.host == "news.example"
            else mine
        )

    site.routes.update(
        {
            "/robots.txt": robots,
            "/elsewhere.txt": reply(200, b"User-agent: *\nAllow: /"),
            "/b": reply(200, b"x"),
            "/a": reply(302, Location="http://other.example/b"),
        }
    )
    await (await open_client()).get("http://other.example/b", kind=Kind.PAGE)
    await (await open_client(path=tmp_path / "hosts.db")).get("http://news.example/a", kind=Kind.PAGE)
    times = [asked.at for asked in site.asked if asked.host == "other.example"]
    assert len(times) == 4
    assert min(later - sooner for sooner, later in pairwise(times)) >= 0.5


async def test_a_pause_holds_for_those_who_had_their_turn_already(
    site: Site, open_client: OpenClient
) -> None:
    site.routes.update({"/a": reply(503, Retry_After="60"), "/b": reply(200, b"x")})
    client = await open_client(rules=(HostRule("news.example", max_in_flight=2),), max_in_flight=1)
    await client.sitemaps("http://news.example/")
    both = (client.get(f"http://news.example/{name}", kind=Kind.PAGE) for name in "ab")
    found = await asyncio.gather(*both, return_exceptions=True)
    assert [type(one) for one in found] == [Transient, Transient]
    assert site.paths() == ["/robots.txt", "/a"]


async def test_a_turn_too_far_off_is_put_off(tmp_path: Path) -> None:
    hosts = Hosts(tmp_path / "hosts.db", turn_wait=0.2)
    async with hosts.slot("news.example", delay=600.0):
        pass
    with pytest.raises(Transient) as caught:
        async with hosts.slot("news.example", delay=600.0):
            pytest.fail("the crawl delay was not kept")
    assert caught.value.reason is Reason.DEFERRED
    assert 590 < (caught.value.retry_after or 0) <= 600
    hosts.close()


async def test_a_cancelled_wait_leaves_no_turn_behind(tmp_path: Path) -> None:
    hosts = Hosts(tmp_path / "hosts.db")
    async with hosts.slot("news.example"):
        for _ in range(3):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.02), hosts.slot("news.example"):
                    pytest.fail("two in flight")
    async with asyncio.timeout(120), hosts.slot("news.example"):
        pass
    with pytest.raises(RuntimeError):
        async with hosts.slot("news.example"):
            raise RuntimeError("the request failed")
    async with asyncio.timeout(120), hosts.slot("news.example"):
        pass
    hosts.close()


async def test_two_openings_in_one_process_part_turns_too(tmp_path: Path) -> None:
    one, two = Hosts(tmp_path / "hosts.db"), Hosts(tmp_path / "hosts.db")
    async with one.slot("news.example"):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05), two.slot("news.example"):
                pytest.fail("two in flight")
        async with two.slot("other.example"):
            pass
    async with asyncio.timeout(120), two.slot("news.example"):
        pass
    one.close()
    two.close()


FETCH_MANY = textwrap.dedent("""
    import asyncio, sys
    from pathlib import Path
    from ingest.fetch.client import Client, Kind
    from ingest.fetch.hosts import Hosts
    from ingest.settings import Settings

    async def main() -> None:
        port = int(sys.argv[1])
        settings = Settings(resolve={f"h{n}.example": ("127.0.0.1", port) for n in range(3)})
        async with Client(settings, Hosts(Path(sys.argv[2]))) as client:
            await asyncio.gather(*(client.get(f"http://h{n % 3}.example/a", kind=Kind.PAGE) for n in \
range(int(sys.argv[3]))))
            print(client.requests)
    asyncio.run(main())
""")


async def child(*arguments: object, code: str = FETCH_MANY) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        code,
        *map(str, arguments),
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": SOURCE},
    )


async def test_two_processes_keep_a_hosts_limits_together(site: Site, tmp_path: Path) -> None:
    crowds = {f"h{n}.example": Crowd() for n in range(3)}

    async def route(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await crowds[asked.host](asked, writer)

    async def robots(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(200, b"User-agent: *\nCrawl-delay: 0.2" if asked.host == "h0.example" else b""))

    site.routes.update({"/a": route, "/robots.txt": robots})
    children = [await child(site.port, tmp_path / "hosts.db", 18) for _ in range(2)]
    sent = sum([int((await process.communicate())[0]) for process in children])
    assert sent == len(site.asked) == 36 + 3
    assert [crowd.most for crowd in crowds.values()] == [1, 1, 1]
    assert site.paths().count("/robots.txt") == 3
    times = [asked.at for asked in site.asked if asked.host == "h0.example"]
    assert min(later - sooner for sooner, later in pairwise(times)) >= 0.2


HOLD = textwrap.dedent("""
    import asyncio, sys
    from pathlib import Path
    from ingest.fetch.hosts import Hosts

    async def main() -> None:
        async with Hosts(Path(sys.argv[1])).slot("news.example"):
            print("held", flush=True)
            await asyncio.sleep(600)
    asyncio.run(main())
""")


async def test_the_turn_of_a_killed_process_is_free_at_once(tmp_path: Path) -> None:
    process = await child(tmp_path / "hosts.db", code=HOLD)
    assert process.stdout is not None
    await process.stdout.readline()
    hosts = Hosts(tmp_path / "hosts.db")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3), hosts.slot("news.example"):
            pytest.fail("two in flight")
    process.send_signal(signal.SIGKILL)
    await process.wait()
    async with asyncio.timeout(120), hosts.slot("news.example"):
        pass
    hosts.close()


async def test_pauses_add_up_to_the_longest_and_outlive_the_process(tmp_path: Path) -> None:
    hosts = Hosts(tmp_path / "hosts.db")
    assert hosts.paused_until("news.example") is None
    hosts.pause("news.example", 500, Reason.HTTP_429)
    hosts.pause("news.example", 5, Reason.HTTP_5XX)
    hosts.close()
    hosts = Hosts(tmp_path / "hosts.db")
    until = hosts.paused_until("news.example")
    assert until is not None
    assert 490 < until - time.time() <= 500
    with pytest.raises(Transient) as caught:
        async with hosts.slot("news.example"):
            pytest.fail("the pause was not kept")
    assert caught.value.reason is Reason.HTTP_429
    hosts.close()


def test_a_damaged_file_is_set_aside_and_an_impossible_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "hosts.db").write_bytes(b"this is no database at all" * 100)
    Hosts(tmp_path / "hosts.db").close()
    assert (tmp_path / "hosts.db.damaged").exists()
    with pytest.raises(WarehouseError, match=r"hosts\.db"):
        Hosts(tmp_path / "absent" / "hosts.db")
