"""The short ways to write a job file, written out: so that one strict shape is left to check."""

import copy
from collections.abc import Mapping
from typing import Any

from pipeline.config.presets import PRESETS, preset

FREE = ("options", "storage", "params")  # mappings whose content is not ours to shape


def written_out(data: Mapping[str, Any]) -> dict[str, Any]:
    """`data` without its short forms, lists as tuples.

    `near: fineweb` is {preset: fineweb}; `near: off` is null; a single path or axis needs no list, nor does a single
    value in a bound; `documents` are left out (pipeline.config.steps reads them).
    """
    full = copy.deepcopy({key: value for key, value in data.items() if key != "documents"})
    for each in full["inputs"] if isinstance(full.get("inputs"), list) else []:
        _listed(each, "paths")
    dedup, mix = full.get("dedup"), full.get("mix")
    if isinstance(dedup, dict) and "near" in dedup:
        dedup["near"] = _near(dedup["near"])
    _listed(mix, "axes")
    bounds = mix.get("bounds") if isinstance(mix, dict) else None
    for bound in bounds if isinstance(bounds, list) else []:
        where = bound.get("where") if isinstance(bound, dict) else None
        for axis in where if isinstance(where, dict) else ():
            _listed(where, axis)
    return {key: tuples(value, key) for key, value in full.items()}


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


def _listed(section: Any, key: str) -> None:
    """A single text under `key` becomes a list of one."""
    if isinstance(section, dict) and isinstance(section.get(key), str):
        section[key] = [section[key]]
