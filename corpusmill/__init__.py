"""Turns crawls into training-ready token datasets.

These names are the public interface; everything below `corpusmill.pipeline`, `corpusmill.operators` and
`corpusmill.cluster` may change from one version to the next. Each is imported when it is first used.

    run, plan            run a job file, or say what a run would do
    Options              where and how a job is run: cluster, workers, update, replace
    open_dataset         the manifest, sequences and documents of a published dataset
    open_workspace       the documents, dropped documents, duplicates and funnel behind the last run
    apply                steps of a job file on texts or a table in memory
    PackedSequences      a dataset as a torch IterableDataset
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from corpusmill.pipeline.api.dataset import Dataset, open_dataset
    from corpusmill.pipeline.api.jobs import plan, run
    from corpusmill.pipeline.api.steps import Applied, apply
    from corpusmill.pipeline.api.workspace import Workspace, open_workspace
    from corpusmill.pipeline.reading.torch_dataset import PackedSequences
    from corpusmill.pipeline.run.options import Options

_WHERE = {
    "run": "api.jobs",
    "plan": "api.jobs",
    "Options": "run.runner",
    "open_dataset": "api.dataset",
    "Dataset": "api.dataset",
    "open_workspace": "api.workspace",
    "Workspace": "api.workspace",
    "apply": "api.steps",
    "Applied": "api.steps",
    "PackedSequences": "reading.torch_dataset",
}

__all__ = [
    "Applied",
    "Dataset",
    "Options",
    "PackedSequences",
    "Workspace",
    "apply",
    "open_dataset",
    "open_workspace",
    "plan",
    "run",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'corpusmill' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(importlib.import_module(f"corpusmill.pipeline.{_WHERE[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
