"""Trains the block judge's model and measures it on hosts that it was not trained on.

python -m bench.train_blocks [--pages FOLDER ...] [--keep FILE] [--out MODEL] [--folds FOLDER]

Writes the model of all pages to MODEL, and to FOLDER one model for each fold, trained without the hosts of
that fold: bench/judge_folds.py runs extract() with them. All seeds are fixed. Needs lightgbm and scipy (the
`bench` extra)."""

from __future__ import annotations

import argparse
import hashlib
import io
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import lightgbm  # type: ignore[import-not-found]
import numpy as np
import numpy.typing as npt
from scipy import sparse  # type: ignore[import-untyped]
from sklearn.linear_model import SGDClassifier  # type: ignore[import-not-found]

from bench.block_pages import DATA, FOLDS, Labelled, labelled
from ingest.extract.blocks.features import NAME_SLOTS, NUMBERS, TEXT_SLOTS
from ingest.extract.blocks.model import FILE, SLOT_STEP, SLOT_UNIT, UNIT

SEED = 7
TREES = 160
TREE_OPTIONS = {
    "objective": "binary",
    "num_leaves": 20,
    "max_depth": 6,
    "learning_rate": 0.08,
    "min_data_in_leaf": 60,
    "feature_fraction": 0.4,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 5,
    "max_bin": 63,
    "seed": SEED,
    "deterministic": True,
    "force_col_wise": True,
    "num_threads": 1,
    "verbose": -1,
}
SLOT_ALPHA = 1e-4
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Table:
    """All candidates of all pages: numbers, slots as sparse rows (three levels of names side by side;
    texts), labels, weights, folds."""

    numbers: Ints
    names: Any
    texts: Any
    labels: Floats
    weights: Floats
    folds: Ints


def table(pages: Sequence[Labelled]) -> Table:
    """One table of the pages."""
    return Table(
        numbers=np.concatenate([page.numbers for page in pages]).astype(np.int64),
        names=_sparse(
            [
                [slot + level * NAME_SLOTS for level, slots in enumerate(chain) for slot in slots]
                for page in pages
                for chain in page.names
            ],
            3 * NAME_SLOTS,
        ),
        texts=_sparse([slots for page in pages for slots in page.texts], TEXT_SLOTS),
        labels=np.concatenate([page.labels for page in pages]),
        weights=np.concatenate([page.weights for page in pages]),
        folds=np.concatenate([np.full(len(page.labels), page.fold) for page in pages]),
    )


def _sparse(slots: Sequence[Sequence[int]], width: int) -> Any:
    ends = np.cumsum([0, *map(len, slots)])
    flat = np.fromiter((slot for row in slots for slot in row), np.int64, int(ends[-1]))
    matrix = sparse.csr_matrix((np.ones(len(flat)), flat, ends), shape=(len(slots), width))
    matrix.sum_duplicates()
    return matrix


def slot_weights(matrix: Any, of: Table, rows: npt.NDArray[np.bool_]) -> npt.NDArray[np.int16]:
    """Weights of a logistic regression on slots, in whole parts of 1 / SLOT_UNIT."""
    fit = SGDClassifier(
        loss="log_loss", alpha=SLOT_ALPHA, max_iter=6, tol=None, average=True, random_state=SEED
    )
    fit.fit(matrix[rows], of.labels[rows], sample_weight=of.weights[rows])
    weights: npt.NDArray[np.int16] = np.clip(np.rint(fit.coef_[0] * SLOT_UNIT), -32_000, 32_000).astype(
        np.int16
    )
    return weights


def slot_columns(of: Table, rows: Ints, names: npt.NDArray[np.int16], texts: npt.NDArray[np.int16]) -> Ints:
    """What the trees read of the slots, as Model.slot_columns makes it."""
    parts = [
        of.names[rows][:, level * NAME_SLOTS : (level + 1) * NAME_SLOTS]
        @ names[level * NAME_SLOTS : (level + 1) * NAME_SLOTS].astype(np.float64)
        for level in range(3)
    ]
    columns = [*parts, sum(parts), of.texts[rows] @ texts.astype(np.float64)]
    return np.stack(columns, 1).astype(np.int64) // SLOT_STEP


def train(of: Table, without: int | None) -> dict[str, npt.NDArray[Any]]:
    """A model's arrays, without the hosts of one fold. The trees see slot weights that were learnt without
    the host at hand, as they will on a host that nobody has seen."""
    use = (of.weights > 0) & (of.folds != (-1 if without is None else without))
    columns = np.zeros((len(of.labels), 5), np.int64)
    for fold in range(FOLDS):
        here = np.flatnonzero(use & (of.folds == fold))
        if len(here):
            others = use & (of.folds != fold)
            columns[here] = slot_columns(
                of, here, slot_weights(of.names, of, others), slot_weights(of.texts, of, others)
            )
    data = lightgbm.Dataset(
        np.concatenate([of.numbers, columns], 1)[use].astype(np.float64),
        of.labels[use],
        weight=of.weights[use],
        feature_name=[*NUMBERS, "own", "around", "further", "names", "texts"],
    )
    booster = lightgbm.train(TREE_OPTIONS, data, TREES)
    return {
        "names": slot_weights(of.names, of, use).reshape(3, NAME_SLOTS),
        "texts": slot_weights(of.texts, of, use),
        **nodes(booster.dump_model()["tree_info"]),
    }


def nodes(trees: Sequence[dict[str, Any]]) -> dict[str, npt.NDArray[Any]]:
    """The trees as the arrays of extract/blocks/model.py."""
    feature: list[int] = []
    threshold: list[int] = []
    left: list[int] = []
    right: list[int] = []
    value: list[int] = []
    deepest = 0

    def add(node: dict[str, Any], depth: int) -> int:
        nonlocal deepest
        deepest = max(deepest, depth)
        place = len(feature)
        leaf = "leaf_value" in node
        feature.append(0 if leaf else node["split_feature"])
        threshold.append(0 if leaf else int(np.floor(node["threshold"])))
        value.append(round(node["leaf_value"] * UNIT) if leaf else 0)
        left.append(place)
        right.append(place)
        if not leaf:
            left[place] = add(node["left_child"], depth + 1)
            right[place] = add(node["right_child"], depth + 1)
        return place

    roots = [add(tree["tree_structure"], 0) for tree in trees]
    return {
        "feature": np.array(feature, np.uint8),
        "threshold": np.array(threshold, np.int32),
        "left": np.array(left, np.int16),
        "right": np.array(right, np.int16),
        "value": np.array(value, np.int32),
        "roots": np.array(roots, np.int16),
        "depth": np.array(deepest),
        "start": np.array(0),
    }


def write(arrays: dict[str, npt.NDArray[Any]], path: Path) -> None:
    """Writes the file of a model; the same arrays give the same bytes. Its version is a hash of them."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(name.encode() + arrays[name].tobytes())
    version = np.array(f"1.{digest.hexdigest()[:8]}")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in sorted({**arrays, "version": version}.items()):
            data = io.BytesIO()
            np.save(data, array, allow_pickle=False)
            archive.writestr(
                zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)), data.getvalue(), zipfile.ZIP_DEFLATED
            )


def _one(task: tuple[Table, int | None, Path]) -> Path:
    of, without, path = task
    write(train(of, without), path)
    return path


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=Path, nargs="+", default=[DATA / "pages", DATA / "pages2"])
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "block_pages.pickle")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--folds", type=Path)
    parser.add_argument("--processes", type=int, default=2)
    args = parser.parse_args()
    pages = labelled(args.pages, args.keep, args.processes)
    of = table(pages)
    print(f"{len(pages)} pages, {len(of.labels)} candidates, {int((of.weights > 0).sum())} labelled")
    tasks: list[tuple[Table, int | None, Path]] = []
    if args.out:
        tasks.append((of, None, args.out))
    if args.folds:
        args.folds.mkdir(parents=True, exist_ok=True)
        tasks += [(of, fold, args.folds / f"{fold}-{FILE}") for fold in range(FOLDS)]
    with Pool(args.processes) as pool:
        for path in pool.imap_unordered(_one, tasks):
            print(path, path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
