"""Bodies come whole or not at all: bombs end at the cap, drips at the deadline, torn ones are failures to
retry."""

from __future__ import annotations

import asyncio
import gzip
import os
import subprocess
import sys
import textwrap
import zlib
from pathlib import Path

import brotli
import pytest
from support.site import Asked, OpenClient, Site, reply

from ingest.errors import FetchError, Terminal, Transient
from ingest.fetch.client import Client, Kind
from ingest.fetch.encoding import Body, decoder
from ingest.reasons import Reason

TEXT = b"<html>" + b"".join(b"<p>Line %d of a page.</p>" % number for number in range(20_000)) + b"</html>"


def raw_deflate(data: bytes) -> bytes:
    stream = zlib.compressobj(6, zlib.DEFLATED, -15)
    return stream.compress(data) + stream.flush()


ENCODED = {
    "gzip": gzip.compress(TEXT),
    "x-gzip": gzip.compress(TEXT),
    "GZIP": gzip.compress(TEXT[:1000]) + gzip.compress(TEXT[1000:]),
    "deflate": zlib.compress(TEXT),
    "Deflate": raw_deflate(TEXT),
    "br": brotli.compress(TEXT),
    "identity": TEXT,
    "utf-8": TEXT,
}


@pytest.mark.parametrize("encoding", ENCODED)
@pytest.mark.parametrize("size", [1, 7, 4096, 10_000_000])
def test_decoded_whole_whatever_the_chunks(encoding: str, size: int) -> None:
    undo, body = decoder(encoding), Body(10_000_000)
    data = ENCODED[encoding]
    for start in range(0, len(data), size):
        undo.feed(data[start : start + size], body)
    assert undo.finish()
    assert body.value() == TEXT


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "deflate", "Deflate", "br"])
@pytest.mark.parametrize("missing", [1, 5, 9, 1000])
async def test_a_torn_encoding_is_a_failure_though_the_length_is_right(
    site: Site, open_client: OpenClient, encoding: str, missing: int
) -> None:
    site.routes["/a"] = reply(200, ENCODED[encoding][:-missing], Content_Encoding=encoding)
    with pytest.raises(Transient) as caught:
        await (await open_client()).get("http://news.example/a", kind=Kind.PAGE)
    assert caught.value.reason is Reason.TRUNCATED


async def test_junk_behind_a_whole_gzip_member_is_ignored_as_browsers_do(
    site: Site, open_client: OpenClient
) -> None:
    site.routes["/a"] = reply(200, gzip.compress(b"whole") + b"\0\0\0junk", Content_Encoding="gzip")
    assert (await (await open_client()).get("http://news.example/a", kind=Kind.PAGE)).body == b"whole"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (reply(200, b"<html>half", length=5000, Connection="close"), Reason.TRUNCATED),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n5\r\nhe", Reason.TRUNCATED),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", Reason.TRUNCATED),
        (
            b"HTTP/1.1 206 Partial\r\nContent-Length: 2\r\nContent-Range: bytes 0-1/9\r\n\r\nab",
            Reason.TRUNCATED,
        ),
        (reply(200, b"plain text", Content_Encoding="gzip"), Reason.BAD_ENCODING),
        (reply(200, b"\x28\xb5\x2f\xfd", Content_Encoding="zstd"), Reason.BAD_ENCODING),
        (b"", Reason.RESET),
        (b"HTTP/1.1 200 OK\r\nContent-Le", Reason.RESET),
        (b"not http at all\r\n\r\n", Reason.HTTP_OTHER),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", Reason.HTTP_OTHER),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n", Reason.HTTP_OTHER),
    ],
)
async def test_broken_answers_are_failures_to_retry(
    site: Site, open_client: OpenClient, answer: bytes, reason: Reason
) -> None:
    async def broken(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()
        writer.close()

    site.routes["/a"] = broken
    with pytest.raises(Transient) as caught:
        await (await open_client()).get("http://news.example/a", kind=Kind.PAGE)
    assert caught.value.reason is reason


@pytest.mark.parametrize("kind", [Kind.PAGE, Kind.FEED, Kind.SITEMAP])
async def test_the_cap_counts_decoded_bytes(site: Site, open_client: OpenClient, kind: Kind) -> None:
    client = await open_client(page_cap=0.1, feed_cap=0.1, sitemap_cap=0.1)
    for path, size in (("/fits", 100_000), ("/over", 100_001)):
        site.routes[path] = reply(200, gzip.compress(b"a" * size), Content_Encoding="gzip")
    assert len((await client.get("http://news.example/fits", kind=kind)).body) == 100_000
    with pytest.raises(Terminal) as caught:
        await client.get("http://news.example/over", kind=kind)
    assert caught.value.reason is Reason.TOO_LARGE


async def test_a_length_over_the_cap_is_refused_before_the_body(site: Site, open_client: OpenClient) -> None:
    site.routes["/a"] = reply(200, b"only the beginning", length=50_000_000)
    with pytest.raises(Terminal) as caught:
        await (await open_client()).get("http://news.example/a", kind=Kind.PAGE)
    assert caught.value.reason is Reason.TOO_LARGE


def bomb(encoding: str, megabytes: int) -> bytes:
    zeros = bytes(1_000_000)
    if encoding == "br":
        press = brotli.Compressor(quality=2)
        return bytes(b"".join(press.process(zeros) for _ in range(megabytes)) + press.finish())
    stream = zlib.compressobj(9, zlib.DEFLATED, 31 if encoding == "gzip" else 15)
    return b"".join(stream.compress(zeros) for _ in range(megabytes)) + stream.flush()


FETCH_BOMB = textwrap.dedent("""
    import asyncio, resource, sys
    from pathlib import Path
    from ingest.errors import Terminal
    from ingest.fetch.client import Client, Kind
    from ingest.fetch.hosts import Hosts
    from ingest.settings import Settings

    async def main() -> None:
        settings = Settings(resolve={"news.example": ("127.0.0.1", int(sys.argv[1]))})
        async with Client(settings, Hosts(Path(sys.argv[2]))) as client:
            await client.get("http://news.example/small", kind=Kind.PAGE)
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            for path in sys.argv[3:]:
                try:
                    await client.get(f"http://news.example/{path}", kind=Kind.FEED)
                except Terminal as error:
                    print(error.reason, end=" ")
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    asyncio.run(main())
""")


async def test_bombs_stay_small_in_memory(site: Site, tmp_path: Path) -> None:
    """Feeds of 200 MB behind a fifth of one, in each encoding: under 50 MB of memory, the cap of 10 MB
    included."""
    site.routes["/small"] = reply(200, b"x")
    names = ["gzip", "deflate", "br"]
    for name in names:
        site.routes[f"/{name}"] = reply(200, bomb(name, 200), Content_Encoding=name)
    source = Path(__file__).parents[2] / "src"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        FETCH_BOMB,
        str(site.port),
        str(tmp_path / "hosts.db"),
        *names,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(source)},
    )
    out, _ = await process.communicate()
    *reasons, kilobytes = out.decode().split()
    assert reasons == ["too_large"] * 3
    assert int(kilobytes) < 50_000


async def test_a_drip_ends_at_the_deadline(site: Site, open_client: OpenClient) -> None:
    stopped = asyncio.Event()

    async def drip(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        try:
            while True:
                writer.write(b"a")
                await writer.drain()
                await asyncio.sleep(0.02)
        except ConnectionError:
            stopped.set()
            raise

    site.routes["/a"] = drip
    client = await open_client(page_deadline=0.3)
    with pytest.raises(Transient) as caught:
        await client.get("http://news.example/a", kind=Kind.PAGE)
    assert caught.value.reason is Reason.TIMEOUT
    await asyncio.wait_for(stopped.wait(), 120)


async def test_the_deadline_holds_for_all_hops_together(site: Site, open_client: OpenClient) -> None:
    async def slow(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.4)
        writer.write(reply(302, Location=f"{asked.path}x"))

    site.routes.update({f"/{'x' * number}": slow for number in range(1, 7)})
    with pytest.raises(Transient) as caught:
        await (await open_client(page_deadline=1.0)).get("http://news.example/x", kind=Kind.PAGE)
    assert caught.value.reason is Reason.TIMEOUT
    assert len(site.asked) <= 5


async def test_after_three_time_outs_a_host_is_left_alone_and_others_are_not(
    site: Site, open_client: OpenClient
) -> None:
    async def silent(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    site.routes.update({"/slow": silent, "/quick": reply(200, b"x")})
    client = await open_client(page_deadline=1.5)
    said = []
    for path in ("slow", "quick", "slow", "quick", "slow", "quick", "slow"):
        try:
            said.append(str((await client.get(f"http://news.example/{path}", kind=Kind.PAGE)).status))
        except FetchError as error:
            said.append(error.reason.value)
    assert said == ["timeout", "200", "timeout", "200", "timeout", "deferred", "deferred"]
    asked = len(site.asked)
    assert (await client.get("http://other.example/quick", kind=Kind.PAGE)).status == 200
    assert len(site.asked) == asked + 2


ENDS = {"reset": b"", "500": reply(500, Connection="close"), "torn": reply(200, b"half", length=100)}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS.keys())
async def test_hanging_up_just_before_the_deadline_costs_no_less(
    site: Site, open_client: OpenClient, end: bytes
) -> None:
    async def stalling(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.8)
        writer.write(end)
        writer.close()

    site.routes.update({f"/{number}": stalling for number in range(15)})
    client = await open_client(page_deadline=1.0)
    found = [await failed(client, f"http://news.example/{number}") for number in range(15)]
    assert found[3:] == [Reason.DEFERRED] * 12
    assert Reason.DEFERRED not in found[:3]


async def failed(client: Client, url: str) -> Reason:
    with pytest.raises(FetchError) as caught:
        await client.get(url, kind=Kind.PAGE)
    return caught.value.reason


async def test_many_answers_make_up_for_a_time_out(site: Site, open_client: OpenClient) -> None:
    async def silent(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    site.routes.update({"/slow": silent, "/quick": reply(200, b"x")})
    client = await open_client(page_deadline=1.5)
    for _ in range(4):
        with pytest.raises(Transient) as caught:
            await client.get("http://news.example/slow", kind=Kind.PAGE)
        assert caught.value.reason is Reason.TIMEOUT
        for _ in range(50):
            await client.get("http://news.example/quick", kind=Kind.PAGE)


@pytest.mark.parametrize(
    ("status", "error", "reason"),
    [
        (400, Terminal, Reason.HTTP_4XX),
        (401, Terminal, Reason.HTTP_401),
        (403, Terminal, Reason.HTTP_403),
        (404, Terminal, Reason.HTTP_404),
        (410, Terminal, Reason.HTTP_410),
        (451, Terminal, Reason.HTTP_4XX),
        (408, Transient, Reason.HTTP_4XX),
        (429, Transient, Reason.HTTP_429),
        (500, Transient, Reason.HTTP_5XX),
        (502, Transient, Reason.HTTP_5XX),
        (503, Transient, Reason.HTTP_5XX),
        (599, Transient, Reason.HTTP_5XX),
    ],
)
async def test_each_status_is_an_error_with_its_reason(
    site: Site, open_client: OpenClient, status: int, error: type[FetchError], reason: Reason
) -> None:
    site.routes["/a"] = reply(status, b"sorry")
    with pytest.raises(FetchError) as caught:
        await (await open_client()).get("http://news.example/a", kind=Kind.PAGE)
    assert (type(caught.value), caught.value.reason, caught.value.status) == (error, reason, status)


CHALLENGES = [
    (403, {"CF_Mitigated": "challenge"}, True),
    (503, {"CF_Mitigated": "Challenge"}, True),
    (429, {"cf-mitigated": "challenge"}, True),
    (403, {"X_DataDome": "protected"}, True),
    (403, {"X_DD_B": "1"}, True),
    (403, {"X_Vercel_Mitigated": "challenge"}, True),
    (202, {"X_Amzn_Waf_Action": "challenge"}, True),
    (405, {"X_Amzn_Waf_Action": "captcha"}, True),
    (202, {"SG_Captcha": "challenge"}, True),
    (403, {"X_Vercel_Mitigated": "deny"}, False),
    (403, {"Server": "cloudflare", "CF_Ray": "1"}, False),
    (403, {"Server": "AkamaiGHost"}, False),
    (404, {"X_DataDome": "protected"}, False),
    (200, {"X_DataDome": "protected"}, False),
    (200, {"Server": "cloudflare"}, False),
]


@pytest.mark.parametrize(("status", "headers", "challenge"), CHALLENGES)
async def test_a_challenge_is_told_by_its_header_and_waits(
    site: Site, open_client: OpenClient, status: int, headers: dict[str, str], challenge: bool
) -> None:
    site.routes["/a"] = reply(status, b"<p>One moment</p>", **headers)
    client = await open_client()
    (answer,) = await asyncio.gather(
        client.get("http://news.example/a", kind=Kind.PAGE), return_exceptions=True
    )
    waits = isinstance(answer, Transient) and answer.reason is Reason.CHALLENGE and answer.status == status
    assert waits is challenge


async def test_a_challenge_with_retry_after_pauses_its_host(site: Site, open_client: OpenClient) -> None:
    site.routes["/a"] = reply(429, CF_Mitigated="challenge", Retry_After="90")
    site.routes["/b"] = reply(200, b"x")
    client = await open_client()
    with pytest.raises(Transient) as caught:
        await client.get("http://news.example/a", kind=Kind.PAGE)
    assert (caught.value.reason, caught.value.retry_after) == (Reason.CHALLENGE, 90)
    with pytest.raises(Transient) as caught:
        await client.get("http://news.example/b", kind=Kind.PAGE)
    assert (caught.value.reason, caught.value.never_sent) == (Reason.HTTP_429, True)
    assert "/b" not in site.paths()


async def test_the_bytes_are_not_touched(site: Site, open_client: OpenClient) -> None:
    body = bytes(range(256)) * 4
    site.routes["/a"] = reply(200, body, Content_Type="text/html; charset=utf-8", X_Twice="1", x_twice="2")
    response = await (await open_client()).get("http://news.example/a", kind=Kind.PAGE)
    assert response.body == body
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["x-twice"] == "1, 2"
    assert response.fetched_at.tzinfo is not None
