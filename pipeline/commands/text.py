"""Implements `export text`: writes the unique, or the mixed, documents of the last finished run as text."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

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


def export_text(workspace: Store, which: Which, out: str, columns: Sequence[str] = ()) -> Exported:
    """Write texts into one file, or, where `out` names no file, one Parquet file for each input shard into a folder.

    columns: further ones of the documents. A name that ends in .tar is a WebDataset of samples without binary files.
    """
    texts = texts_of(workspace, which)
    texts = replace(texts, further=fields_of(workspace, texts.units, columns))
    if out.endswith(".tar"):
        rows = write_samples(texts.tables(texts.units), out)
        return Exported(out=out, what="sample", rows=rows)
    if out.endswith(tables.ENDINGS):
        rows = tables.write_tables(texts.tables(texts.units), texts.schema, out, tables.ending_of(out))
        return Exported(out=out, what="document", rows=rows)
    names = [f"text-{i:05d}-of-{len(texts.units):05d}.parquet" for i in range(len(texts.units))]

    def one(number: int) -> int:
        place = f"{out.rstrip('/')}/{names[number]}"
        return tables.write_tables(texts.tables([texts.units[number]]), texts.schema, place, ".parquet")

    rows = 0
    with Display().stage("export", len(names)) as bar, ThreadPoolExecutor(WRITERS) as pool:
        for count in pool.map(one, range(len(names))):
            rows += count
            bar.advance(documents=count)
    return Exported(out=out, what="document", rows=rows, files=names)


def texts_of(workspace: Store, which: Which) -> Texts:
    """What reads the texts of the last finished run. InputError where nothing is mixed."""
    run = last_run(workspace)
    state = stage_manifest(workspace, TOKENIZED)
    if state is None:
        raise InputError([f"nothing is tokenized in {workspace.url} yet: run the job first"])
    tokenized = committed(workspace, "tokenize", set(state["tokens"])).counts
    units = read_names(run.spec, dict(sorted(tokenized.items())))
    selected = None
    if which == "mixed":
        planned = mix.finished_plan(mix.training(run.spec), workspace, state["units"])
        if planned is None:
            raise InputError([f"the mix of the last run is not in {workspace.url} any more: run the job again"])
        selected = Selected(mix=planned.fingerprint, licences=licences_of(run.spec), numbers=False)
    duplicates = run.duplicates
    return Texts(spec=run.spec, workspace=workspace, units=units, duplicates=duplicates, selected=selected)
