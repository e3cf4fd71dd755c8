"""Uploads of runs that were killed: into the workspace under names of ours, or of parts into an output of ours."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from corpusmill.cluster.storage import Store
from corpusmill.cluster.uploads import Upload, abort, unfinished
from corpusmill.pipeline.files import dataset_layout as own_output
from corpusmill.pipeline.files.latest import FOLDER
from corpusmill.pipeline.workspace import sweep

AGE = timedelta(days=1)  # a guess: no unit takes so long, and the run of a younger upload may still be alive somewhere


@dataclass(frozen=True)
class CutOff:
    """An upload of ours that nobody completes any more."""

    store: Store
    upload: Upload

    def __str__(self) -> str:
        return f"{self.store.url}/{self.upload.name}: unfinished upload, begun {self.upload.began:%Y-%m-%d %H:%M} UTC"

    def abort(self) -> None:
        abort(self.store, self.upload)


def uploads(workspace: Store, output: Store, *, folders: Collection[str], now: datetime) -> list[CutOff]:
    """All that began more than `AGE` ago; those of other programs, and into outputs that are not ours, are left out.

    folders: of the workspace, all that runs write.
    """
    found = [CutOff(workspace, u) for u in unfinished(workspace, before=now - AGE) if sweep.is_ours(u.name, folders)]
    parts = [u for u in unfinished(output, before=now - AGE) if is_part(u.name)]
    return found + [CutOff(output, u) for u in parts if own_output.is_ours(output)]


def is_part(name: str) -> bool:
    """Whether a run writes a part of that name into its output, or into a version below it.

    >>> names = ("data/part-00000-of-00002.parquet", "v0003/data/part-00000-of-00002.parquet", "a/part-0")
    >>> [is_part(name) for name in names]
    [True, True, False]
    """
    folder, _, below = name.partition("/")
    return bool(own_output.PART.fullmatch(name) or (FOLDER.fullmatch(folder) and own_output.PART.fullmatch(below)))
