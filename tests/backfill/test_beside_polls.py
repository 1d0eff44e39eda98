"""A backfill and live polls side by side, as processes: the polls begin at once, no lock is in the way, the host's limit holds."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any

from support.archive_site import BASE, HOST, ArchiveSite
from support.newsroom import Listed, story
from support.wire_server import Answer, Asked

INGEST = (sys.executable, "-m", "ingest.cli.main")


def slowly(answer: Answer) -> Any:
    def send(_: Asked) -> Answer:
        time.sleep(0.1)
        return answer

    return send


def test_polls_go_on_beside_a_backfill(site: ArchiveSite) -> None:
    site.fill(6, 12)
    for url, answer in site.articles.items():
        site.page(url, slowly(answer))
    fresh = [f"{BASE}/live/a-fresh-story-number-{number}" for number in range(4)]
    site.feed("live", HOST, [Listed(url, "Fresh") for url in fresh])
    for number, url in enumerate(fresh):
        site.page(url, story(f"Fresh {number}", 9_000 + number))
    site.write()
    process = subprocess.Popen([*INGEST, "backfill", "run", "--input", BASE, "--json"], cwd=site.folder, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)  # fmt: skip
    while site.pages_asked() < 5:
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    begun = time.monotonic()
    polled = subprocess.run(
        [*INGEST, "poll", "--all", "--json"], cwd=site.folder, capture_output=True, text=True, timeout=120, check=True
    )
    taken = next(one.at for one in site.server.asked if one.path == "/live.xml") - begun
    summary = json.loads(polled.stdout)
    assert (summary["loaded"], summary["failed"]) == (4, 0)
    assert taken < 30
    out, said = process.communicate(timeout=240)
    assert process.returncode == 0, said
    assert json.loads(out)["loaded"] == 72
    assert site.server.most_at_once[HOST] == 1
    assert site.one("SELECT count(*) FROM mart.articles") == 76
    assert not site.broken_rules()
