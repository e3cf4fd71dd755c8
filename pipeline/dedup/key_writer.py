"""What ingest writes for deduplication, beside the documents: keys, bands and sketches of one shard."""

from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import Batch
from corpusmill.operators.dedup import minhash
from corpusmill.operators.dedup.keys import url_keys
from corpusmill.operators.dedup.survivors import UNKNOWN_TIME
from corpusmill.operators.text.conversation import compared_text
from corpusmill.operators.text.word_hashes import find_word_hashes
from corpusmill.operators.text.words import WordRule
from corpusmill.pipeline.config.sections.dedup import DedupSpec
from corpusmill.pipeline.dedup.records import BAND, TEXT, URL
from corpusmill.pipeline.exchange.files import encoded
from corpusmill.pipeline.files.ids import digest
from corpusmill.pipeline.files.tables import TableWriter

VERSION = 4


def fingerprint(spec: DedupSpec) -> str:
    """Changes with whatever decides these files. How duplicates are judged does not: that is asked later."""
    near = spec.near
    return digest(VERSION, [near.bands, near.rows, near.shingle_words, near.word_rule] if near else None)


def sketch_schema(spec: DedupSpec) -> pa.Schema:
    """Columns of `sketches/`, one row a kept document in the order of `documents/`.

    Times are Unix seconds; `text` is the first half of text_key. `signature` holds bands x rows uint32
    minima; null where a document has no words.
    """
    near = [pa.field("word_count", pa.int32()), pa.field("signature", signature_type(spec))] if spec.near else []
    return pa.schema(
        [
            pa.field("doc_id", pa.int64()),
            pa.field("fetched_at", pa.int64()),
            pa.field("quality", pa.float32()),
            pa.field("size_bytes", pa.int64()),
            pa.field("text", pa.uint64()),
            *near,
        ]
    )


def signature_type(spec: DedupSpec) -> pa.DataType:
    assert spec.near is not None
    return pa.binary(4 * spec.near.bands * spec.near.rows)


class KeyWriter:
    """Takes the kept documents of a shard batch by batch; on leaving its `with`, the files lie in `folder`.

    `keys/NAME.url.arrow`, `keys/NAME.text.arrow` and `bands/NAME.arrow` are exchange files (`pipeline.dedup.records`),
    `sketches/NAME.parquet` says what survivor order hangs on. Batches have doc_id, text, text_key, url and
    fetched_at_utc, all possibly null but the first three, and perhaps a number `quality`.
    """

    def __init__(self, folder: Path, name: str, spec: DedupSpec) -> None:
        self.folder, self.name, self.spec = folder, name, spec
        for part in ("keys", "bands", "sketches"):
            (folder / part).mkdir(exist_ok=True)
        self._urls: list[pa.Table] = []
        self._texts: list[pa.Table] = []
        self._bands: list[pa.Table] = []
        self._sketches = TableWriter(folder / "sketches" / f"{name}.parquet", sketch_schema(spec))

    def add(self, batch: Batch) -> None:
        """Take one batch; findings of words that other operators made are used again."""
        order = order_columns(batch)
        self._add_exact(batch, order)
        sketch: dict[str, pa.Array] = {**order, "text": halves(batch.column("text_key"))[0]}
        if self.spec.near is not None:
            near = self.spec.near
            words = compared(batch).once(find_word_hashes, WordRule(near.word_rule))
            signed = minhash.signatures(words, shingle_words=near.shingle_words, permutations=near.bands * near.rows)
            keys = minhash.bands(signed.minima, bands=near.bands, rows=near.rows)[signed.valid]
            ids = batch.column("doc_id").to_numpy()[signed.valid]
            pairs = {"key": pa.array(keys.reshape(-1)), "doc_id": pa.array(np.repeat(ids, near.bands))}
            self._bands.append(pa.table(pairs, schema=BAND))
            packed = pa.Array.from_buffers(
                signature_type(self.spec), batch.num_rows, [None, pa.py_buffer(np.ascontiguousarray(signed.minima))]
            )
            sketch["signature"] = pc.if_else(pa.array(signed.valid), packed, pa.nulls(batch.num_rows, packed.type))
            sketch["word_count"] = pa.array(words.counts.astype(np.int32))
        self._sketches.write(pa.table(sketch))

    def _add_exact(self, batch: Batch, order: dict[str, pa.Array]) -> None:
        text = halves(batch.column("text_key"))
        blank = pa.array(np.full(batch.num_rows, UNKNOWN_TIME))
        common = {
            "doc_id": order["doc_id"],
            "fetched_at": pc.coalesce(order["fetched_at"], blank),
            "quality": pc.fill_null(order["quality"], np.nan),
        }
        ones = pa.array(np.ones(batch.num_rows, np.int64))
        columns = {**common, "key": text[0], "low": text[1], "copies": ones}
        self._texts.append(pa.table({n: columns[n] for n in TEXT.names}, schema=TEXT))
        urls = url_keys(batch.column("url"))
        url = halves(pc.fill_null(urls.page, bytes(16)))
        columns = {**common, "key": url[0], "low": url[1], "fragment": pa.array(urls.fragment)}
        columns |= {"size_bytes": order["size_bytes"]}
        columns |= {"text_high": text[0], "text_low": text[1]}
        self._urls.append(pa.table({n: columns[n] for n in URL.names}, schema=URL).filter(urls.page.is_valid()))

    def __enter__(self) -> Self:
        self._sketches.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, t: TracebackType | None) -> None:
        self._sketches.__exit__(kind, e, t)
        if kind is not None:
            return
        write(self.folder / "keys" / f"{self.name}.url.arrow", self._urls, URL)
        write(self.folder / "keys" / f"{self.name}.text.arrow", self._texts, TEXT)
        if self.spec.near is not None:
            write(self.folder / "bands" / f"{self.name}.arrow", self._bands, BAND)


def compared(batch: Batch) -> Batch:
    """The batch that near duplicates are found by: itself, or one of the texts that `compared_text` gives."""
    text = compared_text(batch.table)
    return batch if text is None else Batch(pa.table({"text": text}))


def order_columns(batch: Batch) -> dict[str, pa.Array]:
    """doc_id, and what survivor order hangs on beside the source: null where it is not known."""
    quality = pa.nulls(batch.num_rows, pa.float32())
    if "quality" in batch.table.column_names:
        quality = numbers(batch.column("quality"))
    return {
        "doc_id": batch.column("doc_id"),
        "fetched_at": batch.column("fetched_at_utc").cast(pa.timestamp("s", "UTC")).cast(pa.int64()),
        "quality": quality,
        "size_bytes": pc.binary_length(batch.column("text")).cast(pa.int64()),
    }


def numbers(column: pa.Array) -> pa.Array:
    """A column as float32: of one of words, such as the names of quality buckets, those that are no numbers are null.

    >>> numbers(pa.array(["0.5", "high", "-1e3", "", None])).to_pylist()
    [0.5, None, -1000.0, None, None]
    """
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column.cast(pa.float32())
    told = pc.match_substring_regex(column, r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$")
    return pc.if_else(told, column, pa.scalar(None, column.type)).cast(pa.float32())


def halves(keys: pa.Array) -> tuple[pa.Array, pa.Array]:
    """The two uint64 halves of 16-byte keys without nulls: the first one is what they travel by."""
    words = np.frombuffer(keys.buffers()[1], np.dtype("<u8"))[2 * keys.offset : 2 * (keys.offset + len(keys))]
    return pa.array(words[::2]), pa.array(words[1::2])


def write(path: Path, tables: list[pa.Table], schema: pa.Schema) -> None:
    with pa.OSFile(str(path), "wb") as out:
        out.write(encoded(pa.concat_tables([schema.empty_table(), *tables])))
