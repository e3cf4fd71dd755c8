"""A shard written with the declared options reads back as it was, says what it is, and is the same bytes each time."""

import io

import numpy as np
import pyarrow.parquet as pq

from corpusmill.operators.tokens.packing.concat import concat
from corpusmill.operators.tokens.packing.table import sequences
from corpusmill.operators.tokens.schema import ROW_GROUP_SEQUENCES, SEQUENCES, Footer, shard_schema, write_options
from tests.property.tokens.test_packing import documents_of

FOOTER = Footer(tokenizer_sha256="ab", vocab_size=9, eos_id=0, packing="concat", sequence_tokens=8)


def shard_bytes() -> bytes:
    lengths = [3, 70, 9, 1]
    table = sequences(documents_of(lengths), concat(np.array(lengths), sequence_tokens=8))
    out = io.BytesIO()
    with pq.ParquetWriter(out, shard_schema(FOOTER), **write_options()) as writer:
        writer.write_table(table.cast(shard_schema(FOOTER)), row_group_size=ROW_GROUP_SEQUENCES)
    return out.getvalue()


def test_the_footer_tells_version_tokenizer_and_packing():
    schema = pq.read_schema(io.BytesIO(shard_bytes()))
    assert schema.metadata[b"corpusmill.schema_version"] == b"1"
    assert schema.metadata[b"corpusmill.tokenizer_sha256"] == b"ab"
    assert schema.metadata[b"corpusmill.packing"] == b"concat"
    assert schema.equals(SEQUENCES)


def test_the_same_rows_are_the_same_bytes():
    assert shard_bytes() == shard_bytes()


def test_token_ids_are_split_by_byte_and_have_no_dictionary():
    column = pq.ParquetFile(io.BytesIO(shard_bytes())).metadata.row_group(0).column(0)
    assert column.path_in_schema == "input_ids.list.element"
    assert "BYTE_STREAM_SPLIT" in column.encodings
    assert column.dictionary_page_offset is None
