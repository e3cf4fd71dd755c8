"""The reader of an input, built with what the job file says for it."""

import dataclasses

from corpusmill.operators import load
from corpusmill.operators.contract import Reader
from corpusmill.pipeline.config.base.formats import AUTO
from corpusmill.pipeline.config.base.values import Values
from corpusmill.pipeline.config.build import building
from corpusmill.pipeline.config.sections.inputs import InputSpec


def build_reader(spec: InputSpec, name: str) -> Reader:
    """The reader `name` (formats.reader_name) for those files of an input that have its format."""
    reader = load.build(name, reader_params(spec, name))
    if not isinstance(reader, Reader):
        raise TypeError(f"{name} reads no files")
    return reader


def reader_params(spec: InputSpec, name: str) -> Values:
    """The options of an input for the reader `name`: all when the input names a format, else those the reader has.

    Of `columns`, those that the reader has a parameter for (text, url, ...) become that parameter; the rest is its
    parameter `columns`.
    """
    cls = building.find(name)
    known = set() if isinstance(cls, str) else {f.name for f in dataclasses.fields(cls)}
    own = {ours: theirs for ours, theirs in spec.columns.items() if ours in known}
    further = {ours: theirs for ours, theirs in spec.columns.items() if ours not in known}
    encoding = {"encoding": spec.encoding} if spec.encoding is not None else {}
    params = {**spec.options, **encoding, **own, **({"columns": further} if further else {})}
    params |= {"shape": spec.shape} if spec.shape is not None else {}
    params |= {"types": dict(spec.types)} if spec.types else {}
    return params if spec.format != AUTO else {key: value for key, value in params.items() if key in known}
