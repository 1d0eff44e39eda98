"""The log of requests: one DEBUG line each, without secrets."""

from __future__ import annotations

import logging

import pytest
from support.site import OpenClient, Site, reply

from ingest.errors import Transient
from ingest.fetch.client import Kind


async def test_each_request_is_one_line_without_secrets(
    site: Site, open_client: OpenClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "ingest.fetch.client")
    site.routes["/feed?page=2&api_key=hunter2"] = reply(200, b"<rss/>")
    client = await open_client()
    await client.get(
        "http://news.example/feed?page=2&api_key=hunter2", kind=Kind.FEED, headers={"X-Key": "hunter3"}
    )
    robots, feed = caplog.messages
    assert robots.startswith("GET http://news.example/robots.txt: 404, 0 bytes in ")
    assert feed.startswith("GET http://news.example/feed?page=2&api_key=...: 200, 6 bytes in ")
    assert "hunter" not in caplog.text


async def test_a_failed_request_names_its_reason(
    site: Site, open_client: OpenClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "ingest.fetch.client")
    site.routes["/a"] = reply(200, b"x", **{"Content-Encoding": "zstd"})
    with pytest.raises(Transient):
        await (await open_client()).get("http://news.example/a", kind=Kind.PAGE)
    assert caplog.messages[-1].startswith("GET http://news.example/a: bad_encoding after ")
