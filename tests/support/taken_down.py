"""A story to be taken down, polled, revised and copied; and whether any file of a data directory still holds
its text."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import duckdb
from support.archive_site import ArchiveSite
from support.newsroom import Listed, prose, story
from warcio.archiveiterator import ArchiveIterator

from ingest.upkeep.takedown import Removal, take_down

ALPHA = "http://alpha.example"
URL = f"{ALPHA}/news/the-story-that-goes"
TITLE = "The story that goes its way"
WORDS = (TITLE, *(one[:60] for one in [*prose(4242), *prose(4243, 1)]))
"""Its headline and the beginning of each of its paragraphs."""


def newsroom(site: ArchiveSite) -> None:
    """A story polled twice (two revisions), a copy of it elsewhere, and another story."""
    summary = prose(4242)[0]
    site.page(URL, story(TITLE, 1, paragraphs=prose(4242)))
    site.page(f"{ALPHA}/news/another-one-that-stays", story("Another one", 2))
    site.page("http://beta.example/news/the-story-that-goes-copied", story(TITLE, 3, paragraphs=prose(4242)))
    site.feed(
        "alpha",
        "alpha.example",
        [
            Listed(URL, TITLE, guid="1", summary=summary),
            Listed(f"{ALPHA}/news/another-one-that-stays", "Another one", guid="2"),
        ],
    )
    site.feed("beta", "beta.example", [Listed("http://beta.example/news/the-story-that-goes-copied", TITLE)])
    site.poll(0)
    site.page(URL, story(f"{TITLE}, updated", 1, paragraphs=[*prose(4242), *prose(4243, 1)]))
    site.unlist()
    site.feed(
        "alpha",
        "alpha.example",
        [
            Listed(URL, f"{TITLE}, updated", guid="1", summary=summary),
            Listed(f"{ALPHA}/news/another-one-that-stays", "Another one", guid="2"),
        ],
    )
    assert site.poll(1).revised == 1


def remove(site: ArchiveSite, asked: str = URL) -> Removal:
    return take_down(site.settings, site.feeds(), asked, "court order 12")


def files_with(folder: Path, *texts: str) -> list[str]:
    """Files that hold one of `texts`: as bytes, unpacked, in a WARC record, or in any column of any table or
    Parquet file."""
    paths = sorted(one for one in folder.rglob("*") if one.is_file())
    return [
        str(path.relative_to(folder))
        for path in paths
        if any(text in held for text in texts for held in _contents(path))
    ]


def _contents(path: Path) -> list[str]:
    raw = path.read_bytes()
    found = [raw]
    if path.name.endswith(".gz"):
        found += [
            gzip.decompress(raw),
            *(record.content_stream().read() for record in ArchiveIterator(io.BytesIO(raw))),
        ]
    texts = [one.decode("utf-8", "replace") for one in found]
    if path.suffix == ".parquet":
        return [*texts, str(duckdb.execute(f"SELECT * FROM read_parquet('{path}')").fetchall())]
    if path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as con:
            relations = con.execute(
                "SELECT schema_name, table_name FROM duckdb_tables() UNION ALL "
                "SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal"
            ).fetchall()
            texts += [
                str(con.execute(f"SELECT * FROM {schema}.{name}").fetchall()) for schema, name in relations
            ]
    return texts
