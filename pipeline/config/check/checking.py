"""One pass over a job file that finds everything wrong with it, whatever else is wrong."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any

from pydantic import ValidationError

from corpusmill.operators.contract import Operator
from corpusmill.pipeline.config.base.addresses import Surroundings
from corpusmill.pipeline.config.base.messages import found, problems_of
from corpusmill.pipeline.config.base.problems import Problem, nearest
from corpusmill.pipeline.config.base.source import Path, Source
from corpusmill.pipeline.config.build import building
from corpusmill.pipeline.config.build.documents import Placed, unfolded
from corpusmill.pipeline.config.build.short_forms import written_out
from corpusmill.pipeline.config.check import between, flow, safety, weights_file
from corpusmill.pipeline.config.check import languages_to_keep as kept_languages
from corpusmill.pipeline.config.check.flow import COPIES
from corpusmill.pipeline.config.check.streams import streams_of
from corpusmill.pipeline.config.check.valid_parts import ValidParts, ValidStep, parts_in
from corpusmill.pipeline.config.sections.inputs import InputSpec
from corpusmill.pipeline.config.sections.mix import MixSpec
from corpusmill.pipeline.config.sections.spec import JobSpec


@dataclass(frozen=True, kw_only=True)
class Checked:
    """The spec, right only if there are no problems; null when there is none at all. parts: what is right of it."""

    spec: JobSpec | None
    problems: tuple[Problem, ...]
    parts: ValidParts


@dataclass(frozen=True, kw_only=True)
class BuiltSteps:
    """Steps with their operators (null where one could not be built), and what was wrong."""

    steps: tuple[tuple[Placed, Operator | None], ...]
    problems: tuple[Problem, ...]


def check(source: Source, *, folder: File, environment: Mapping[str, str]) -> Checked:
    """`source` as a spec, and every problem with it."""
    if not isinstance(source.data, dict):
        message = f"a job file is a mapping (key: value), found {found(source.data)}"
        return Checked(spec=None, problems=(source.problem((), message),), parts=ValidParts())
    around = Surroundings(folder=folder, environment=environment)
    written, unread = weights_file.read_in(written_out(source.data), around)
    ready = safety.located(written, around)
    built = build_steps(source, around)
    complaints = [*unread, *ready.complaints, *safety.secrets_in(written), *between.complaints(ready.full)]
    problems = [*built.problems, *(source.problem(path, message) for path, message in complaints)]
    steps = tuple(placed.step.model_dump() for placed, _ in built.steps)
    try:
        spec = JobSpec.model_validate({**ready.full, "documents": steps})
    except ValidationError as e:
        spec, problems = None, [*problems, *problems_of(e, source, JobSpec)]
    problems += check_flow(source, ready.full, built, around)
    buildable = [(placed, op) for placed, op in built.steps if op is not None]
    sound = [ValidStep(at=p.path, params=p.params, name=p.step.operator, operator=op) for p, op in buildable]
    known = parts_in(ready.full, sound, [path for path, _ in ready.complaints])
    return Checked(spec=spec, problems=tuple(problems), parts=known)


def build_steps(source: Source, around: Surroundings) -> BuiltSteps:
    """Every step of `documents`, built once to see that it can be."""
    listed = unfolded(source, around.folder)
    steps, problems = [], list(listed.problems)
    for placed in listed.steps:
        name = placed.step.operator
        if name.startswith("readers."):
            problems.append(source.problem(placed.path, f"{name} reads files: it is an input's format, not a step"))
            continue
        built = building.build(name, placed.step.params, around)
        for what, message in built.wrong:
            problems.append(source.problem(placed.path if what is None else (*placed.params, what), message))
        ready = placed.step.model_copy(update={"params": built.params})
        steps.append((dataclasses.replace(placed, step=ready), built.operator))
    return BuiltSteps(steps=tuple(steps), problems=tuple(problems))


def check_flow(source: Source, full: Mapping[str, Any], built: BuiltSteps, around: Surroundings) -> list[Problem]:
    """Breaks in the flow of columns; a step that could not be built, or an input that is wrong, hides what follows."""
    problems: list[Problem] = []
    inputs = full.get("inputs")
    numbered = enumerate(inputs if isinstance(inputs, tuple) else ())
    sound = [(i, s) for i, each in numbered if isinstance(s := between.section_or_none(InputSpec, each), InputSpec)]
    read = streams_of(source, around, sound)
    problems += read.problems
    fixed = {s.language for _, s in sound if s.language is not None}
    for number, message in kept_languages.complaints([(p.step.operator, op) for p, op in built.steps], fixed):
        problems.append(source.problem((*built.steps[number][0].params, "keep"), message))
    sources = [name for each in _inputs(full) if isinstance(name := each.get("source"), str)]
    only: dict[int, tuple[str, ...]] = {}
    for number, (placed, _) in enumerate(built.steps):
        if placed.step.only is not None:
            only[number] = placed.step.only.source
            for name in only[number]:
                if name not in sources:
                    message = f"no source {name!r}{nearest(name, sources)}"
                    problems.append(source.problem((*placed.path, "only", "source"), message))
    if built.problems or read.problems:
        return problems
    steps = [(placed.step.operator, op) for placed, op in built.steps if op is not None]
    mix = between.section_or_none(MixSpec, full.get("mix", {}))
    wanted = columns_read_by(mix) if isinstance(mix, MixSpec) else {}
    for gap in flow.gaps(read.streams, steps, wanted, only):
        problems.append(source.problem(_place(gap, built), gap.message))
    if full.get("tokens", {}).get("template") is not None:
        for number, message in flow.rewritten_chats(read.streams, steps, only):
            problems.append(source.problem(built.steps[number][0].path, message))
    return problems


def _inputs(full: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    inputs = full.get("inputs")
    return [each for each in inputs if isinstance(each, Mapping)] if isinstance(inputs, tuple) else []


def columns_read_by(mix: MixSpec) -> dict[str, Path]:
    """The columns that a mix reads, each with the place in the job file that says so."""
    axes: Path = ("mix", "levels") if mix.levels else ("mix", "axes")
    found: dict[str, Path] = {}
    found |= dict.fromkeys(mix.leaf_columns(), axes)
    if mix.multiplier is not None and mix.multiplier.column != COPIES:
        found[mix.multiplier.column] = ("mix", "multiplier", "column")
    return found


def _place(gap: flow.Gap, built: BuiltSteps) -> Path:
    if gap.step is not None:
        return built.steps[gap.step][0].path
    return gap.place or ("documents",)
