"""A loopback server for tests: routes by host and path, each request noted, answers late, in drips, cut short
or broken off."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: `path` with its query, `headers` with lower-case keys, `at` in seconds of the monotonic
    clock."""

    method: str
    host: str
    path: str
    headers: Mapping[str, str]
    at: float
    number: int
    """How many requests for this host and path came before it."""

    @property
    def conditional(self) -> bool:
        return "if-none-match" in self.headers or "if-modified-since" in self.headers


@dataclass(frozen=True, slots=True)
class Answer:
    """What to send. `delay` seconds pass before the first byte, `drip` seconds before each of `chunks`.

    `length` overrides the Content-Length (more than the body: cut short). `reset` breaks the connection with
    RST in place of an end. `raw` is written to the socket as it is, status line and all.
    """

    status: int = 200
    body: bytes | str = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    chunks: Iterable[bytes] | None = None
    drip: float = 0.0
    length: int | None = None
    reset: bool = False
    raw: bytes | None = None

    def bytes(self) -> bytes:
        return self.body.encode() if isinstance(self.body, str) else self.body


Route = Answer | bytes | str | Callable[[Asked], "Answer | bytes | str"]


def page(title: str, *paragraphs: str) -> Answer:
    """A plain article page."""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    head = f"<!DOCTYPE html><html><head><title>{title}</title></head><body>"
    body = f"{head}<article><h1>{title}</h1>{text}</article></body></html>"
    return Answer(body=body, headers={"Content-Type": "text/html; charset=utf-8"})


def rss(host: str, *links: str, title: str = "Test wire") -> Answer:
    """An RSS feed whose entries are `links` (paths or URLs), titled by their last segment."""
    urls = [link if "://" in link else f"http://{host}{link}" for link in links]
    entries = "".join(
        f"<item><title>{u.rsplit('/', 1)[-1]}</title><link>{u}</link><guid>{u}</guid></item>" for u in urls
    )
    body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title>{entries}</channel></rss>'
    return Answer(body=body, headers={"Content-Type": "application/rss+xml"})


class LoopbackServer:
    """A context manager. `routes` maps "host/path" (query left out) or "*/path" to what is sent; the rest is
    404.

    `asked` lists all requests in order of arrival; `most_at_once` the largest number of requests of a host
    being answered at the same time. Routes may be changed while it runs.
    """

    def __init__(self, routes: Mapping[str, Route] | None = None) -> None:
        self.routes: dict[str, Route] = dict(routes or {})
        self.asked: list[Asked] = []
        self.most_at_once: dict[str, int] = {}
        self._open: dict[str, int] = {}
        self._lock = threading.Lock()
        self._httpd = _Httpd(("127.0.0.1", 0), _Handler)
        self._httpd.owner = self
        self._thread = threading.Thread(target=self._httpd.serve_forever, args=(0.02,), daemon=True)

    @property
    def port(self) -> int:
        return int(self._httpd.server_address[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._httpd.shutdown()
        self._httpd.server_close()

    def settings(self, *hosts: str) -> dict[str, object]:
        """Overrides for Settings that lead `hosts` (default: those of the routes) here."""
        named = hosts or tuple({key.split("/", 1)[0] for key in self.routes} - {"*"})
        return {"resolve": dict.fromkeys(named, f"127.0.0.1:{self.port}"), "allow_networks": ["127.0.0.0/8"]}

    def count(self, host: str, path: str | None = None, *, method: str = "GET") -> int:
        """Requests so far for this host, or for one path of it (with its query, if the path names one)."""
        return sum(
            asked.host == host
            and asked.method == method
            and (path is None or path in (asked.path, asked.path.split("?")[0]))
            for asked in list(self.asked)
        )

    def begin(self, method: str, host: str, path: str, headers: Mapping[str, str]) -> Answer:
        """Note a request and choose its answer."""
        bare = path.split("?", 1)[0]
        with self._lock:
            number = sum(a.host == host and a.path.split("?", 1)[0] == bare for a in self.asked)
            asked = Asked(method, host, path, headers, time.monotonic(), number)
            self.asked.append(asked)
            self._open[host] = self._open.get(host, 0) + 1
            self.most_at_once[host] = max(self.most_at_once.get(host, 0), self._open[host])
        route = self.routes.get(host + bare, self.routes.get("*" + bare, Answer(404, "not found")))
        found = route(asked) if callable(route) else route
        return (
            found if isinstance(found, Answer) else Answer(body=found, headers={"Content-Type": "text/html"})
        )

    def end(self, host: str) -> None:
        with self._lock:
            self._open[host] -= 1


class _Httpd(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    owner: LoopbackServer

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away (that is what the tests provoke) is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or a body waits 40 ms for its head to be acknowledged
    server: _Httpd

    def do_GET(self) -> None:
        headers = {key.lower(): value for key, value in self.headers.items()}
        host = headers.get("host", "").rsplit(":", 1)[0].lower()
        answer = self.server.owner.begin(self.command, host, self.path, headers)
        try:
            self._send(answer)
        finally:
            self.server.owner.end(host)

    do_HEAD = do_GET

    def _send(self, answer: Answer) -> None:
        if answer.delay:
            time.sleep(answer.delay)
        if answer.raw is not None:
            self.wfile.write(answer.raw)
            self.close_connection = True
        else:
            self._send_head(answer)
            if self.command != "HEAD" and answer.status not in (204, 304):
                self._send_body(answer)
        if answer.reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True

    def _send_head(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status not in (204, 304):
            if answer.chunks is not None and answer.length is None:
                self.send_header("Connection", "close")
            else:
                self.send_header(
                    "Content-Length", str(len(answer.bytes()) if answer.length is None else answer.length)
                )
        if answer.length is not None or answer.chunks is not None:
            self.close_connection = True
        self.end_headers()

    def _send_body(self, answer: Answer) -> None:
        if answer.chunks is None:
            self.wfile.write(answer.bytes())
            return
        for chunk in answer.chunks:
            time.sleep(answer.drip)
            self.wfile.write(chunk)
            self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: requests are in `asked`."""
