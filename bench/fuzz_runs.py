"""Damaged files through whole runs: feeds by two polls, sitemaps, WARC files and rows by backfills, against a
server on loopback that has none of the pages."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from bench.fuzz_readers import NOW
from bench.fuzz_seeds import Seed, at_host
from bench.mutations import mutate
from ingest.backfill import run as backfills
from ingest.backfill.request import BackfillRequest, Source
from ingest.demo.server import WireServer
from ingest.demo.wire import Reply
from ingest.load.checks import run_checks
from ingest.load.db import Warehouse
from ingest.pipeline import run_poll
from ingest.settings import FeedList, Settings, load_feeds
from ingest.stages.edges import PollRequest

ENTRIES = 6
"""Entries read of each feed: every one of them leads to a request."""
SMALL = 8_000
"""Bytes of the largest feed or sitemap that is served here."""


@dataclass(slots=True)
class Site:
    """Serves one body a host, at any address that ends in .xml; all else is not there."""

    bodies: dict[str, bytes] = field(default_factory=dict)

    def answer(self, host: str, target: str, headers: Mapping[str, str]) -> Reply:
        body = self.bodies.get(host.partition(":")[0])
        if body is None or not target.endswith(".xml"):
            return Reply(404, b"not found\n", {"Content-Type": "text/plain"})
        return Reply(200, body, {"Content-Type": "application/xml"})


@dataclass(slots=True)
class Bench:
    """`folder` holds the warehouse and the files. Each method sends damaged files through one kind of run and
    returns a sentence about it, and one for each rule that was broken."""

    settings: Settings
    site: Site
    folder: Path

    def polls(self, made: Sequence[tuple[str, bytes]]) -> tuple[str, list[str]]:
        """One feed a host, each polled twice, every other one as a feed that carries its texts."""
        self.site.bodies = {f"f{number}.example": body for number, (_, body) in enumerate(made)}
        path = self.folder / "feeds.toml"
        path.write_text(
            "\n".join(
                f'[[feed]]\nid = "f{n}"\nurl = "http://f{n}.example/feed.xml"\n'
                f"full_text = {str(n % 2 == 0).lower()}\n"
                for n in range(len(made))
            ),
            encoding="utf-8",
        )
        feeds, said, faults = load_feeds(path), "", []
        for hour in range(2):
            request = PollRequest(everything=True, now=NOW + timedelta(hours=hour))
            summary = run_poll(self.settings, feeds, request)
            faults += summary.problems
            if summary.polled != len(made):
                faults.append(f"{summary.polled} of {len(made)} feeds were polled")
            said = said or (
                f"{summary.polled} polled, {summary.failed} no feed any more, {summary.entries} entries, "
                f"{summary.unreadable} unreadable, outcomes {dict(summary.outcomes)}"
            )
        return said, faults

    def sitemaps(self, made: Sequence[tuple[str, bytes]]) -> tuple[str, list[str]]:
        """One sitemap a host."""
        self.site.bodies = {f"s{number}.example": body for number, (_, body) in enumerate(made)}
        return self._backfill(Source.SITEMAP, [f"http://s{n}.example/sitemap.xml" for n in range(len(made))])

    def warcs(self, made: Sequence[tuple[str, bytes]]) -> tuple[str, list[str]]:
        return self._backfill(Source.WARC, self._written("warcs", made))

    def lines(self, made: Sequence[tuple[str, bytes]]) -> tuple[str, list[str]]:
        rows = [one for one in made if not one[0].endswith((".txt", ".zip"))]
        lists = [one for one in made if one[0].endswith((".txt", ".zip"))]
        said, faults = self._backfill(Source.JSONL, self._written("rows", rows))
        more, others = self._backfill(Source.URLS, self._written("lists", lists))
        return f"{said}; lists: {more}", faults + others

    def _written(self, name: str, made: Sequence[tuple[str, bytes]]) -> list[str]:
        """The files in a folder of this name; an empty one is a name that leads nowhere."""
        files = []
        for number, (file, body) in enumerate(made):
            path = self.folder / name / f"{number}-{file}"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(body)
            files.append(str(path))
        return files

    def _backfill(self, source: Source, inputs: list[str]) -> tuple[str, list[str]]:
        feeds = FeedList(path=self.folder / "feeds.toml", feeds=(), hosts=())
        request = BackfillRequest(source, inputs=tuple(inputs), now=NOW)
        summary = asyncio.run(backfills.run(self.settings, feeds, request))
        faults = [] if summary.adds_up else [f"does not add up: {summary}"]
        if summary.state == "running" or summary.pending:
            faults.append(f"state {summary.state}, {summary.pending} pending")
        outcomes: dict[str, int] = {}
        for row in summary.outcomes:
            outcomes[row["outcome"]] = outcomes.get(row["outcome"], 0) + row["urls"]
        listed = sum(outcomes.values())
        if listed != summary.urls:
            faults.append(f"{summary.urls} addresses, but {listed} outcomes")
        versions = sum(summary.versions.values())
        return (
            f"{summary.state}, {summary.seen} seen = {summary.urls} addresses + {versions} versions "
            f"+ {summary.same} same; {len(summary.problems)} problems, outcomes {outcomes}"
        ), faults


def runs(count: int, seed: int, seeds: Mapping[str, list[Seed]], folder: Path) -> int:
    """Sends `count` damaged files of each kind through whole runs; prints what broke, returns how much."""
    broken = 0
    with WireServer(site := Site()) as server:
        bench = Bench(_settings(server.port, folder), site, folder)
        kinds: dict[str, Callable[[Sequence[tuple[str, bytes]]], tuple[str, list[str]]]] = {
            "feeds": bench.polls,
            "sitemaps": bench.sitemaps,
            "warcs": bench.warcs,
            "lines": bench.lines,
        }
        for kind, run in kinds.items():
            made = _made(kind, seeds[kind], count, seed)
            try:
                said, faults = run(made)
            except Exception:
                said, faults = "ended", [traceback.format_exc()]
            faults += [f"check {name}: {rows[:2]}" for name, rows in _checks(bench.settings).items()]
            for fault in faults:
                print(f"  run of {kind}: {fault}", flush=True)
            broken += len(faults)
            print(f"run of {count} {kind}: {len(faults)} broken rules; {said}", flush=True)
    return broken


def _settings(port: int, folder: Path) -> Settings:
    """All hosts, also those that damage has made of others, go to the server: nothing leaves the machine."""
    given = {
        "data": folder / "data",
        "proxy": f"http://127.0.0.1:{port}",
        "allow_networks": ["127.0.0.0/8"],
        "entries_cap": ENTRIES,
        "workers": 1,
        "attempts": 1,
    }
    return Settings.model_validate(given)


def _made(kind: str, seeds: Sequence[Seed], count: int, seed: int) -> list[tuple[str, bytes]]:
    """(name, damaged bytes). Addresses in feeds and sitemaps are those of the host that serves them."""
    offline = kind in ("warcs", "lines")
    small = [one for one in seeds if offline or len(one.body) <= SMALL]
    made = []
    for number in range(count):
        whole = small[number % len(small)]
        if not offline:
            whole = at_host(whole, f"{kind[0]}{number}.example")
        made.append((whole.name, mutate(whole.body, Random(f"{seed} run {kind} {number}"))))
    return made


def _checks(settings: Settings) -> dict[str, Any]:
    return {name: rows for name, rows in run_checks(Warehouse(settings)).items() if rows}
