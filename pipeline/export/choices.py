"""Finds the export formats by their files: the name of a format is that of its file, and nothing is registered."""

import importlib
import pkgutil
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from corpusmill.pipeline.export import formats

if TYPE_CHECKING:  # the command line names the formats without loading what they need
    from corpusmill.cluster.storage import Store
    from corpusmill.pipeline.execution.progress import Bar

    Export = Callable[[Store, Store, Bar], list[str]]


def names() -> tuple[str, ...]:
    """Every format, sorted; nothing is imported.

    >>> names()
    ('huggingface', 'lance', 'mds', 'megatron', 'megatron_sft', 'npy', 'preferences', 'tfrecord', 'webdataset')
    """
    return tuple(sorted(m.name for m in pkgutil.iter_modules(formats.__path__) if not m.ispkg))


def exporter(name: str) -> "Export":
    """What writes a dataset in this format: dataset, folder to write to and progress bar in, names of files out.

    TypeError for a file without a function `export`.
    """
    module = importlib.import_module(f"{formats.__name__}.{name}")
    found = getattr(module, "export", None)
    if not callable(found):
        raise TypeError(f"pipeline/export/formats/{name}.py must define a function `export`")
    return cast("Export", found)
