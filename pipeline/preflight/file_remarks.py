"""Names the parts of models and lists that will have no effect, so that none is passed over without a word."""

from collections.abc import Iterator

from corpusmill.operators import load
from corpusmill.operators.abilities import RemarksOnFiles
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.files import referenced as resources


def file_remarks(spec: JobSpec) -> Iterator[str]:
    """One warning for each part of a step's files that has no effect. Every file of the job can be read."""
    found: dict[str, None] = {}
    for step in spec.documents:
        operator = step.build()
        if isinstance(operator, RemarksOnFiles):
            equipped = load.equip(operator, resources.opened)
            assert isinstance(equipped, RemarksOnFiles)  # a copy of it
            found |= dict.fromkeys(f"{step.operator}: {remark}" for remark in equipped.file_remarks())
    yield from found
