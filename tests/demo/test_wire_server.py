"""The tests' own server does what the tests of fetching and polling take for granted."""

from __future__ import annotations

import http.client
from contextlib import closing

import pytest
from support.wire_server import Answer, Asked, LoopbackServer, page, rss

from ingest.settings import Settings


def ask(server: LoopbackServer, host: str, path: str, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)
    connection.request("GET", path, headers={"Host": host, **headers})
    return connection.getresponse()


def test_routes_by_host_and_path_with_a_wildcard_and_a_count() -> None:
    routes = {
        "a.example/x": page("A", "text"),
        "*/robots.txt": Answer(404),
        "a.example/feed": rss("a.example", "/x"),
    }
    with LoopbackServer(routes) as server:
        assert b"<h1>A</h1>" in ask(server, "A.example:80", "/x?utm_source=rss").read()
        assert ask(server, "b.example", "/x").status == 404
        assert b"http://a.example/x" in ask(server, "a.example", "/feed", **{"If-None-Match": '"1"'}).read()
        assert (
            server.count("a.example"),
            server.count("a.example", "/x"),
            server.count("a.example", "/x?other"),
        ) == (2, 1, 0)
        assert [asked.conditional for asked in server.asked] == [False, False, True]
        assert Settings.model_validate(server.settings()).resolve == {"a.example": ("127.0.0.1", server.port)}


def test_a_callable_sees_how_often_it_was_asked() -> None:
    def busy_once(asked: Asked) -> Answer:
        return Answer(503, headers={"Retry-After": "1"}) if asked.number == 0 else Answer(body="done")

    with LoopbackServer({"a.example/x": busy_once}) as server:
        assert ask(server, "a.example", "/x").getheader("Retry-After") == "1"
        assert ask(server, "a.example", "/x").read() == b"done"


def test_a_body_shorter_than_promised_a_reset_and_a_raw_answer() -> None:
    routes = {
        "a.example/cut": Answer(body="half", length=100),
        "a.example/drip": Answer(chunks=[b"one", b"two"], drip=0.01),
        "a.example/raw": Answer(raw=b"HTTP/1.1 299 Odd\r\nContent-Length: 2\r\n\r\nok"),
        "a.example/reset": Answer(body="half", length=100, reset=True),
    }
    with LoopbackServer(routes) as server:
        with pytest.raises(http.client.IncompleteRead):
            ask(server, "a.example", "/cut").read()
        assert ask(server, "a.example", "/drip").read() == b"onetwo"
        with closing(ask(server, "a.example", "/raw")) as odd:
            assert (odd.status, odd.read()) == (299, b"ok")
        with pytest.raises((ConnectionResetError, http.client.IncompleteRead)):
            ask(server, "a.example", "/reset").read()
