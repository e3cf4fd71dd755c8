"""The texts of the blocks that the tokenizer makes of a small page."""

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base.workspace import allocate
from corpusmill.operators.extract.html.parse.tokenizer import tokenize

WS = allocate(1 << 16)


def texts(html: str) -> list[str]:
    """The text of each block."""
    source = np.frombuffer(html.encode(), np.uint8)
    tokenize(source, len(source), WS)
    assert WS.state[C.OUT] <= len(source)
    text = WS.text.tobytes()
    return [text[row[C.START] : row[C.END]].decode() for row in WS.blocks[: WS.state[C.BLOCKS]].tolist()]
