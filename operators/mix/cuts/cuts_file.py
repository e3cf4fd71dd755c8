"""Cuts as a file: a .npz of plain arrays, without pickled objects, the same bytes for the same cuts.

Each field of `Cuts` is an array of its own name; `bits` and `offsets` are those of its layout; `format` is a number.
The plan the cuts belong to lies beside them as JSON (plan_json).
"""

import dataclasses
import io
import zipfile

import numpy as np

from corpusmill.errors import InvalidCutsFile
from corpusmill.operators.mix.cuts.cuts import Cuts
from corpusmill.operators.mix.supply.bins import Layout

FORMAT = 1
LAYOUT = ("bits", "offsets")
ARRAYS = tuple(f.name for f in dataclasses.fields(Cuts) if f.name not in ("layout", "shards"))


def to_npz(cuts: Cuts) -> bytes:
    """The file's bytes."""
    out = io.BytesIO()
    arrays = {name: getattr(cuts, name) for name in ARRAYS}
    layout = {name: getattr(cuts.layout, name) for name in LAYOUT}
    np.savez(out, format=np.int64(FORMAT), shards=np.array(cuts.shards, np.int64), **layout, **arrays)
    return out.getvalue()


def from_npz(payload: bytes) -> Cuts:
    """The cuts that `to_npz` wrote. InvalidCutsFile for anything else, a file with pickled objects among it."""
    try:
        with np.load(io.BytesIO(payload), allow_pickle=False) as file:
            if int(file["format"]) != FORMAT:
                raise InvalidCutsFile(f"expected cuts of format {FORMAT}, found {int(file['format'])}")
            return Cuts(
                layout=Layout(**{name: file[name] for name in LAYOUT}),
                shards=tuple(file["shards"].tolist()),
                **{name: file[name] for name in ARRAYS},
            )
    except (KeyError, ValueError, OSError, EOFError, AttributeError, TypeError, zipfile.BadZipFile) as e:
        raise InvalidCutsFile(f"not a file of cuts: {e}") from e
