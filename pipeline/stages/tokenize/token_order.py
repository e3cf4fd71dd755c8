"""The token rows of a shard, written in the order in which the mix will draw them."""

import mmap
from pathlib import Path

import numpy as np
import pyarrow as pa

from corpusmill.operators.tokens.rows import gather, offsets_of
from corpusmill.pipeline.files.tables import TableWriter

ROWS_AT_ONCE = 2048
ROWS_MAPPED = 32  # the system may map 2 MB about each row that is read, and counts them as memory of the process

# How tokens are written, measured on 6 million real ones: 9.2 ns and 11.6 bits each; with a dictionary and zstd 3 it is
# 22.5 ns and 13.1 bits, with zstd 3 alone 14.6 ns and 10.8 bits. Packing reads these files once.
SPLIT, LEVEL = ("ids.list.element",), 1
IDS = pa.large_list(pa.field("element", pa.int32(), nullable=False))


def write_sorted(unsorted: Path, final: Path, schema: pa.Schema) -> None:
    """The rows of an Arrow file, by (u, doc_id), as Parquet.

    The tokens stay in the file, which is mapped; memory holds those of one row group, and all the other columns.
    """
    with unsorted.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
    whole = pa.py_buffer(mapped)
    table = pa.ipc.open_file(whole).read_all()
    words = np.frombuffer(whole, np.int32, count=whole.size // 4)
    source = np.concatenate([np.empty(0, np.int64), *(begins(chunk, whole) for chunk in table["ids"].chunks)])
    rest = table.drop_columns("ids").combine_chunks()
    order = np.lexsort((rest["doc_id"].to_numpy(), rest["u"].to_numpy()))
    sizes = rest["n_tokens"].to_numpy()
    with TableWriter(final, schema, split=SPLIT, level=LEVEL) as out:
        for start in range(0, len(order), ROWS_AT_ONCE):
            rows = order[start : start + ROWS_AT_ONCE]
            offsets = offsets_of(sizes[rows])
            ids = np.empty(offsets[-1], np.int32)
            for at in range(0, len(rows), ROWS_MAPPED):
                some = slice(at, at + ROWS_MAPPED)
                gather(words, source[rows[some]], offsets[at : at + ROWS_MAPPED + 1], ids)
                mapped.madvise(mmap.MADV_DONTNEED)
            lists = pa.LargeListArray.from_arrays(pa.array(offsets), pa.array(ids), type=IDS)
            out.write(rest.take(pa.array(rows)).append_column("ids", lists))


def begins(lists: pa.LargeListArray, whole: pa.Buffer) -> np.ndarray:
    """int64, one a row: where its tokens begin in the file that is mapped as `whole`, in steps of 4 bytes."""
    values = lists.values
    if len(values) == 0:  # there may be no buffer
        return np.zeros(len(lists), np.int64)
    place = values.buffers()[1].address + 4 * values.offset - whole.address
    assert place % 4 == 0, place
    assert 0 <= place < whole.size, (place, whole.size)
    return lists.offsets.to_numpy()[:-1] + place // 4
