"""Megatron's indexed dataset, NAME.bin and NAME.idx: each sequence a document."""

from corpusmill.cluster.storage import Store
from corpusmill.operators.tokens.export.megatron import bin_bytes, id_type, idx_bytes
from corpusmill.pipeline.execution.progress import Bar
from corpusmill.pipeline.export.sequences import ids_of, lengths_of, name_of, publish, vocab_size


def export(dataset: Store, out: Store, bar: Bar) -> list[str]:
    """Write both files; their names."""
    name, dtype = name_of(dataset), id_type(vocab_size(dataset))
    publish(out, f"{name}.bin", (bin_bytes(ids, dtype) for ids in ids_of(dataset, bar)))
    publish(out, f"{name}.idx", [idx_bytes(lengths_of(dataset), dtype)])
    return [f"{name}.bin", f"{name}.idx"]
