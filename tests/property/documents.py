"""Texts that are hard for kernels, and a batch whose text column is a slice with an offset and nulls."""

import pyarrow as pa
from hypothesis import strategies as st

from corpusmill.operators.batch import TEXT, Batch

PIECES = (
    *"aAbB.!?\"'-•*…#{}[]1_,",
    *" \t\n\r\x0b\x1c\x85\u2028\u2029\u3000\xa0\x00",
    *"éßİΣſK東京のガบกຂខမ。？」①٣́\u0e31\u200b😀𠮷",
    *("\n\n", "\r\n", "...", "the ", "of ", "and ", "[1]", "[edit]", "[citation needed]", "lorem ipsum", "JavaScript"),
    *("use cookies", "privacy policy", "A line that ends well. ", "word word word ", "x" * 30),
)
HARD = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
TEXTS = st.lists(st.one_of(st.none(), HARD, st.text(max_size=40)), min_size=1, max_size=5)


def sliced(texts: list[str | None], **columns: pa.Array) -> Batch:
    """A batch of `texts` whose buffers begin with a document that does not belong to it."""
    whole = pa.array(["not ours\n", *texts, "nor this"], TEXT)
    return Batch(pa.table({"text": whole.slice(1, len(texts)), **columns}))
