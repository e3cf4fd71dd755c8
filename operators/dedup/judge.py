"""Near duplicates among documents that were found together: run by run, so that increments equal one run over all.

A document of a later run never removes one of an earlier run. So runs are judged in their order: what an earlier run
decided stands, and only its kept documents (without verification: all of them) meet those of the next.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from corpusmill.operators.dedup.joining import joined
from corpusmill.operators.dedup.verify import KEPT, Verdicts

UNSETTLED = -1


@dataclass(frozen=True, kw_only=True, eq=False)
class Rows:
    """n documents in survivor order, which begins with the run.

    doc_id, run: int64[n]; bands: uint64[n, b]; resolved: int64[n], the survivor an earlier deduplication named (the
    document itself where it stayed), UNSETTLED where nothing was decided yet.
    """

    doc_id: np.ndarray
    run: np.ndarray
    bands: np.ndarray
    resolved: np.ndarray


@dataclass(frozen=True, kw_only=True, eq=False)
class Judgement:
    """Of n rows: `survivor` int64, a doc_id, the row's own where it stays; `similarity`, `band` as in Verdicts;
    `cluster_id` int64, the smallest doc_id it was found with; `comparisons` and `cut_short` as in Verdicts.
    """

    survivor: np.ndarray
    similarity: np.ndarray
    band: np.ndarray
    cluster_id: np.ndarray
    comparisons: int
    cut_short: int


def judge(rows: Rows, verify: Callable[[np.ndarray, int], Verdicts] | None) -> Judgement:
    """Judge all unsettled rows. verify: given row numbers, the first of which (so many) are settled, tells the others'
    verdicts; None: every document that is joined with an earlier one goes.
    """
    n = len(rows.doc_id)
    survivor = np.where(rows.resolved == UNSETTLED, rows.doc_id, rows.resolved)
    similarity, band = np.full(n, np.nan, np.float32), np.full(n, -1, np.int16)
    cluster_id = rows.doc_id.copy()
    comparisons = cut_short = 0
    for run in np.unique(rows.run[rows.resolved == UNSETTLED]).tolist():
        old = np.flatnonzero((rows.run < run) & ((survivor == rows.doc_id) | (verify is None)))
        new = np.flatnonzero(rows.run == run)
        here = np.concatenate((old, new))
        groups = joined(rows.bands[here], len(old))
        cluster_id[new] = _smallest(groups, rows.doc_id[here])[len(old) :]
        if verify is None:
            survivor[new] = _first_survivors(groups, survivor[here], len(old))[len(old) :]
            continue
        found = verify(here, len(old))
        goes = np.flatnonzero(found.survivor != KEPT)
        survivor[here[goes]] = rows.doc_id[here[found.survivor[goes]]]
        similarity[here[goes]], band[here[goes]] = found.similarity[goes], found.band[goes]
        comparisons += found.comparisons
        cut_short += found.cut_short
    return Judgement(
        survivor=survivor,
        similarity=similarity,
        band=band,
        cluster_id=cluster_id,
        comparisons=comparisons,
        cut_short=cut_short,
    )


def _smallest(groups: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The smallest of `values` in each row's group."""
    least = np.full(len(groups), np.iinfo(np.int64).max)
    np.minimum.at(least, groups, values)
    return least[groups]


def _first_survivors(groups: np.ndarray, survivor: np.ndarray, old: int) -> np.ndarray:
    """The survivor of each row's group: the smallest of those its old rows have; without any, its first row."""
    least = np.full(len(groups), np.iinfo(np.int64).max)
    np.minimum.at(least, groups[:old], survivor[:old])
    first = survivor[groups]
    return np.where(least[groups] < np.iinfo(np.int64).max, least[groups], first)
