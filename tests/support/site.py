"""A loopback site that answers byte for byte as a test says."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from ingest.fetch.client import Client
from ingest.fetch.connect import Lookup
from ingest.model import HostRule

Script = Callable[["Asked", asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Asked:
    """A request as the site saw it; header names in lower case."""

    path: str
    headers: Mapping[str, str]
    at: float
    head: bytes

    @property
    def host(self) -> str:
        return self.headers.get("host", "")


@dataclass
class Site:
    """One listener. `routes` maps a path to bytes to send or a coroutine that sends them; unknown paths are
    404."""

    address: str = "127.0.0.1"
    port: int = 0
    routes: dict[str, bytes | Script] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    _server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, self.address, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                await self._answer(head, writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, head: bytes, writer: asyncio.StreamWriter) -> None:
        lines = head.decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])
        }
        asked = Asked(lines[0].split(" ")[1], headers, time.time(), head)
        self.asked.append(asked)
        route = self.routes.get(asked.path, reply(404))
        if isinstance(route, bytes):
            writer.write(route)
        else:
            await route(asked, writer)


def reply(status: int = 200, body: bytes = b"", *, length: int | None = None, **headers: str) -> bytes:
    """A whole HTTP/1.1 answer; header names with _ for -."""
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body) if length is None else length}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class OpenClient(Protocol):
    async def __call__(
        self,
        *,
        rules: tuple[HostRule, ...] = (),
        lookup: Lookup | None = None,
        path: Path | None = None,
        **settings: Any,
    ) -> Client: ...
