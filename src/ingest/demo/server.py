"""The sample wire on loopback: one port for all hosts, told apart by the Host header; each request is
recorded."""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Protocol, Self

from ingest.demo.wire import Reply


@dataclass(frozen=True, slots=True)
class Hit:
    """One request as the server saw it. `conditional`: it carried a validator."""

    host: str
    path: str
    status: int
    conditional: bool


class Answers(Protocol):
    """What can reply for several hosts: the sample wire, or a replay of captured polls."""

    def answer(self, host: str, target: str, headers: Mapping[str, str]) -> Reply: ...


class WireServer:
    """Serves `wire` on 127.0.0.1 in a thread; a context manager. `hits` are all requests so far, in order of
    answering."""

    def __init__(self, wire: Answers, port: int = 0, handler: type[WireHandler] | None = None) -> None:
        self.wire = wire
        self.hits: list[Hit] = []
        self._lock = threading.Lock()
        self._httpd = _Httpd(("127.0.0.1", port), handler or WireHandler)
        self._httpd.owner = self
        self._thread = threading.Thread(target=self._httpd.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        return int(self._httpd.server_address[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._httpd.shutdown()
        self._httpd.server_close()

    def wait(self) -> None:
        """Block until another thread stops the server."""
        self._thread.join()

    def stop(self) -> None:
        """Stop answering."""
        self._httpd.shutdown()

    def reply(self, host: str, target: str, headers: Mapping[str, str]) -> Reply:
        """Answer one request and record it."""
        with self._lock:
            reply = self.wire.answer(host, target, headers)
            conditional = "if-none-match" in headers or "if-modified-since" in headers
            self.hits.append(Hit(host, target, reply.status, conditional))
        return reply


class _Httpd(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    owner: WireServer

    def handle_error(self, request: object, client_address: object) -> None:
        """Print errors as usual, but not those of a client that was killed or hung up."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class WireHandler(BaseHTTPRequestHandler):
    """Hands each GET to the server's wire and sends its reply."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # otherwise a body waits 40 ms until its headers are acknowledged
    server: _Httpd

    def do_GET(self) -> None:
        headers = {key.lower(): value for key, value in self.headers.items()}
        host = headers.get("host", "").rsplit(":", 1)[0].lower()
        self.send(self.server.owner.reply(host, self.path, headers))

    do_HEAD = do_GET

    def send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status not in (204, 304):
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD" and reply.status not in (204, 304):
            self.wfile.write(reply.body)

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing: requests are recorded in `hits`."""
