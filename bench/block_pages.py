"""Pages with gold text as the block judge sees them: candidates, what the markup says of them, and whether
they are article text. Read by bench/train_blocks.py; kept in a file, for a second run."""

from __future__ import annotations

import io
import json
import logging
import multiprocessing
import pickle
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit
from zlib import crc32

import numpy as np
import numpy.typing as npt
import zstandard
from tld import get_fld

from ingest.extract import page as pages
from ingest.extract.blocks import judge
from ingest.extract.blocks.features import name_slots
from ingest.extract.blocks.walk import Page
from ingest.model import PageInput

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
WEIGHTS = {
    "fundus_eval": 1.0,
    "fundus_tests": 1.0,
    "newspaper4k": 1.0,
    "scrapinghub": 1.0,
    "traf_eval_sub": 1.0,
    "newspaper": 0.7,
    "omnivore": 0.7,
    "wcxb_dev_art": 0.6,  # no news
    "readability": 0.3,  # its gold is what another tool makes of the page
    "mercury": 0.3,
    "goose3": 0.3,
    "snacktory": 0.3,
}
"""How much each set counts in training. Others (l3s_gn1 is licensed for research) are only measured on."""
FOLDS = 5
GOLD_SHARE = 0.6  # of a block's shingles that are in the gold text: then it is article text
_TOKEN = re.compile(r"\w+")


@dataclass(slots=True)
class Labelled:
    """One page: rows of the candidates' numbers, slots of their boxes (own, the one around, further ones)
    and texts, labels (1 article, 0 not) and weights."""

    set: str
    id: str
    host: str
    numbers: npt.NDArray[np.int32]
    names: list[tuple[tuple[int, ...], ...]] = field(default_factory=list)
    texts: list[list[int]] = field(default_factory=list)
    labels: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    weights: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    @property
    def fold(self) -> int:
        return fold_of(self.host)


def fold_of(host: str) -> int:
    """The fold that all pages of a host are in."""
    return crc32(host.encode()) % FOLDS


def host_of(row: dict[str, Any]) -> str:
    """The registered domain of a page, or its id where it has no address."""
    name = urlsplit(row.get("url") or "").hostname
    return (name and get_fld(f"http://{name}", fail_silently=True)) or name or str(row["id"])


def rows(folders: list[Path], sets: set[str] | None = None) -> Iterator[dict[str, Any]]:
    """The pages of the sets as {set, id, url, html, text?, ...}."""
    for path in sorted(path for folder in folders for path in folder.glob("*.jsonl.zst")):
        name = path.name.split(".")[0]
        if sets is None or name in sets:
            with path.open("rb") as raw:
                for line in io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(raw), "utf-8"):
                    yield {**json.loads(line), "set": name}


def labelled(folders: list[Path], kept_in: Path, processes: int) -> list[Labelled]:
    """The pages to train on. `kept_in` is written, or read where it is there."""
    if kept_in.exists():
        return list(pickle.loads(kept_in.read_bytes()))
    with multiprocessing.Pool(processes) as pool:
        found = pool.imap(label, rows(folders, set(WEIGHTS)), chunksize=8)
        read = [page for page in found if page is not None]
    kept_in.write_bytes(pickle.dumps(read))
    return read


class _Recorded(Exception):
    """Ends extract() where nothing after the judge is wanted."""


def label(row: dict[str, Any]) -> Labelled | None:
    """A page of a set, or None where extract() does not come as far as the judge."""
    logging.disable(logging.CRITICAL)
    seen: list[tuple[Page, judge.Matched | None]] = []

    def record(page: Page, ruled: judge.Ruled) -> NoReturn:
        seen.append((page, judge.matching(page, ruled)))
        raise _Recorded

    original, judge.judge = judge.judge, record
    try:
        pages.extract(PageInput(url=row.get("url"), html=row["html"]))
    finally:
        judge.judge = original
    page, matched = seen[0] if seen else (None, None)
    if page is None or matched is None:
        return None
    candidates = matched.candidates
    chosen = Labelled(row["set"], str(row["id"]), host_of(row), candidates.numbers, texts=candidates.texts)
    slots = [name_slots(box.tag, box.names) for box in page.boxes]
    chosen.names = [_chain(page, slots, number) for number in candidates.mine]
    labels, weights = _labels(row, [block.text for block in page.blocks], np.array(matched.verdicts) > 0)
    chosen.labels = labels[candidates.places]
    chosen.weights = weights[candidates.places] * WEIGHTS[row["set"]]
    return chosen


def _chain(page: Page, slots: list[tuple[int, ...]], number: int) -> tuple[tuple[int, ...], ...]:
    own, around, further = slots[number], (), []  # type: tuple[int, ...], tuple[int, ...], list[int]
    number = page.boxes[number].parent
    if number >= 0:
        around = slots[number]
        number = page.boxes[number].parent
    while number >= 0:
        further.extend(slots[number])
        number = page.boxes[number].parent
    return own, around, tuple(further)


def golds(row: dict[str, Any]) -> list[str]:
    """The texts that count as right, as score_pages.py takes them."""
    if row.get("paras"):
        whole = [part[1:-1] if _optional(part) else part for part in row["paras"]]
        return ["\n\n".join(whole), "\n\n".join(part for part in row["paras"] if not _optional(part))]
    return [text for text in (row.get("text"), row.get("text_nosummary")) if text]


def _optional(part: str) -> bool:
    return part[:1] == "[" and part[-1:] == "]"


def _labels(
    row: dict[str, Any], texts: list[str], kept: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Labels and weights of all blocks of a page; weight 0 where the gold does not say."""
    tokens = [_TOKEN.findall(text) for text in texts]
    if row.get("with"):
        return _by_segments(row, texts)
    if row.get("first"):
        return _by_opening(row, texts, kept)
    shares = np.array([_shares(gold, tokens) for gold in golds(row)] or [[0.0] * len(texts)])
    counts = np.array([len(words) for words in tokens], np.float64)
    best, least = shares.max(0), shares.min(0)
    labels = (best >= GOLD_SHARE).astype(np.float64)
    own = float(counts[labels == 1].sum())
    weights = np.minimum(100 * (counts + 3) / (30 + max(own, 1)), 12)
    weights[(best >= GOLD_SHARE) != (least >= GOLD_SHARE)] = 0
    weights[(best > 0.3) & (best < 0.75)] *= 0.3
    longest = max((len(_TOKEN.findall(gold)) for gold in golds(row)), default=0)
    if own < 0.5 * longest or not longest:  # the gold text is not on this page
        weights[:] = 0
    return labels, weights


def _shares(gold: str, blocks: list[list[str]]) -> list[float]:
    words = _TOKEN.findall(gold)
    grams = {tuple(words[place : place + 4]) for place in range(max(1, len(words) - 3))}
    flat = f" {' '.join(words)} "
    shares = []
    for block in blocks:
        if len(block) < 4:
            shares.append(float(bool(block) and f" {' '.join(block)} " in flat))
        else:
            own = [tuple(block[place : place + 4]) in grams for place in range(len(block) - 3)]
            shares.append(sum(own) / len(own))
    return shares


def _by_segments(
    row: dict[str, Any], texts: list[str]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    must, never = [[_norm(part) for part in row.get(name) or []] for name in ("with", "without")]
    labels, weights = np.zeros(len(texts)), np.zeros(len(texts))
    for place, text in enumerate(map(_norm, texts)):
        if any(part in text or (len(text) > 25 and text in part) for part in must):
            labels[place], weights[place] = 1, 4
        elif any(
            (part in text and len(part) > 0.3 * len(text)) or (len(text) > 25 and text in part)
            for part in never
        ):
            weights[place] = 4
    return labels, weights


def _by_opening(
    row: dict[str, Any], texts: list[str], kept: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Only the first words of the article are known: their block is article, those before it are not."""
    first = _TOKEN.findall(_norm(row["first"]))[:8]
    labels, weights = np.zeros(len(texts)), np.zeros(len(texts))
    for place, text in enumerate(texts):
        own = _TOKEN.findall(_norm(text))[:8]
        if len(own) >= 4 and len(own) == len(first) and own == first:
            labels[place], weights[place] = 1, 8
            weights[:place] = np.where(kept[:place], 2.3, 0.3)
            break
    return labels, weights


def _norm(text: str) -> str:
    return " ".join(text.lower().split())
