"""The readers of each input, built once to see that they can be, and the columns their documents come with."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from operators import load
from operators.batch import TEXT
from operators.contract import Columns, Reader
from pipeline.config import building
from pipeline.config.addresses import Surroundings
from pipeline.config.flow import FIXED, Stream
from pipeline.config.formats import reader_name
from pipeline.config.inputs import InputSpec
from pipeline.config.problems import Problem
from pipeline.config.source import Path, Source


@dataclass(frozen=True, kw_only=True)
class Streams:
    """What the inputs bring, and what was wrong with their readers."""

    streams: tuple[Stream, ...]
    problems: tuple[Problem, ...]


def reader_of(spec: InputSpec, format_: str) -> Reader:
    """The reader of those files of an input that have this format (one of formats.FORMATS)."""
    reader = load.build(reader_name(format_), reader_params(spec, format_))
    assert isinstance(reader, Reader), format_
    return reader


def reader_params(spec: InputSpec, format_: str) -> dict[str, Any]:
    """The options of an input that are for this format: all when it names a format, else those the reader has."""
    params = spec.options | ({"columns": spec.columns} if spec.columns else {})
    cls = building.find(reader_name(format_))
    if spec.format != "auto" or isinstance(cls, str):
        return params
    known = {f.name for f in dataclasses.fields(cls)}
    return {name: value for name, value in params.items() if name in known}


def streams_of(source: Source, around: Surroundings, inputs: Sequence[tuple[int, InputSpec]]) -> Streams:
    """One stream for each format an input has; `inputs` are (number in the job file, input).

    Where the names of the files do not tell the format, one stream with the columns of all readers stands for them.
    """
    streams: list[Stream] = []
    problems: list[Problem] = []
    for number, spec in inputs:
        if not spec.format_is_known():
            continue
        built = {f: building.build(reader_name(f), reader_params(spec, f), around) for f in spec.readers()}
        problems += [source.problem(_place(number, what), message) for b in built.values() for what, message in b.wrong]
        problems += _unheard(source, number, spec)
        makes = {f: b.operator.columns_made() for f, b in built.items() if isinstance(b.operator, Reader)}
        fixed = frozenset(name for name in FIXED if getattr(spec, name) is not None)
        if spec.formats_are_certain():
            streams += [Stream(source=spec.source, reader=f, columns=makes[f], fixed=fixed) for f in makes]
        else:
            columns = _any_of(makes)
            streams.append(Stream(source=spec.source, reader="", columns=columns, fixed=fixed, certain=False))
    return Streams(streams=tuple(streams), problems=tuple(dict.fromkeys(problems)))


def _unheard(source: Source, number: int, spec: InputSpec) -> list[Problem]:
    """Options under `format: auto` that no reader of the input has."""
    heard = {name for f in spec.readers() for name in reader_params(spec, f)}
    mine = {"columns", *spec.options} if spec.columns else set(spec.options)
    formats = ", ".join(spec.readers())
    return [
        source.problem(_place(number, name), f"none of the readers {formats} has a parameter {name!r}")
        for name in sorted(mine - heard)
    ]


def _place(number: int, what: str | None) -> Path:
    """Where the job file says what is wrong with a reader."""
    if what is None:
        return ("inputs", number, "format")
    return ("inputs", number, "columns") if what == "columns" else ("inputs", number, "options", what)


def _any_of(makes: Mapping[str, Columns]) -> Columns:
    """The columns that one reader or another makes."""
    merged = {name: dtype for columns in makes.values() for name, dtype in columns.items()}
    return merged | ({"text": TEXT} if "text" in merged else {})
