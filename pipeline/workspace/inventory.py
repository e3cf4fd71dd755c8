"""The inventory: every stretch of input the workspace has ever been given, each under a shard number of its own.

It only grows. A new or changed file gets new numbers; old numbers never move and are never given again, so the ids of
documents last, and adding one file runs one unit. Many small files share a number, each in a slot of it
(`workspace.sharing`).
"""

import io
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpusmill.cluster import faultpoint
from corpusmill.cluster.storage import Store
from corpusmill.operators.contract import Reader
from corpusmill.operators.readers.framing.spans import spans
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.files.tables import read_table
from corpusmill.pipeline.inputs.paths import InputFile
from corpusmill.pipeline.workspace import excluded, sharing, sweep
from corpusmill.pipeline.workspace.excluded import Excluded
from corpusmill.pipeline.workspace.shards import CONTENT, SCHEMA, STRETCH, Shard, Shards, in_order, keys

NAME = "inventory.parquet"
NOTHING = Excluded()
SHARD_BYTES = 256 << 20  # a guess: minutes of work, so that a lost worker costs little
NO_SHARDS = Shards(SCHEMA.empty_table())


@dataclass(frozen=True)
class Numbered:
    """Shards under their numbers: all there have ever been, those this run is about, those nobody has seen before.

    kept: those of the current whose file is gone, or is another now, so that they cannot be read again.
    unfinished: the same of those that no run has finished with yet.
    """

    all: Shards
    current: Shards
    new: Shards
    kept: Shards = field(default_factory=lambda: NO_SHARDS)
    unfinished: Shards = field(default_factory=lambda: NO_SHARDS)


def numbered(
    existing: Iterable[Shard],
    files: Sequence[tuple[InputFile, str, Reader]],
    *,
    update: bool,
    published: Collection[int] = (),
    replaced: Collection[str] = (),
    out: Excluded = NOTHING,
) -> Numbered:
    """Numbers for the shards of these files, each with its reader's name and reader.

    update: what is new becomes a run of its own, after all that is there; shards of files that are gone stay in, but
    not those of sources that have left the job, nor the same bytes under another reader, nor what the last finished
    run did without although it had their source, nor what was made of a file that changed, where its source is one of
    those to be `replaced`; so files of such sources never share a unit. published: identities of the shards of the
    last finished run. Withheld shards are left out, and so are their bytes until they change, unless they may come
    again.
    """
    existing = Shards.of(existing)
    usable = ~_held(existing, out)
    found = _stretches(files, existing, out)
    index = pc.index_in(keys(found, CONTENT), value_set=existing.filter(usable).keys(CONTENT))
    new = _with_numbers(found.filter(index.is_null()), existing, update=update, replaced=replaced, out=out)
    every = Shards(in_order(pa.concat_tables([existing.table, new.table])))
    open_ = ~_held(every, out)
    current = open_ & _is_in(every.keys(CONTENT), keys(found, CONTENT))
    if not update:
        return Numbered(every, every.filter(current), new)
    sources = {file.source for file, _, _ in files}
    lost = open_ & _is_in(every.table["source"], pa.array(sorted(sources), pa.string()))
    lost &= ~_is_in(every.keys(STRETCH), every.filter(current).keys(STRETCH))
    replacing = found.filter(pc.is_in(found["source"], value_set=pa.array(sorted(replaced), pa.string())))
    lost &= ~_is_in(every.keys(("source", "uri")), keys(replacing, ("source", "uri")))
    was_published = np.isin(every.identities(), np.fromiter(published, np.int64, len(published)))
    had = every.table["source"].filter(pa.array(was_published)).unique()
    runs = every.column("run")
    unfinished = lost & (runs > runs[was_published].max(initial=-1))
    kept = lost & (was_published | ~_is_in(every.table["source"], had)) & ~unfinished
    return Numbered(every, every.filter(current | kept | unfinished), new, every.filter(kept), every.filter(unfinished))


def _held(shards: Shards, out: Excluded) -> np.ndarray:
    """Boolean, a row each: whether it is excluded."""
    runs = np.isin(shards.column("run"), list(out.runs))
    return runs | _is_in(shards.table["source"], pa.array(list(out.sources), pa.string()))


def _is_in(values: pa.Array | pa.ChunkedArray, those: pa.Array | pa.ChunkedArray) -> np.ndarray:
    found = pc.is_in(values, value_set=those.cast(values.type))
    return (found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found).to_numpy(zero_copy_only=False)


def _stretches(files: Sequence[tuple[InputFile, str, Reader]], existing: Shards, out: Excluded) -> pa.Table:
    """The stretches of these files that are not refused, each once, in their order: CONTENT."""
    columns: tuple[list[str | int], ...] = tuple([] for _ in CONTENT)
    for file, name, reader in files:
        for span in spans(file.size, SHARD_BYTES, splittable=reader.splittable):
            row = (file.source, name, file.uri, span.start, span.end, file.size, file.etag)
            for column, value in zip(columns, row, strict=True):
                column.append(value)
    table = pa.table([pa.array(c, SCHEMA.field(n).type) for n, c in zip(CONTENT, columns, strict=True)], CONTENT)
    runs = [run for run in out.runs if run not in out.again]
    refused = existing.filter(np.isin(existing.column("run"), runs))
    stays = ~_is_in(keys(table, STRETCH), refused.keys(STRETCH))
    stays &= ~_is_in(table["source"], pa.array(list(out.sources), pa.string()))
    return table.filter(pa.array(stays))


def _with_numbers(
    table: pa.Table, existing: Shards, *, update: bool, replaced: Collection[str], out: Excluded
) -> Shards:
    """The stretches of CONTENT under numbers that nobody has had."""
    last = int(existing.column("run").max(initial=-1))
    run = last + 1 if update or last < 0 or last in out.runs else last
    free = 1 + int(existing.column("shard").max(initial=-1))
    kinds = keys(table, ("source", "reader")).dictionary_encode().indices.to_numpy()
    sizes = table["size"].to_numpy()
    whole = (table["start"].to_numpy() == 0) & (table["end"].to_numpy() == sizes)
    may_share = whole & ~_is_in(table["source"], pa.array(sorted(replaced), pa.string()))
    numbers, slots = sharing.places(sizes, kinds, may_share, free=free)
    columns = {n: table[n] for n in CONTENT}
    columns |= {"run": pa.array(np.full(len(sizes), run)), "shard": pa.array(numbers), "slot": pa.array(slots)}
    return Shards(in_order(pa.table({n: columns[n] for n in SCHEMA.names}).cast(SCHEMA)))


def look(spec: JobSpec, workspace: Store, files: Sequence[tuple[InputFile, str, Reader]], *, update: bool) -> Numbered:
    """The shards of these files, numbered as the workspace has it; nothing is written."""
    return numbered(
        read(workspace),
        files,
        update=update,
        published=sweep.remembered(workspace, "shards"),
        replaced={each.source for each in spec.inputs if each.when_changed == "replace"},
        out=excluded.read(workspace),
    )


def commit(run: Run, found: Numbered) -> None:
    """Write the inventory when there are new shards."""
    if len(found.new):
        run.ray()  # before anything is written: a cluster that cannot be joined, or not share it, ends the run
        run.lease.check()
        faultpoint.reached("inventory.manifest")
        run.workspace.publish(NAME, _to_bytes(found.all))


def with_own_numbers(run: Run, shards: Sequence[Shard]) -> Shards:
    """Give files that shared a shard number one each, for good: they have more records than a slot counts."""
    existing = read(run.workspace)
    free = 1 + int(existing.column("shard").max(initial=-1))
    moved = Shards.of(replace(s, shard=free + n, slot=0) for n, s in enumerate(sorted(shards)))
    stays = existing.filter(~np.isin(existing.identities(), [s.identity for s in shards]))
    run.lease.check()
    run.workspace.publish(NAME, _to_bytes(Shards(in_order(pa.concat_tables([stays.table, moved.table])))))
    return moved


def unchanged(run: Run) -> Numbered:
    """The shards that the last finished run was about, as far as the job has their sources and they are not excluded;
    nothing new.
    """
    existing, out = read(run.workspace), excluded.read(run.workspace)
    last = np.array(sorted(sweep.remembered(run.workspace, "shards")), np.int64)
    stays = np.isin(existing.identities(), last) & ~_held(existing, out)
    return Numbered(existing, of_sources(existing.filter(stays), {i.source for i in run.spec.inputs}), NO_SHARDS)


def usable(workspace: Store, sources: Collection[str]) -> Shards:
    """The shards in the workspace of these sources that are not taken out."""
    existing = read(workspace)
    return of_sources(existing.filter(~_held(existing, excluded.read(workspace))), sources)


def of_sources(shards: Shards, sources: Collection[str]) -> Shards:
    """Those of these sources."""
    return shards.filter(_is_in(shards.table["source"], pa.array(sorted(sources), pa.string())))


def read(workspace: Store) -> Shards:
    """All shards there have been, sorted by number. Of an earlier version's inventory each has its own number."""
    try:
        table = read_table(io.BytesIO(workspace.read(NAME)))
    except FileNotFoundError:
        return NO_SHARDS
    if "slot" not in table.column_names:
        table = table.append_column("slot", pa.array(np.zeros(table.num_rows, np.int16)))
    return Shards(in_order(table.select(SCHEMA.names).cast(SCHEMA)))


def _to_bytes(shards: Shards) -> bytes:
    out = io.BytesIO()
    pq.write_table(shards.table, out, compression="zstd")
    return out.getvalue()
