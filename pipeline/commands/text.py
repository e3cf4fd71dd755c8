"""Implements `export text`: writes the unique, or the mixed, documents of the last finished run as text."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import pyarrow as pa

from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError
from corpusmill.pipeline.commands.printed import Exported
from corpusmill.pipeline.commands.why import last_run
from corpusmill.pipeline.execution.progress import Display
from corpusmill.pipeline.execution.run_stage import committed, stage_manifest
from corpusmill.pipeline.export.samples import write_samples
from corpusmill.pipeline.files.workspace_layout import TOKENIZED
from corpusmill.pipeline.report import tables
from corpusmill.pipeline.stages.describe.selected import Selected, licences_of, read_names
from corpusmill.pipeline.stages.describe.texts import Texts, Which, fields_of
from corpusmill.pipeline.stages.mix import stage as mix

WRITERS = 4


@dataclass(frozen=True, kw_only=True)
class TextRequest:
    """What is written. columns: further ones of the documents; repeat: documents as often as the mix takes them."""

    which: Which
    columns: tuple[str, ...] = ()
    repeat: bool = False


def export_text(workspace: Store, out: str, request: TextRequest) -> Exported:
    """Write texts into one file, or, where `out` names no file, one Parquet file for each input shard into a folder.

    A name that ends in .tar is a WebDataset of samples without binary files; with a `*` in it a shard for each input
    shard, whose number takes the place of the star.
    """
    texts = texts_of(workspace, request)
    texts = replace(texts, further=fields_of(workspace, texts.units, request.columns))
    folder, _, name = out.rpartition("/")
    if name.endswith(".tar") and "*" in name:
        names = [name.replace("*", f"{i:05d}", 1) for i in range(len(texts.units))]
        return _by_unit(texts, folder, names, "sample", write_samples)
    if out.endswith(".tar"):
        rows = write_samples(texts.tables(texts.units), out)
        return Exported(out=out, what="sample", rows=rows)
    if out.endswith(tables.ENDINGS):
        rows = tables.write_tables(texts.tables(texts.units), texts.schema, out, tables.ending_of(out))
        return Exported(out=out, what="document", rows=rows)
    names = [f"text-{i:05d}-of-{len(texts.units):05d}.parquet" for i in range(len(texts.units))]
    parquet = partial(tables.write_tables, schema=texts.schema, ending=".parquet")
    return _by_unit(texts, out.rstrip("/"), names, "document", lambda found, place: parquet(found, out=place))


def _by_unit(
    texts: Texts, folder: str, names: list[str], what: str, write: Callable[[Iterable[pa.Table], str], int]
) -> Exported:
    """Write a file of this name for each unit. write: tables to an address, giving how many rows."""
    prefix = f"{folder}/" if folder else ""

    def one(number: int) -> int:
        return write(texts.tables([texts.units[number]]), f"{prefix}{names[number]}")

    rows = 0
    with Display().stage("export", len(names)) as bar, ThreadPoolExecutor(WRITERS) as pool:
        for count in pool.map(one, range(len(names))):
            rows += count
            bar.advance(documents=count)
    return Exported(out=folder or ".", what=what, rows=rows, files=names)


def texts_of(workspace: Store, request: TextRequest) -> Texts:
    """What reads the texts of the last finished run, without further columns. InputError where nothing is mixed."""
    if request.repeat and request.which != "mixed":
        raise InputError(["--repeat is about what the mix takes: leave out --which unique"])
    run = last_run(workspace)
    state = stage_manifest(workspace, TOKENIZED)
    if state is None:
        raise InputError([f"nothing is tokenized in {workspace.url} yet: run the job first"])
    tokenized = committed(workspace, "tokenize", set(state["tokens"])).counts
    units = read_names(run.spec, dict(sorted(tokenized.items())))
    selected = None
    if request.which == "mixed":
        planned = mix.finished_plan(mix.training(run.spec), workspace, state["units"])
        if planned is None:
            raise InputError([f"the mix of the last run is not in {workspace.url} any more: run the job again"])
        selected = Selected(mix=planned.fingerprint, licences=licences_of(run.spec), numbers=False)
    duplicates = run.duplicates
    return Texts(
        spec=run.spec,
        workspace=workspace,
        units=units,
        duplicates=duplicates,
        selected=selected,
        repeat=request.repeat,
    )
