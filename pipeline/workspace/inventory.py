"""The inventory: every stretch of input the workspace has ever been given, each under a shard number of its own.

It only grows. A new or changed file gets new numbers; old numbers never move and are never given again, so the ids of
documents last, and adding one file runs one unit.
"""

import io
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, fields

import pyarrow as pa
import pyarrow.parquet as pq

from corpusmill.cluster import faultpoint
from corpusmill.cluster.storage import Store
from corpusmill.operators.contract import Reader
from corpusmill.operators.readers.framing.spans import spans
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.files.ids import SHARD_BITS
from corpusmill.pipeline.files.tables import read_table
from corpusmill.pipeline.inputs.paths import InputFile
from corpusmill.pipeline.workspace import excluded, sweep
from corpusmill.pipeline.workspace.excluded import Excluded

NAME = "inventory.parquet"
NOTHING = Excluded()
SHARD_BYTES = 256 << 20  # a guess: minutes of work, so that a lost worker costs little

SCHEMA = pa.schema(
    {
        "run": pa.int32(),
        "shard": pa.int32(),
        "source": pa.string(),
        "reader": pa.string(),
        "uri": pa.string(),
        "start": pa.int64(),
        "end": pa.int64(),
        "size": pa.int64(),
        "etag": pa.string(),
    }
)


@dataclass(frozen=True, order=True)
class Shard:
    """A stretch [start, end) of one input file, and the numbers under which its documents live."""

    run: int
    shard: int
    source: str
    reader: str
    uri: str
    start: int
    end: int
    size: int
    etag: str

    @property
    def number(self) -> int:
        """Run and shard as one number, as in the ids of its documents."""
        return self.run << SHARD_BITS | self.shard

    @property
    def stretch(self) -> tuple[str, str, int, int, str]:
        """Which bytes the shard is, whatever reads them."""
        return self.source, self.uri, self.start, self.end, self.etag

    @property
    def content(self) -> tuple[str, str, str, int, int, int, str]:
        """What the shard is, apart from its number."""
        return self.source, self.reader, self.uri, self.start, self.end, self.size, self.etag


@dataclass(frozen=True)
class Numbered:
    """Shards under their numbers: all there have ever been, those this run is about, those nobody has seen before.

    kept: those of the current whose file is gone, or is another now, so that they cannot be read again.
    unfinished: the same of those that no run has finished with yet.
    """

    all: Sequence[Shard]
    current: Sequence[Shard]
    new: Sequence[Shard]
    kept: Sequence[Shard] = ()
    unfinished: Sequence[Shard] = ()


def numbered(
    existing: Sequence[Shard],
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
    those to be `replaced`. published: numbers of the shards of the last finished run. Withheld shards are
    left out, and so are their bytes until they change, unless they may come again.
    """
    usable = [s for s in existing if not out.holds(run=s.run, source=s.source)]
    refused = {s.stretch for s in existing if s.run in out.runs and s.run not in out.again}
    by_content = {s.content: s for s in usable}
    wanted = [
        shard.content
        for file, name, reader in files
        for shard in (Shard(0, 0, *content) for content in _cut(file, name, reader))
        if shard.stretch not in refused and shard.source not in out.sources
    ]
    last = max((s.run for s in existing), default=-1)
    number = last + 1 if update or last < 0 or last in out.runs else last
    free = 1 + max((s.shard for s in existing), default=-1)
    new = [Shard(number, free + i, *c) for i, c in enumerate(c for c in wanted if c not in by_content)]
    by_content |= {s.content: s for s in new}
    current = {by_content[c] for c in wanted}
    kept: set[Shard] = set()
    unfinished: set[Shard] = set()
    if update:
        sources = {file.source for file, _, _ in files}
        stretches = {s.stretch for s in current}
        new_content = {(file.source, file.uri) for file, _, _ in files if file.source in replaced}
        lost = [s for s in usable if s.source in sources and s.stretch not in stretches]
        lost = [s for s in lost if (s.source, s.uri) not in new_content]
        had = {s.source for s in existing if s.number in published}
        finished = max((s.run for s in existing if s.number in published), default=-1)
        unfinished = {s for s in lost if s.run > finished}
        kept = {s for s in lost if s.number in published or s.source not in had} - unfinished
    every = sorted(current | kept | unfinished)
    return Numbered(sorted({*existing, *new}), every, new, sorted(kept), sorted(unfinished))


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
    if found.new:
        run.ray()  # before anything is written: a cluster that cannot be joined, or not share it, ends the run
        run.lease.check()
        faultpoint.reached("inventory.manifest")
        run.workspace.publish(NAME, _to_bytes(found.all))


def unchanged(run: Run) -> Numbered:
    """The shards that the last finished run was about, as far as the job has their sources and they are not excluded;
    nothing new.
    """
    known, out = read(run.workspace), excluded.read(run.workspace)
    last, sources = sweep.remembered(run.workspace, "shards"), {i.source for i in run.spec.inputs}
    stays = [s for s in known if s.number in last and s.source in sources]
    return Numbered(known, [s for s in stays if not out.holds(run=s.run, source=s.source)], [])


def read(workspace: Store) -> list[Shard]:
    """All shards there have been, sorted by number."""
    try:
        table = read_table(io.BytesIO(workspace.read(NAME)))
    except FileNotFoundError:
        return []
    return sorted(Shard(**row) for row in table.to_pylist())


def _cut(file: InputFile, name: str, reader: Reader) -> list[tuple[str, str, str, int, int, int, str]]:
    cuts = spans(file.size, SHARD_BYTES, splittable=reader.splittable)
    return [(file.source, name, file.uri, span.start, span.end, file.size, file.etag) for span in cuts]


def _to_bytes(shards: Iterable[Shard]) -> bytes:
    rows = [asdict(s) for s in sorted(shards)]
    out = io.BytesIO()
    columns = {f.name: pa.array([row[f.name] for row in rows], SCHEMA.field(f.name).type) for f in fields(Shard)}
    pq.write_table(pa.table(columns, schema=SCHEMA), out, compression="zstd")
    return out.getvalue()
