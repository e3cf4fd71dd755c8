"""Profile: counts of the documents of the mix, before anything is packed; and whether they drifted from what is
published.

One table of counts over all units (`pipeline.profile.count`), added up in groups on the workers. It is compared with
that of the dataset in the output, so that a run whose documents drifted beyond the job's limits ends while that dataset
still stands.
"""

import io
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpusmill.cluster.storage import Store
from corpusmill.errors import DriftTooLarge
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.files.dataset_layout import MANIFEST
from corpusmill.pipeline.files.ids import digest
from corpusmill.pipeline.files.tables import read_table
from corpusmill.pipeline.profile.count import added, bin_words, counted, from_json
from corpusmill.pipeline.profile.drift import Drift, documents, drifts
from corpusmill.pipeline.stages.describe.selected import Selected, licences_of, read_names
from corpusmill.pipeline.stages.mix.grouped import read_groups
from corpusmill.pipeline.stages.mix.stage import MixStage
from corpusmill.pipeline.stages.stage import Stage, State, Status
from corpusmill.pipeline.stages.tokenize.stage import TokenizeStage

VERSION = 1
FOLDER = "profiles"
PROFILE = "_profile.json"  # of a dataset, beside its parts
SHOWN = 8  # drifts in a message


@dataclass(frozen=True, kw_only=True)
class Profiled:
    """The counts of the documents of the mix. name: of all that decides them."""

    name: str
    counts: pa.Table
    ran: int = 0


@dataclass(frozen=True)
class CountSelected:
    """Counts of units; travels to the workers."""

    selected: Selected

    def __call__(self, workspace: Store, units: Sequence[str]) -> pa.Table:
        return added(counted(_weighed(self.selected.of_unit(workspace, unit))) for unit in units)

    def add(self, tables: Iterable[pa.Table]) -> pa.Table:
        return added(tables)


def _weighed(documents: pa.Table) -> pa.Table:
    """Documents with the tokens that all their copies have in the mix, in place of their own numbers of the mix."""
    weight = pc.multiply(documents["n_tokens"].cast(pa.int64()), documents["copies"].cast(pa.int64()))
    return documents.drop_columns(["n_tokens", "copies", "group"]).append_column("weight", weight)


class ProfileStage(Stage[Profiled]):
    """Counts what the documents of the mix are."""

    name = "profile"
    folders = (FOLDER,)

    def look(self, state: State) -> Status[Profiled]:
        name = name_of(state)
        found = stored(state.workspace, name)
        return Status(outcome=None if found is None else Profiled(name=name, counts=found))

    def run(self, run: Run, state: State) -> Profiled:
        name = name_of(state)
        if (found := stored(run.workspace, name)) is not None:
            check_drift(run, found)
            return Profiled(name=name, counts=found)
        units = read_names(state.spec, state.of(TokenizeStage).counts)
        read = CountSelected(selected_of(state, numbers=True))
        documents = sum(int(c["documents"]) for c in state.of(TokenizeStage).counts.values())
        with run.display.stage(self.name, 1) as bar:
            found = added(read_groups(run, self.name, units, read, documents=documents, decides=name))
            bar.advance()
        out = io.BytesIO()
        pq.write_table(found, out, compression="zstd")
        run.lease.check()
        run.workspace.publish(place(name), out.getvalue())
        check_drift(run, found)
        return Profiled(name=name, counts=found, ran=1)

    def remembers(self, outcome: Profiled) -> Mapping[str, Iterable[str | int]]:
        return {"names": [outcome.name]}

    def remarks(self, outcome: Profiled) -> Iterator[str]:
        yield from ()


def check_drift(run: Run, counts: pa.Table) -> None:
    """Raise DriftTooLarge where the documents differ from those of the published dataset by more than the job allows.

    Nothing is compared where the job sets no limit, where nothing is published, or where it is to be replaced.
    """
    limits = run.spec.drift
    if run.replace or (limits.psi is None and limits.js is None) or not run.output.exists(MANIFEST):
        return
    before = published(run.output)
    if before is None or min(documents(before), documents(counts)) < limits.least_documents:
        return
    found = [d for d in drifts(before, counts) if d.of not in limits.ignore]
    wrong = [d for d in found if d.psi > (limits.psi or math.inf) or d.js > (limits.js or math.inf)]
    if wrong:
        told = "\n".join(f"  {d.of}: PSI {d.psi:.3f}, JS {d.js:.3f}{medians(d)}" for d in wrong[:SHOWN])
        more = f"\n  and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
        raise DriftTooLarge(
            f"profile: the documents drifted from those published in {run.output.url} beyond `drift` of the job:\n"
            f"{told}{more}\nnothing was published, what is there stays; everything up to the mix is kept: look at the "
            "inputs, raise the limit, or name what may drift in `drift.ignore`"
        )


def medians(drift: Drift) -> str:
    """How the median of a signal moved, in words."""
    before, now = drift.middle or (None, None)
    if before is None or now is None:
        return ""
    return f", median {bin_words(before)} before, {bin_words(now)} now"


def published(output: Store) -> pa.Table | None:
    """The counts of the dataset in the output; None where it has none."""
    try:
        return from_json(json.loads(output.read(PROFILE)))
    except (FileNotFoundError, ValueError, RecursionError):
        return None


def name_of(state: State) -> str:
    """Changes with whatever decides the counts."""
    planned = state.of(MixStage).planned
    units = read_names(state.spec, state.of(TokenizeStage).counts)
    return digest(VERSION, planned.fingerprint, units, sorted(licences_of(state.spec).items()))


def selected_of(state: State, *, numbers: bool) -> Selected:
    """What is read of the units of a run."""
    mix = state.of(MixStage).planned.fingerprint
    return Selected(mix=mix, licences=licences_of(state.spec), numbers=numbers)


def place(name: str) -> str:
    """The file of the counts in the workspace."""
    return f"{FOLDER}/{name}.parquet"


def stored(workspace: Store, name: str) -> pa.Table | None:
    """The counts of that name; None where they are not made yet."""
    try:
        return read_table(io.BytesIO(workspace.read(place(name))))
    except FileNotFoundError:
        return None
