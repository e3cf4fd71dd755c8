"""Names the steps that no document of a source goes through, so that none is skipped without a word."""

from collections.abc import Iterator, Sequence

from corpusmill.operators.contract import Extract, Reader
from corpusmill.operators.readers.framing.mapping import Mapped
from corpusmill.operators.readers.plain import Plain
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.inputs.paths import InputFile

REMEDIES = {
    Mapped: "if a field holds HTML, name it: columns: {content: FIELD}",
    Plain: "if the files hold HTML, say format: html",
}


def skipped_steps(spec: JobSpec, files: Sequence[tuple[InputFile, str, Reader]]) -> Iterator[str]:
    """One warning for each source whose documents are text as they are read, while the job has steps that extract.

    files: those of the job, with the name of the reader of each and the reader.
    """
    steps = [step.operator for step in spec.documents if isinstance(step.build(), Extract)]
    if not steps:
        return
    for source in (i.source for i in spec.inputs):
        readers = {name: reader for file, name, reader in files if file.source == source}
        if not readers or any("text" not in reader.columns_made() for reader in readers.values()):
            continue
        formats = " and ".join(sorted(name.removeprefix("readers.") for name in readers))
        remedies = [told for kind, told in REMEDIES.items() if any(isinstance(r, kind) for r in readers.values())]
        skipped = f"{', '.join(steps)} is skipped for all documents of {source}: {formats} gives text"
        yield "; ".join([skipped, *remedies])
