"""What `corpusmill dedup tune` says: the curve, its errors and its cost, for a person who has to choose."""

from rich.console import Group
from rich.table import Table

from corpusmill.operators.dedup.tune import Tuning, Weights, best, tuning


def advised(threshold: float, permutations: int, missed: float, chosen: tuple[int, int] | None) -> Tuning:
    """What `chosen` (bands, rows) does at the threshold; without it, the best of at most so many permutations.

    missed: how much a missed pair weighs against a false candidate, 0 to 1.
    """
    if chosen is not None:
        return tuning(*chosen, threshold)
    return best(threshold, permutations, Weights(false_positive=1 - missed, false_negative=missed))


def as_text(tuning: Tuning) -> Group:
    """For a terminal."""
    curve = Table(box=None, pad_edge=False, title=f"{tuning.bands} bands of {tuning.rows} rows", title_justify="left")
    curve.add_column("similarity", justify="right")
    curve.add_column("compared", justify="right")
    curve.add_column("")
    for similarity, found in tuning.found_at.items():
        curve.add_row(f"{similarity:.2f}", f"{found:.3f}", "#" * round(found * 40))
    lines = [
        f"similarity {tuning.half_at:.2f} is found half the time",
        f"of pairs at {tuning.threshold} or more, {tuning.found_above:.1%} are compared (similarities equally likely)",
        (
            f"of pairs below, {tuning.found_below:.1%} are compared in vain; verification keeps them, "
            "unless `verify: none`"
        ),
        f"signatures cost about {tuning.cpu_s_a_gb:.1f} CPU seconds a gigabyte of text",
        f"keys and sketches take {tuning.bytes_a_document:,} bytes a document",
        (
            f"in a job file: dedup: {{near: {{bands: {tuning.bands}, rows: {tuning.rows}, "
            f"threshold: {tuning.threshold}}}}}"
        ),
    ]
    return Group(curve, *lines)
