"""`python -m ingest.demo.serve`: the sample wire in a process of its own; its port is the first line printed.

Control paths, on any host name: POST /-/edition/2 switches the edition, GET /-/hits lists the requests so far
(JSON), POST /-/stop ends the process.
"""

from __future__ import annotations

import argparse
import json
import threading
from dataclasses import asdict
from datetime import datetime

from ingest.demo.server import WireHandler, WireServer
from ingest.demo.story import EDITIONS
from ingest.demo.wire import BASE, Reply, Wire


class ControlledHandler(WireHandler):
    """The wire's handler plus the control paths, which are not counted as requests."""

    def do_GET(self) -> None:
        if self.path == "/-/hits":
            body = json.dumps([asdict(hit) for hit in self.server.owner.hits]).encode()
            self.send(Reply(200, body, {"Content-Type": "application/json"}))
        else:
            super().do_GET()

    def do_POST(self) -> None:
        owner = self.server.owner
        if self.path == "/-/stop":
            self.send(Reply(204))
            threading.Thread(target=owner.stop).start()
        elif self.path in {f"/-/edition/{edition}" for edition in EDITIONS} and isinstance(owner.wire, Wire):
            owner.wire.edition = int(self.path.rsplit("/", 1)[1])
            self.send(Reply(204))
        else:
            self.send(Reply(404))


def main() -> None:
    """Serve until stopped; --base is the time of the first poll (ISO 8601 with offset)."""
    parser = argparse.ArgumentParser(prog="python -m ingest.demo.serve", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--edition", type=int, choices=EDITIONS, default=1)
    parser.add_argument("--base", type=datetime.fromisoformat, default=BASE)
    options = parser.parse_args()
    with WireServer(Wire(options.base, options.edition), options.port, ControlledHandler) as server:
        print(server.port, flush=True)
        server.wait()


if __name__ == "__main__":
    main()
