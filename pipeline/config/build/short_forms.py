"""The short ways to write a job file, written out: so that one strict shape is left to check."""

import copy
from collections.abc import Mapping
from typing import Any

from corpusmill.operators.mix.spec.schedule import equal_phases
from corpusmill.pipeline.config.sections.phases import MOST_STEPS
from corpusmill.pipeline.config.sections.presets import PRESETS, preset

FREE = ("options", "storage", "params")  # mappings whose content is not ours to shape


def written_out(data: Mapping[str, Any]) -> dict[str, Any]:
    """`data` without its short forms, lists as tuples.

    `near: fineweb` is {preset: fineweb}; `near: off` is null; a single path, axis or source needs no list, nor does a
    single value in a bound; `phases: 4` are four equal ones, `head_decay: 0.7` is {factor: 0.7}; `documents` are left
    out (pipeline.config.sections.steps reads them).
    """
    full = copy.deepcopy({key: value for key, value in data.items() if key != "documents"})
    for each in full["inputs"] if isinstance(full.get("inputs"), list) else []:
        _listed(each, "paths")
    dedup, mix = full.get("dedup"), full.get("mix")
    if isinstance(dedup, dict) and "near" in dedup:
        dedup["near"] = _near(dedup["near"])
    for section in _mappings([dedup, dedup.get("near") if isinstance(dedup, dict) else None]):
        _listed(section, "except")
    if isinstance(mix, dict):
        mix_written_out(mix)
    return {key: tuples(value, key) for key, value in full.items()}


def mix_written_out(mix: dict[str, Any]) -> None:
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


def _mappings(items: Any) -> list[dict[str, Any]]:
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


def _listed(section: Any, key: str) -> None:
    """A single text under `key` becomes a list of one."""
    if isinstance(section, dict) and isinstance(section.get(key), str):
        section[key] = [section[key]]
