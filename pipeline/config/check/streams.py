"""The readers of each input, built once to see that they can be, and the columns their documents come with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from corpusmill.operators.batch import TEXT
from corpusmill.operators.contract import Columns, Reader
from corpusmill.operators.reserved import reserved
from corpusmill.pipeline.config.base.addresses import Surroundings
from corpusmill.pipeline.config.base.formats import AUTO, formats, reader_name
from corpusmill.pipeline.config.base.problems import Problem, nearest
from corpusmill.pipeline.config.base.source import Path, Source
from corpusmill.pipeline.config.build import building
from corpusmill.pipeline.config.build.readers import reader_params
from corpusmill.pipeline.config.check.flow import FIXED, Stream, misfits
from corpusmill.pipeline.config.sections.inputs import InputSpec


@dataclass(frozen=True, kw_only=True)
class Streams:
    """What the inputs bring, and what was wrong with their readers."""

    streams: tuple[Stream, ...]
    problems: tuple[Problem, ...]


def streams_of(source: Source, around: Surroundings, inputs: Sequence[tuple[int, InputSpec]]) -> Streams:
    """One stream for each format an input has; `inputs` are (number in the job file, input).

    Where the names of the files do not tell the format, one stream with the columns of all readers stands for them.
    """
    streams: list[Stream] = []
    problems: list[Problem] = []
    for number, spec in inputs:
        if not spec.format_exists():
            continue
        built = {f: building.build(reader_name(f), reader_params(spec, reader_name(f)), around) for f in spec.readers()}
        problems += [
            source.problem(_place(spec, number, what), message) for b in built.values() for what, message in b.wrong
        ]
        for f, b in built.items():
            if b.operator is not None and not isinstance(b.operator, Reader):
                told = f"{reader_name(f)} is a step, no reader of files{nearest(f, (AUTO, *formats()))}"
                problems.append(source.problem(("inputs", number, "format"), told))
        problems += _unheard(source, number, spec)
        makes = {f: b.operator.columns_made() for f, b in built.items() if isinstance(b.operator, Reader)}
        for name, columns in makes.items():
            problems += _misnamed(source, number, spec, name, columns)
        fixed = frozenset(name for name in FIXED if getattr(spec, name) is not None)
        if not makes:
            continue
        if spec.formats_are_certain():
            streams += [Stream(source=spec.source, reader=f, columns=makes[f], fixed=fixed) for f in makes]
        else:
            columns = _any_of(makes)
            streams.append(Stream(source=spec.source, reader="", columns=columns, fixed=fixed, certain=False))
    return Streams(streams=tuple(streams), problems=tuple(dict.fromkeys(problems)))


def _unheard(source: Source, number: int, spec: InputSpec) -> list[Problem]:
    """Options under `format: auto` that no reader of the input has."""
    if spec.format != AUTO:
        return []
    params = [reader_params(spec, reader_name(f)) for f in spec.readers()]
    columns_heard = [columns for each in params if isinstance(columns := each.get("columns"), dict)]
    heard = {name for each in (*params, *columns_heard) for name in each}
    formats = " or ".join(map(reader_name, spec.readers()))
    told = f"{formats} has no parameter"
    options = [(("options", name), name) for name in spec.options if name not in heard]
    columns = [(("columns", name), name) for name in spec.columns if name not in heard]
    encoding = [(("encoding",), "encoding")] if spec.encoding is not None and "encoding" not in heard else []
    shape = [(("shape",), "shape")] if spec.shape is not None and "shape" not in heard else []
    wrong = options + columns + encoding + shape
    return [source.problem(("inputs", number, *where), f"{told} {name!r}") for where, name in wrong]


def _misnamed(source: Source, number: int, spec: InputSpec, reader: str, columns: Columns) -> list[Problem]:
    """Columns of a reader that mean something else in every table, or have another type there."""
    wrong = [(c, message) for c, dtype in columns.items() for message in (*reserved([c]), *misfits({c: dtype}))]
    date = "; `date` names the field of a time" if spec.columns.get("fetched_at_utc") else ""
    return [
        source.problem(_place(spec, number, None if c not in spec.columns else c), f"{reader} makes {m}{date}")
        for c, m in wrong
    ]


def _place(spec: InputSpec, number: int, what: str | None) -> Path:
    """Where the job file says what is wrong with a reader."""
    if what is None:
        return ("inputs", number, "format")
    if what == "shape" and spec.shape is not None:
        return ("inputs", number, "shape")
    if what == "encoding" and spec.encoding is not None:
        return ("inputs", number, "encoding")
    if what == "columns" or what in spec.columns:
        return ("inputs", number, "columns", what)
    return ("inputs", number, "options", what)


def _any_of(makes: Mapping[str, Columns]) -> Columns:
    """The columns that one reader or another makes."""
    merged = {name: dtype for columns in makes.values() for name, dtype in columns.items()}
    return merged | ({"text": TEXT} if "text" in merged else {})
