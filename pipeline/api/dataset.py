"""Reads a published dataset: its manifest, its sequences as Arrow, its documents as token ids."""

import functools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from corpusmill.cluster.storage import Store
from corpusmill.operators.mix.plan.explain import table as plan_table
from corpusmill.operators.mix.plan.plan_json import from_json
from corpusmill.operators.tokens.packing.unpack import documents_in
from corpusmill.operators.tokens.schema import columns_of
from corpusmill.pipeline.files.latest import folder_store, latest, named
from corpusmill.pipeline.report.funnel import Funnel, groups_table
from corpusmill.pipeline.report.notebook import dataset_html
from corpusmill.pipeline.verify.dataset import manifest_of

TOKENIZER, FUNNEL, PLAN = "tokenizer.json", "_funnel.json", "_plan.json"  # as publish puts them beside the parts


@dataclass(frozen=True)
class TokenizedDocument:
    """A document of a dataset. `pass_`: 0 for its first copy; ids: int32, with the separator that was written."""

    doc_id: int
    pass_: int
    ids: np.ndarray


@dataclass(frozen=True)
class Dataset:
    """A finished dataset; made by `open_dataset`."""

    store: Store
    manifest: Mapping[str, Any]

    def __repr__(self) -> str:
        amounts = f"{self.manifest['tokens']:,} tokens in {self.manifest['sequences']:,} sequences"
        return f"Dataset({self.store.url!r}: {amounts}, {len(self.manifest['parts']):,} parts)"

    @property
    def parts(self) -> list[str]:
        """Addresses of the Parquet files, in reading order."""
        return [f"{self.store.url.rstrip('/')}/{part['name']}" for part in self.manifest["parts"]]

    def sequences(self, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Every row in reading order, a row group (about 1,024 sequences) at a time. columns: null for all."""
        for part in self.manifest["parts"]:
            with self.store.open(part["name"]) as file:
                parquet = pq.ParquetFile(file)
                for group in range(parquet.num_row_groups):
                    yield from parquet.read_row_group(group, columns=columns).to_batches()

    def table(self, columns: list[str] | None = None) -> pa.Table:
        """All sequences in memory."""
        there = columns_of(self.manifest.get("loss"))
        names = there.names if columns is None else columns
        schema = pa.schema([there.field(name) for name in names])
        return pa.Table.from_batches(list(self.sequences(names)), schema)

    def documents(self) -> Iterator[TokenizedDocument]:
        """Each copy of each document whole again, part by part, in the order of its first piece; one part is held."""
        for part in self.manifest["parts"]:
            with self.store.open(part["name"]) as file:
                found = documents_in(pq.ParquetFile(file).read())
            ids, offsets = found.rows.ids, found.rows.offsets
            for row, (doc_id, pass_) in enumerate(zip(found.doc_ids.tolist(), found.passes.tolist(), strict=True)):
                yield TokenizedDocument(doc_id, pass_, ids[offsets[row] : offsets[row + 1]])

    def funnel(self) -> pa.Table:
        """One row per source, domain and language: documents, bytes and tokens at each step of the run."""
        return groups_table(json.loads(self.store.read(FUNNEL)))

    def _repr_html_(self) -> str:
        """The dataset as a notebook shows it: its size, and where its documents came from."""
        return dataset_html(self.manifest, Funnel.from_json(json.loads(self.store.read(FUNNEL))))

    def plan(self) -> pa.Table:
        """One row per mix group: documents, available and target tokens, share, epochs, effective tokens."""
        return plan_table(from_json(self.store.read(PLAN)))

    def decode(self, ids: np.ndarray | list[int]) -> str:
        """The text of token ids, by the dataset's own tokenizer; special tokens stay visible."""
        return self._tokenizer.decode([int(i) for i in ids], skip_special_tokens=False)

    @functools.cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        return Tokenizer.from_str(self.store.read(TOKENIZER).decode())


def open_dataset(url: str, *, version: str | None = None, storage: Mapping[str, Any] | None = None) -> Dataset:
    """The dataset at a folder or an address such as s3://bucket/name; storage: options of its fsspec filesystem.

    version: of a dataset that has several, by its name (`v0002`), tag or slot; null: the latest. Which one it is, is
    decided here, once: what is opened stays the same, whatever updates do meanwhile.

    Raises InvalidDataset where no finished dataset is stored, RowNotFound for a version that is not there.
    """
    output = Store(url, storage or {})
    store = latest(output) if version is None else folder_store(output, named(output, version))
    return Dataset(store, manifest_of(store))
