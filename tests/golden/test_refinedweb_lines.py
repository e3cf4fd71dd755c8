"""What rewrite.refinedweb_lines gives for a page made by hand. A change here is a change of output: raise `version`."""

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.rewrite.refinedweb_lines import RefinedwebLines

PAGE = """HOME | ABOUT US

Sign-in to read it all
The tea of the high valleys is picked by hand in spring, and dried in the sun for a day or more.
3 Likes
2024
(1.2k views)
Tags
  It is sold at the market. Read more...
You have 2 items in cart
SOLD in Paris"""
LEFT = """
to read it all
The tea of the high valleys is picked by hand in spring, and dried in the sun for a day or more.
It is sold at the market.
You have 2
SOLD in Paris"""


def test_refinedweb_lines():
    batch = Batch(pa.table({"text": pa.array([PAGE, "", None, "BUY\n"], TEXT)}))
    first, *rest = RefinedwebLines()(batch).table.to_pylist()
    assert first == {
        "text": LEFT,
        "refinedweb_uppercase_lines": 1,
        "refinedweb_numeric_lines": 1,
        "refinedweb_counter_lines": 2,
        "refinedweb_one_word_lines": 1,
        "refinedweb_edited_lines": 3,
        "refinedweb_flagged_word_ratio": float(np.float32(29 / 54)),
        "refinedweb_removed_word_ratio": float(np.float32(16 / 54)),
    }
    assert [row["text"] for row in rest] == ["", None, ""]
    assert [row["refinedweb_removed_word_ratio"] for row in rest] == [0.0, 0.0, 1.0]
