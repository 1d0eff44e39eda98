"""Kinds of models for the block judge, side by side on hosts that they were not trained on.

python -m bench.compare_blocks [--keep FILE]

Prints for each kind the area under the curve, the log loss and the share of words judged wrong at .5: a
logistic regression, gradient-boosted trees, and a convolution over five neighbouring blocks (a perceptron
on each block and its neighbours). FILE is what `bench.train_blocks --keep` wrote."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import lightgbm  # type: ignore[import-not-found]
import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression  # type: ignore[import-not-found]
from sklearn.metrics import log_loss, roc_auc_score  # type: ignore[import-not-found]
from sklearn.neural_network import MLPClassifier  # type: ignore[import-not-found]
from sklearn.preprocessing import QuantileTransformer  # type: ignore[import-not-found]

from bench.block_pages import DATA, FOLDS, labelled
from bench.train_blocks import SEED, TREE_OPTIONS, TREES, Table, slot_columns, slot_weights, table

Floats = npt.NDArray[np.float64]
Fit = Callable[[Floats, Floats, Floats, Floats], Floats]
WINDOW = 2  # blocks on each side


def logistic(train: Floats, labels: Floats, weights: Floats, test: Floats) -> Floats:
    scale = QuantileTransformer(n_quantiles=100, subsample=20_000, random_state=SEED).fit(train)
    fit = LogisticRegression(C=0.1, max_iter=300).fit(scale.transform(train), labels, sample_weight=weights)
    return np.asarray(fit.predict_proba(scale.transform(test))[:, 1])


def trees(train: Floats, labels: Floats, weights: Floats, test: Floats) -> Floats:
    booster = lightgbm.train(TREE_OPTIONS, lightgbm.Dataset(train, labels, weight=weights), TREES)
    return np.asarray(booster.predict(test))


def convolution(train: Floats, labels: Floats, weights: Floats, test: Floats) -> Floats:
    scale = QuantileTransformer(n_quantiles=100, subsample=20_000, random_state=SEED).fit(train)
    chosen = np.random.default_rng(SEED).choice(len(train), len(train), p=weights / weights.sum())
    fit = MLPClassifier((48,), alpha=1e-3, max_iter=12, batch_size=256, random_state=SEED)
    fit.fit(scale.transform(train[chosen]), labels[chosen])
    return np.asarray(fit.predict_proba(scale.transform(test))[:, 1])


def windows(rows: Floats, starts: npt.NDArray[np.int64]) -> Floats:
    """Each row with its neighbours of the same page beside it; zeros where there are none."""
    parts = [rows]
    page = np.searchsorted(starts, np.arange(len(rows)), side="right")
    for shift in (*range(-WINDOW, 0), *range(1, WINDOW + 1)):
        at = np.arange(len(rows)) + shift
        inside = (at >= 0) & (at < len(rows))
        at = np.clip(at, 0, len(rows) - 1)
        parts.append(np.where((inside & (page[at] == page))[:, None], rows[at], 0))
    return np.concatenate(parts, 1)


def one(task: tuple[str, Table, Floats, int]) -> tuple[str, npt.NDArray[np.int64], Floats]:
    name, of, rows, fold = task
    train = np.flatnonzero((of.weights > 0) & (of.folds != fold))
    test = np.flatnonzero((of.weights > 0) & (of.folds == fold))
    fit: Fit = {"logistic regression": logistic, "trees": trees}.get(name, convolution)
    return name, test, fit(rows[train], of.labels[train], of.weights[train], rows[test])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "block_pages.pickle")
    parser.add_argument("--processes", type=int, default=2)
    args = parser.parse_args()
    pages = labelled([DATA / "pages", DATA / "pages2"], args.keep, args.processes)
    of = table(pages)
    columns = np.zeros((len(of.labels), 5), np.int64)
    for fold in range(FOLDS):
        here, others = np.flatnonzero(of.folds == fold), (of.weights > 0) & (of.folds != fold)
        columns[here] = slot_columns(
            of, here, slot_weights(of.names, of, others), slot_weights(of.texts, of, others)
        )
    rows = np.concatenate([of.numbers, columns], 1).astype(np.float64)
    around = windows(rows, np.cumsum([len(page.labels) for page in pages]))
    kinds = {"logistic regression": rows, "trees": rows, "convolution": around}
    tasks: list[Any] = [(name, of, data, fold) for name, data in kinds.items() for fold in range(FOLDS)]
    guesses = {name: np.zeros(len(of.labels)) for name in kinds}
    with Pool(args.processes) as pool:
        for name, test, guess in pool.imap_unordered(one, tasks):
            guesses[name][test] = guess
    use = of.weights > 0
    for name, guess in guesses.items():
        given = (of.labels[use], guess[use])
        wrong = np.average((given[1] >= 0.5) != given[0], weights=of.weights[use])
        area = roc_auc_score(*given, sample_weight=of.weights[use])
        loss = log_loss(*given, sample_weight=of.weights[use])
        print(f"{name}: area {area:.4f}, log loss {loss:.4f}, wrong {wrong:.4f}")


if __name__ == "__main__":
    main()
