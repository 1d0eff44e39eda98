"""Gaps: a quiet week of a feed is found with the command that fills it; a wire that rests on Sundays has
none."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

from ingest.load.db import Warehouse
from ingest.load.publish import publish
from ingest.observe.gaps import find_gaps
from ingest.settings import Settings

FIRST = date(2026, 1, 5)
ARTICLE = """INSERT INTO core.article BY NAME
SELECT uuid() AS article_id, $feed || '/' || $day || '/' || n AS url_key, core.key_hash(url_key) AS \
key_hash, url_key AS url,
       'h' AS host, $day::DATE AS published_day, $day::TIMESTAMPTZ AS published_at, $day::TIMESTAMPTZ AS \
first_seen_at,
       $day::TIMESTAMPTZ AS checked_at, 9 AS word_count, 'news' AS content_type, 'none' AS signal, 'live' \
AS status, 1 AS revision,
       1 AS revisions, '' AS text_hash, '' AS body_hash, 'x' AS extractor, $feed AS feed_id, '0' AS rank
FROM range($count) t(n)"""


def warehouse_with(folder: Path, volume: dict[str, list[int]]) -> Path:
    """`volume`: articles of each day from FIRST on, by feed."""
    warehouse = Warehouse(Settings.model_validate({"data": folder}))
    with warehouse.transaction() as con:
        for feed, counts in volume.items():
            for number, count in enumerate(counts):
                con.execute(
                    ARTICLE,
                    {"feed": feed, "day": (FIRST + timedelta(days=number)).isoformat(), "count": count},
                )
        con.execute("INSERT INTO core.dirty_day SELECT DISTINCT 'articles', published_day FROM core.article")
    publish(warehouse)
    return folder


def test_quiet_days_are_found_with_the_command_that_fills_them(tmp_path: Path) -> None:
    weeks = [12, 11, 13, 12, 10, 5, 0]
    data = warehouse_with(
        tmp_path, {"steady": weeks * 5, "down": weeks * 2 + [12, 0, 0, 1, 10, 5, 0] + weeks * 2}
    )
    found = find_gaps(data, first=FIRST, last=FIRST + timedelta(days=34))
    assert [(row["feed_id"], row["first"], row["last"], row["articles"]) for row in found] == [
        ("down", date(2026, 1, 20), date(2026, 1, 22), 1)
    ]
    assert (
        found[0]["command"]
        == "ingest backfill run --source sitemap --feed down --from 2026-01-20 --to 2026-01-22"
    )
    now = datetime.fromisoformat("2026-02-09T12:00:00+00:00")
    assert find_gaps(data, days=5, now=now) == []
