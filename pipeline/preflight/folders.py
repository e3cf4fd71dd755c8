"""Whether a run may write where its job says: the folders are ours or empty, can be made, and hold no input."""

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from corpusmill.cluster import credentials
from corpusmill.cluster.address import holds, normal
from corpusmill.cluster.first_word import FirstWord
from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError, StorageError
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.files.dataset_layout import foreign, validation_folder
from corpusmill.pipeline.inputs.files import InJob
from corpusmill.pipeline.inputs.paths import InputFile
from corpusmill.pipeline.preflight.nested import in_anothers_folder
from corpusmill.pipeline.preflight.owner import another_owner

WRITTEN = ("workspace", "output")


def check(spec: JobSpec, *, try_it: bool = False, replace: bool = False) -> None:
    """InputError when workspace or output cannot be written to, or the output is a folder of somebody else's.

    try_it: local folders are told to be writable only after a folder was made beside them, and removed. replace: the
    dataset of another job may lie in the output.
    """
    stores = {key: Store(getattr(spec, key), spec.storage) for key in WRITTEN}
    first_word = FirstWord()
    found = [(key, _cannot_be(store, try_it, first_word)) for key, store in stores.items()]
    problems = [InJob((key,), told) for key, told in found if told is not None]
    if not problems:
        around = [(key, in_anothers_folder(store, itself=key == "workspace")) for key, store in stores.items()]
        remedy = "name a folder apart from it (`--set {}=...`)"
        problems = [InJob((key,), f"{told}: {remedy.format(key)}") for key, told in around if told is not None]
    if not problems and (told := _others_there(spec, stores["output"], replace=replace)) is not None:
        problems = [InJob(("output",), told)]
    if problems:
        raise InputError(problems)


def check_apart(spec: JobSpec, files: Iterable[InputFile]) -> None:
    """InputError when an input lies where a run writes and deletes: in the workspace or in the output."""
    told: dict[tuple[str, str], str] = {}
    for key, file in _within(spec, files):
        told.setdefault((key, file.source), file.uri)
    if told:
        remedy = "what lies there is overwritten and swept; name a folder apart from the inputs"
        found = [
            InJob((key,), f"{getattr(spec, key)} holds the input {uri} of {source!r}: {remedy}")
            for (key, source), uri in told.items()
        ]
        raise InputError(found)


def _within(spec: JobSpec, files: Iterable[InputFile]) -> Iterator[tuple[str, InputFile]]:
    """Every input below a folder that is written to, with the key of that folder."""
    folders = {key: normal(getattr(spec, key)) for key in WRITTEN}
    theirs = {i.source: endpoint(i.storage) for i in spec.inputs}
    ours = endpoint(spec.storage)
    for file in files:
        if None not in (ours, theirs[file.source]) and ours != theirs[file.source]:
            continue  # buckets of the same name in two stores
        where = normal(file.uri)
        yield from ((key, file) for key, folder in folders.items() if holds(folder, where))


def endpoint(options: Mapping[str, Any]) -> str | None:
    """The store that fsspec options lead to; None when they leave that to the environment."""
    told = options.get("endpoint_url") or dict(options.get("client_kwargs") or {}).get("endpoint_url")
    return None if told is None else str(told).rstrip("/")


def _others_there(spec: JobSpec, output: Store, *, replace: bool) -> str | None:
    """What stands against an output that is there already; None when it is this job's, or empty."""
    try:
        name = foreign(output)
        if name is None:
            return None if replace else _another_owner(output, spec)
    except FileNotFoundError:
        return None
    except PermissionError as e:
        return f"no permission to look into {output.url} ({e}); {credentials.remedy(output.url)}"
    except StorageError as e:
        return str(e)
    return f"{output.url} holds {name!r} which corpusmill did not write: choose another folder, or empty this one"


def _another_owner(output: Store, spec: JobSpec) -> str | None:
    """Why this job may not replace the dataset in an output, or the one of held-out documents inside it."""
    told = another_owner(output, spec)
    return told or (another_owner(validation_folder(output), spec) if spec.mix.held_out else None)


def _cannot_be(store: Store, try_it: bool, first_word: FirstWord) -> str | None:
    """Why a folder cannot be written to; None when it can, as far as one can tell: a store must only answer."""
    try:
        first_word.require(store.url, store.options)
        local = store.is_local
    except StorageError as e:
        return str(e)
    if not local:
        return None
    place = Path(store.root or "/")
    there = next(p for p in (place, *place.parents) if os.path.lexists(p))
    if not there.is_dir():
        return f"{store.url} cannot be a folder: {there} is a file; name another folder"
    if not os.access(there, os.W_OK | os.X_OK):
        return f"no permission to write to {there}; change its mode, or name another folder"
    if try_it:
        try:
            os.rmdir(tempfile.mkdtemp(prefix=".corpusmill-", dir=there))
        except OSError as e:
            return f"nothing can be written to {there} ({e.strerror}); name another folder"
    return None
