"""How often each column of mart.articles is wrong: pages with gold through extract(), trafilatura beside it
in the same run.

    python bench/truth.py [--sets a,b] [--half 0|1] [--sample N] [--list COLUMN] [--write]

FOLDERS hold *.jsonl.zst of {id, url, html, text?, first?, with?, meta?}. Prints a table per set, then one per
column over all sets. `--list` prints the pages where ours is wrong (or right where trafilatura is wrong, or
the reverse). `--half` takes every second site, so that rules can be made on one half and reported on the
other. `--write` puts the figures where docs/data.md reads them. Results are kept in a folder of the machine's
temporary directory, trafilatura's by its version and ours by the code, so that a second run is quick.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import logging
import multiprocessing
import pickle
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import zstandard
from truth_columns import COLUMNS, SETS_OF, Score, agreed

import ingest

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[1] / "shared" / "data"
FIGURES = HERE.parent / "src" / "ingest" / "observe" / "measured.toml"
KEPT = Path(tempfile.gettempdir()) / "ingest-truth"
NOW = datetime.now(UTC)
Row = dict[str, Any]


def rows(path: Path) -> Iterator[Row]:
    with path.open("rb") as raw:
        for line in io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(raw), encoding="utf-8"):
            yield json.loads(line)


def in_half(page: Row, half: int | None) -> bool:
    """Whether the page's site is in that half: the last two labels of its host, or its id without one."""
    site = ".".join((urlsplit(page.get("url") or "").hostname or page["id"]).split(".")[-2:])
    return half is None or hashlib.sha256(site.encode()).digest()[0] % 2 == half


def ours(page: Row) -> Row:
    from ingest.extract.page import extract
    from ingest.extract.published import as_printed
    from ingest.model import PageInput

    given = PageInput(page.get("url"), html=page.get("html"), text=page.get("body"), now=NOW)
    article = extract(given).article
    if article is None:
        return {}
    stamp = article.published
    return {
        "headline": article.headline,
        "authors": list(article.authors),
        "published_at": as_printed(stamp, page.get("url")) if stamp else None,
        "precision": str(stamp.precision) if stamp else None,
        "source": str(stamp.source) if stamp else None,
        "language": article.language,
        "body_text": article.body_text,
        "agency": article.agency,
        "located": article.located,
        "dateline_date": article.dateline_date and article.dateline_date.isoformat(),
        "canonical_url": article.canonical_url,
    }


def theirs(page: Row) -> Row:
    import trafilatura

    if not page.get("html"):
        return {}
    found = trafilatura.bare_extraction(
        page["html"], url=page.get("url"), with_metadata=True, include_comments=False
    )
    if found is None:
        return {}
    return {
        "headline": found.title,
        "authors": [name.strip() for name in (found.author or "").split(";") if name.strip()],
        "published_at": found.date,
        "language": found.language,
        "body_text": found.text,
        "canonical_url": found.url,
    }


def _code() -> str:
    """A hash of the package's sources."""
    folder = Path(ingest.__file__).parent
    sources = sorted(p for p in folder.rglob("*") if p.suffix in (".py", ".toml", ".npz", ".txt"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]


def both(job: tuple[Row, str, str]) -> tuple[Row, Row]:
    """What ours and theirs make of a page, from the kept results where they are there."""
    page, our_code, their_version = job
    key = hashlib.sha256(f"{page.get('url')}\0{page.get('html')}\0{page.get('body')}".encode()).hexdigest()
    return _kept(KEPT / our_code, key, ours, page), _kept(KEPT / their_version, key, theirs, page)


def _kept(folder: Path, key: str, extractor: Any, page: Row) -> Row:
    path = folder / key
    if path.exists():
        return dict(pickle.loads(path.read_bytes()))
    folder.mkdir(parents=True, exist_ok=True)
    made: Row = extractor(page)
    part = path.with_suffix(f".{multiprocessing.current_process().pid}")
    part.write_bytes(pickle.dumps(made))
    part.rename(path)
    return made


def sets(names: list[str], half: int | None, sample: int) -> Iterator[tuple[str, list[Row]]]:
    """(name, pages) of each set; the texts of data/events are one more, for the language alone."""
    files = [*sorted(DATA.glob("pages*/*.jsonl.zst")), DATA / "events" / "semeval_docs.jsonl.zst"]
    for path in files:
        name = path.name.split(".")[0]
        if names and name not in names:
            continue
        pages = [
            page if "html" in page else {"id": page["id"], "body": page["text"], "language": page["language"]}
            for page in rows(path)
        ]
        pages = [page for page in pages if in_half(page, half)]
        yield name, pages[:: max(1, len(pages) // sample)] if sample else pages


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", default="")
    parser.add_argument("--half", type=int, choices=(0, 1))
    parser.add_argument("--sample", type=int, default=0, help="pages of each set at most, evenly spread")
    parser.add_argument("--list", default="", metavar="COLUMN")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--processes", type=int, default=2)
    args = parser.parse_args()
    logging.disable(logging.CRITICAL)
    codes = _code(), f"trafilatura-{version('trafilatura')}"
    totals: dict[str, Score] = {column.name: Score() for column in COLUMNS}
    with multiprocessing.Pool(args.processes) as pool:
        for name, pages in sets([n for n in args.sets.split(",") if n], args.half, args.sample):
            read = pool.map(both, [(page, *codes) for page in pages], chunksize=4)
            parts = []
            for column in COLUMNS:
                score = Score()
                for page, (our, their) in zip(pages, read, strict=True):
                    gold = column.gold(name, page)
                    if gold is None:
                        continue
                    marks = column.mark(gold, our), column.mark(gold, their)
                    score.add(*marks)
                    if args.list == column.name and min(marks) < 1:
                        print(_line(column.name, page, gold, our, their, marks))
                if score.pages:
                    parts.append(f"{column.name} {score.ours:.3f}/{score.theirs:.3f} ({score.pages})")
                    if name in SETS_OF.get(column.name, (name,)):
                        totals[column.name].join(score)
            print(f"{name} [{len(pages)}]: " + " · ".join(parts), flush=True)
    print(table(totals))
    if args.write:
        FIGURES.write_text(figures(totals), encoding="utf-8")
    return 0


def _line(column: str, page: Row, gold: Any, our: Row, their: Row, marks: tuple[float, float]) -> str:
    sign = "worse" if marks[0] < marks[1] else "better" if marks[0] > marks[1] else "both"
    key = agreed(column)
    values = ("gold", gold), ("ours", our.get(key)), ("theirs", their.get(key))
    shown = "".join(f"\n\t{name}\t{str(value)[:160]}" for name, value in values)
    return f"{sign}\t{page.get('url') or page['id']}\t{our.get('source')}{shown}"


def table(totals: dict[str, Score]) -> str:
    """The figures of all sets as a Markdown table."""
    lines = ["| column | gold | right | trafilatura | pages |", "|---|---|---|---|---|"]
    for column in COLUMNS:
        score = totals[column.name]
        if score.pages:
            beside = f"{score.theirs:.3f}" if column.compared else ""
            lines.append(
                f"| {column.name} | {column.about} | {score.ours:.3f} | {beside} | {score.pages:,} |"
            )
    return "\n".join(lines)


def figures(totals: dict[str, Score]) -> str:
    """The same as TOML, for docs/data.md."""
    parts = ["# Written by `python bench/truth.py --write`; docs/data.md prints it.\n"]
    for column in COLUMNS:
        score = totals[column.name]
        if score.pages:
            parts.append(
                f'[[measured]]\ncolumn = "{column.name}"\ngold = "{column.about}"\nright = {score.ours:.3f}\n'
                + (f"trafilatura = {score.theirs:.3f}\n" if column.compared else "")
                + f"pages = {score.pages}\n"
            )
    return "\n".join(parts)


if __name__ == "__main__":
    sys.exit(main())
