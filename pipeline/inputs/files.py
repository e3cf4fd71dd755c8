"""From the paths of a job to the files they mean, before any work: what is missing is told at once, all of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from corpusmill.cluster.first_word import FirstWord
from corpusmill.pipeline.config.base.causes import EXAMPLES, by_cause, cause
from corpusmill.pipeline.config.base.source import Path, dotted
from corpusmill.pipeline.config.sections.inputs import InputSpec
from corpusmill.pipeline.files.ids import digest
from corpusmill.pipeline.inputs.paths import InputFile, named


@dataclass(frozen=True)
class InJob:
    """One thing that is wrong, and the key of the job that says it.

    >>> str(InJob(("inputs", 0, "paths", 1), "there is no such file"))
    'inputs[0].paths[1]: there is no such file'
    """

    path: Path
    message: str

    def __str__(self) -> str:
        return f"{dotted(self.path)}: {self.message}"


@dataclass(frozen=True)
class Found:
    """The files that could be found, sorted by (source, uri), each once; and what is wrong, by place in the job.

    passed: by source, the unfinished files and older copies that folders and patterns pass over.
    """

    files: list[InputFile]
    problems: list[InJob]
    passed: Mapping[str, Sequence[str]] = field(default_factory=dict)


def find(paths: Iterable[tuple[Path, str, InputSpec]], *, share: float = 1.0) -> Found:
    """Every file that the paths name, and all that is wrong with them. paths: each with its place in the job and the
    input it is of.

    share: of the files of each source, at least one; by hash, so that a larger share contains a smaller one.
    """
    wrong: list[Wrong] = []
    found: dict[tuple[str, str], InputFile] = {}
    passed: dict[str, set[str]] = {}
    first_word = FirstWord()
    for at, path, spec in paths:
        each = named(path, spec, first_word)
        wrong += [Wrong(at, path, spec.source, told) for told in each.wrong]
        found |= {(f.source, f.uri): f for f in each.files}
        passed.setdefault(spec.source, set()).update(each.passed)
    by_source: dict[str, list[InputFile]] = {}
    for file in found.values():
        by_source.setdefault(file.source, []).append(file)
    files = [f for source in sorted(by_source) for f in _sample(by_source[source], source, share)]
    left = {source: sorted(names - {uri for _, uri in found}) for source, names in passed.items()}
    return Found(files=files, problems=_grouped(wrong), passed={source: n for source, n in left.items() if n})


@dataclass(frozen=True)
class Wrong:
    """A path of a source that cannot be used, where the job has it."""

    at: Path
    path: str
    source: str
    message: str


def _grouped(wrong: Sequence[Wrong]) -> list[InJob]:
    """One problem a path; one for all paths of a source, where more than `EXAMPLES` are wrong for one cause."""
    causes: dict[tuple[str, str], list[Wrong]] = {}
    for each in wrong:
        causes.setdefault((each.source, cause(each.path, each.message)), []).append(each)
    found: list[InJob] = []
    for each in wrong:
        same = causes[each.source, cause(each.path, each.message)]
        lines = [each.message] if len(same) <= EXAMPLES else by_cause(((e.path, e.message) for e in same), "paths")
        if len(same) <= EXAMPLES or each is same[0]:
            found += [InJob(each.at, f"{each.source}: {line}") for line in lines]
    return found


def _sample(files: Iterable[InputFile], source: str, share: float) -> list[InputFile]:
    """The files of one source whose hash is lowest, in order."""
    if share == 1.0:
        return sorted(f for f in files if f.source == source)
    mine = sorted((f for f in files if f.source == source), key=lambda f: digest(f.source, f.uri))
    return sorted(mine[: max(1, round(share * len(mine)))])
