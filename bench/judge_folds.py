"""Texts of extract() where each page's block judge was trained without the page's host.

python -m bench.judge_folds --models FOLDER --out FOLDER [--pages FOLDER ...] [--sets a,b] [--rules]

FOLDER of models is what `bench.train_blocks --folds` wrote. Writes <set>.jsonl of {id, body_text, outcome,
...} for a scorer to read. `--rules` leaves the judge out: the rules of extract/lines.py alone."""

from __future__ import annotations

import argparse
import json
import logging
import multiprocessing
from functools import cache
from pathlib import Path
from typing import Any

from bench.block_pages import DATA, fold_of, host_of, rows
from ingest.extract import page as pages
from ingest.extract.blocks import judge, model
from ingest.extract.blocks.walk import Page
from ingest.model import PageInput


@cache
def of_fold(folder: Path, fold: int) -> model.Model:
    return model.read((folder / f"{fold}-{model.FILE}").read_bytes())


def rules_only(page: Page, ruled: judge.Ruled) -> tuple[list[Any], list[Any]]:
    return list(ruled.kept), list(ruled.dropped)


def run(task: tuple[dict[str, Any], Path, bool]) -> tuple[str, str]:
    """(set, line of JSON) of one page."""
    row, folder, rules = task
    logging.disable(logging.CRITICAL)
    if rules:
        judge.judge = rules_only
    else:
        chosen = of_fold(folder, fold_of(host_of(row)))
        model.shipped = lambda: chosen  # type: ignore[assignment]
    made = pages.extract(PageInput(url=row.get("url"), html=row["html"]))
    article = made.article
    line = {
        "id": row["id"],
        "body_text": article.body_text if article else None,
        "headline": article.headline if article else None,
        "authors": list(article.authors) if article else [],
        "published_at": article.published.at.isoformat() if article and article.published else None,
        "outcome": made.outcome,
        "reason": made.reason,
        "detail": made.detail,
        "dropped": [(dropped.reason, dropped.text) for dropped in made.dropped],
    }
    return row["set"], json.dumps(line, default=str)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--pages", type=Path, nargs="+", default=[DATA / "pages", DATA / "pages2"])
    parser.add_argument("--sets", default="")
    parser.add_argument("--rules", action="store_true")
    parser.add_argument("--processes", type=int, default=2)
    args = parser.parse_args()
    sets = set(args.sets.split(",")) if args.sets else None
    args.out.mkdir(parents=True, exist_ok=True)
    tasks = ((row, args.models, args.rules) for row in rows(args.pages, sets))
    written: dict[str, list[str]] = {}
    with multiprocessing.Pool(args.processes) as pool:
        for name, line in pool.imap(run, tasks, chunksize=8):
            written.setdefault(name, []).append(line)
    for name, lines in written.items():
        (args.out / f"{name}.jsonl").write_text("".join(f"{line}\n" for line in lines))


if __name__ == "__main__":
    main()
