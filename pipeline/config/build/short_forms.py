"""The short ways to write a job file, written out: so that one strict shape is left to check."""

import copy
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from corpusmill.operators.mix.spec.schedule import equal_phases
from corpusmill.pipeline.config.base.section import COUNTS
from corpusmill.pipeline.config.base.values import Values
from corpusmill.pipeline.config.sections.datasets import with_dataset
from corpusmill.pipeline.config.sections.phases import MOST_STEPS
from corpusmill.pipeline.config.sections.presets import PRESETS, preset

COUNT = re.compile(
    r"(?P<number>\d{1,3}(?:[,_ ]\d{3})+|\d+(?:_\d+)*(?:\.\d+)?(?:[eE]\+?\d{1,2})?)\s*(?P<unit>[kKmMbBgGtT]?)"
)
POWERS = {"": 0, "K": 3, "M": 6, "B": 9, "G": 9, "T": 12}
FREE = ("options", "storage", "params")  # mappings whose content is not ours to shape


def written_out(data: Mapping[str, Any]) -> Values:
    """`data` without its short forms, lists as tuples.

    `dataset: c4` is what pipeline/datasets/c4.yaml says. `near: fineweb` is {preset: fineweb}; `near: off` is null; a
    column with a type is two entries; a single path, axis or source needs no list, nor does a single value in a
    bound; `phases: 4` are four equal ones, `head_decay: 0.7` is {factor: 0.7}; a count of tokens may be `10B`;
    `documents` are left out (config.sections.steps reads them).
    """
    full = copy.deepcopy({key: value for key, value in data.items() if key != "documents"})
    inputs = full.get("inputs")
    if isinstance(inputs, list):
        full["inputs"] = [with_dataset(each) if isinstance(each, dict) else each for each in inputs]
    for each in full["inputs"] if isinstance(inputs, list) else []:
        _listed(each, "paths")
        _typed(each)
    dedup, mix = full.get("dedup"), full.get("mix")
    if isinstance(dedup, dict) and "near" in dedup:
        dedup["near"] = _near(dedup["near"])
    for section in _mappings([dedup, dedup.get("near") if isinstance(dedup, dict) else None]):
        _listed(section, "except")
    if isinstance(mix, dict):
        mix_written_out(mix)
    for section in (full, mix):
        for key in COUNTS:
            _counted(section, key)
    return {key: tuples(value, key) for key, value in full.items()}


def mix_written_out(mix: Values) -> None:
    """A mix, or one of its phases, without its short forms, in place."""
    phases, decay = mix.get("phases"), mix.get("head_decay")
    if isinstance(phases, int) and not isinstance(phases, bool) and 0 < phases <= MOST_STEPS:
        mix["phases"] = [{"name": p.name, "share": p.share} for p in equal_phases(phases)]
    if isinstance(decay, int | float) and not isinstance(decay, bool):
        mix["head_decay"] = {"factor": decay}
    for level in (mix, *_mappings(mix.get("levels"))):
        _listed(level, "axes")
    for rule in (*_mappings(mix.get("bounds")), *_mappings(mix.get("boosts")), *_mappings([mix.get("replay")])):
        where = rule.get("where")
        for axis in where if isinstance(where, dict) else ():
            _listed(where, axis)
    for phase in _mappings(mix.get("phases")):
        mix_written_out(phase)


def _mappings(items: Any) -> list[Values]:
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def tuples(value: Any, key: str = "") -> Any:
    """`value` with its lists as tuples, all the way down; free-form mappings stay as they are."""
    if key in FREE:
        return value
    if isinstance(value, list):
        return tuple(tuples(item) for item in value)
    if isinstance(value, dict):
        return {name: tuples(item, name) for name, item in value.items()}
    return value


def _near(near: Any) -> Any:
    """The near section in full; what a preset sets stands below what the job file writes."""
    if near == "off":
        return None
    full = {"preset": near} if isinstance(near, str) else near
    if not isinstance(full, dict):
        return full
    name = str(full.get("preset"))
    return (preset(name) if name in PRESETS else {}) | full


def count_of(value: Any) -> Any:
    """A count of tokens as people write it as a whole number; anything else as it is.

    >>> [count_of(text) for text in ("10B", "1.5T", "500 M", "10,000", "2e9", "ten")]
    [10000000000, 1500000000000, 500000000, 10000, 2000000000, 'ten']
    """
    if isinstance(value, float) and value.is_integer():
        return int(value)
    found = COUNT.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return value
    count = Decimal(re.sub("[,_ ]", "", found["number"])) * 10 ** POWERS[(found["unit"] or "").upper()]
    return int(count) if count == count.to_integral_value() else value


def _counted(section: Any, key: str) -> None:
    if isinstance(section, dict) and key in section:
        section[key] = count_of(section[key])


def _typed(each: Any) -> None:
    """Columns of an input with a type: `score: {field: quality, type: float}` becomes a column and its type."""
    columns = each.get("columns") if isinstance(each, dict) else None
    if not isinstance(columns, dict) or not isinstance(each.get("types", {}), dict):
        return
    for column, value in columns.items():
        if isinstance(value, dict) and value.keys() <= {"field", "type"} and all(map(_is_text, value.values())):
            columns[column] = value.get("field", column)
            if "type" in value:
                each["types"] = {**each.get("types", {}), column: value["type"]}


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _listed(section: Any, key: str) -> None:
    """A single text under `key` becomes a list of one."""
    if isinstance(section, dict) and isinstance(section.get(key), str):
        section[key] = [section[key]]
