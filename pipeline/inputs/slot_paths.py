"""Fills the slots of a schedule into the paths of a job: `crawl/{slot:%Y-%m}/*.gz`."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from corpusmill.cluster.first_word import FirstWord
from corpusmill.errors import InputError
from corpusmill.pipeline.config.sections.inputs import InputSpec
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.inputs.files import InJob
from corpusmill.pipeline.inputs.paths import named

PLACE = re.compile(r"\{slot(?::([^{}]*))?\}")


def has_slots(spec: JobSpec) -> bool:
    """Whether a path of the job depends on the slot."""
    return any(PLACE.search(path) for each in spec.inputs for path in each.paths)


def filled(path: str, at: datetime, name: str) -> str:
    """A path with a slot filled in.

    >>> filled("in/{slot:%Y-%m}/*.gz", datetime(2026, 10, 1), "2026-10"), filled("in/{slot}.gz", datetime.min, "a")
    ('in/2026-10/*.gz', 'in/a.gz')
    """
    return PLACE.sub(lambda match: at.strftime(match[1]) if match[1] else name, path)


def with_slots(spec: JobSpec, earlier: Sequence[tuple[datetime, str]], now: tuple[datetime, str] | None) -> JobSpec:
    """The job with the files of each slot, the earlier ones first; a job without slots in its paths is the same.

    Of earlier slots the paths that still name a file. InputError where there is no slot at all.
    """
    if not has_slots(spec):
        return spec
    if now is None and not earlier:
        at = next((i, j) for i, s in enumerate(spec.inputs) for j, p in enumerate(s.paths) if PLACE.search(p))
        raise InputError([InJob(("inputs", at[0], "paths", at[1]), "depends on the slot: say --slot, as 2026-10")])
    return spec.model_copy(update={"inputs": tuple(_filled(each, earlier, now) for each in spec.inputs)})


def _filled(each: InputSpec, earlier: Iterable[tuple[datetime, str]], now: tuple[datetime, str] | None) -> InputSpec:
    found: dict[str, None] = {}
    slots = list(earlier)
    for path in each.paths:
        if not PLACE.search(path):
            found[path] = None
            continue
        for slot in slots:
            if slot != now and (there := filled(path, *slot)) not in found and named(there, each, FirstWord()).files:
                found[there] = None
        if now is not None:
            found[filled(path, *now)] = None
    return each.model_copy(update={"paths": tuple(found)})
