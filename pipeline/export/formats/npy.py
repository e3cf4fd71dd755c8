"""NumPy files: NAME.npy, all ids end to end, and NAME.offsets.npy, where each sequence begins and the last ends."""

from collections.abc import Iterator

import numpy as np

from corpusmill.cluster.storage import Store
from corpusmill.operators.tokens.export.megatron import bin_bytes, id_type
from corpusmill.operators.tokens.export.npy import npy_bytes, npy_header
from corpusmill.pipeline.execution.progress import Bar
from corpusmill.pipeline.export.sequences import ids_of, lengths_of, name_of, publish, vocab_size


def export(dataset: Store, out: Store, bar: Bar) -> list[str]:
    """Write both files; their names."""
    name, dtype = name_of(dataset), id_type(vocab_size(dataset))
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths_of(dataset))])

    def chunks() -> Iterator[bytes]:
        yield npy_header(int(offsets[-1]), dtype)
        for ids in ids_of(dataset, bar):
            yield bin_bytes(ids, dtype)

    publish(out, f"{name}.npy", chunks())
    publish(out, f"{name}.offsets.npy", [npy_bytes(offsets)])
    return [f"{name}.npy", f"{name}.offsets.npy"]
