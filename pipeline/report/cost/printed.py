"""Prints a prediction in a terminal, and compares one with what came of it."""

import math
from collections.abc import Iterable, Iterator, Mapping

from rich.table import Table

from corpusmill.pipeline.events.counts import StageCounts
from corpusmill.pipeline.report.cost.prediction import Prediction
from corpusmill.pipeline.report.durations import duration
from corpusmill.pipeline.report.numbers import size


def stages_table(prediction: Prediction) -> Table:
    """The stages of a prediction for a terminal."""
    table = Table(box=None, pad_edge=False)
    for name in ("stage", "CPU time", "from", "to", "wall time", "memory a unit"):
        table.add_column(name, justify="left" if name == "stage" else "right", no_wrap=True)
    for stage in prediction.stages:
        times = (duration(s) for s in (stage.cpu_s, stage.low_s, stage.high_s, stage.wall_s))
        table.add_row(stage.stage, *times, size(stage.peak_bytes))
    return table


def compared(predicted: Mapping[str, float], stages: Iterable[StageCounts]) -> Iterator[str]:
    """Predicted against actual CPU time, a line a stage that was predicted and ran."""
    for stage in stages:
        if stage.name in predicted and stage.timed:
            expected, took = predicted[stage.name], stage.cpu_seconds
            off = (took - expected) / expected if expected else math.inf
            yield f"{stage.name}: predicted {duration(expected)} of CPU, took {duration(took)} ({off:+.0%})"
