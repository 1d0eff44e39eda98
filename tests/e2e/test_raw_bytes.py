"""Bytes that are no text, in headers and in JSON: one site's must not hold up what others publish."""

from __future__ import annotations

import json

from support.newsroom import Listed, Newsroom, feed_route, story
from support.wire_server import Answer, Asked

from ingest.load.db import Warehouse
from ingest.load.sql import append

GOOD, ODD = "http://good.example", "http://odd.example"
HALF = r"\ud83d"  # of a surrogate pair: what a template leaves that cuts a headline in the middle of an emoji


def raw(answer: Answer, *fields: bytes) -> Answer:
    body = answer.bytes()
    head = [b"HTTP/1.1 200 OK", b"Connection: close", b"Content-Length: %d" % len(body), *fields]
    return Answer(raw=b"\r\n".join(head) + b"\r\n\r\n" + body)


def test_a_site_of_odd_bytes_loads_beside_others(newsroom: Newsroom) -> None:
    entries = [Listed(f"{ODD}/news/canal-{name}", f"Canal {name}") for name in ("typed", "named")]
    newsroom.feed("good", "good.example", [Listed(f"{GOOD}/news/ferry", "Ferry")])
    newsroom.feed("odd", "odd.example", entries)
    of_feed = feed_route(entries)

    def odd_feed(asked: Asked) -> Answer:
        answer = of_feed(asked)
        assert isinstance(answer, Answer)
        return raw(answer, b'ETag: "h\xe9"', b"Last-Modified: caf\xe9", b"Content-Type: application/rss+xml")

    newsroom.page(f"{ODD}/odd.xml", odd_feed)
    node = {
        "@type": "NewsArticle",
        "headline": "Canal named X",
        "description": "X",
        "author": {"name": "Ada X"},
        "keywords": ["X"],
        "articleSection": "X",
        "image": "X",
        "publisher": {"name": "X"},
    }
    script = f'<script type="application/ld+json">{json.dumps(node).replace("X", HALF)}</script>'
    newsroom.page(f"{GOOD}/news/ferry", story("Ferry", 1))
    newsroom.page(
        f"{ODD}/news/canal-typed", raw(story("Canal typed", 2), b"Content-Type: text/html; charset=caf\xe9")
    )
    newsroom.page(f"{ODD}/news/canal-named", story("Canal named", 3, head=script))
    assert newsroom.poll(0).loaded == 3
    assert newsroom.sql("SELECT feed_id, count(*) FROM mart.articles GROUP BY ALL ORDER BY ALL") == [
        ("good", 1),
        ("odd", 2),
    ]
    again = newsroom.poll(1)
    assert (again.loaded, again.revised, again.fetched) == (0, 0, 0)
    assert not any(one.conditional for one in newsroom.server.asked if one.host == "odd.example")


def test_half_a_character_that_came_this_far_is_replaced_not_refused(newsroom: Newsroom) -> None:
    warehouse = Warehouse(newsroom.settings)
    with warehouse.transaction() as con:
        append(con, "core.meta", [{"key": "a", "value": "cut \ud83d off"}, {"key": "b", "value": "é"}])
        kept = con.execute("SELECT value FROM core.meta WHERE key IN ('a', 'b') ORDER BY key").fetchall()
    assert kept == [("cut \ufffd off",), ("é",)]
