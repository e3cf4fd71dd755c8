"""An error of the store is not damage of the file: the unit is tried again, and no row is lost for good."""

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpusmill.operators.file_format import Span
from corpusmill.operators.readers.parquet import Parquet

ROWS = 4000


class Flaky(io.BytesIO):
    """Raises once, at the read of that number."""

    def __init__(self, data: bytes, at: int, error: type[Exception]) -> None:
        super().__init__(data)
        self.left, self.error = at, error

    def read(self, size: int | None = -1, /) -> bytes:
        self.left -= 1
        if self.left == 0:
            raise self.error("Connection reset by peer")
        return super().read(size)


@pytest.fixture(scope="module")
def stored() -> bytes:
    out = io.BytesIO()
    texts = [f"{i} " * 400 for i in range(ROWS)]
    pq.write_table(pa.table({"text": texts}), out, row_group_size=1000, compression="none", use_dictionary=False)
    return out.getvalue()


@pytest.mark.parametrize("error", [ConnectionResetError, PermissionError, TimeoutError, MemoryError])
@pytest.mark.parametrize("at", [1, 2, 3, 4, 5])
def test_it_goes_through_wherever_it_comes(stored, at, error):
    with pytest.raises(error, match="Connection reset"):
        list(Parquet()(Flaky(stored, at, error), Span(0, len(stored))))


def test_damage_of_the_file_is_a_row_still(stored):
    broken = stored[:-4] + b"oops"
    (batch,) = Parquet()(io.BytesIO(broken), Span(0, len(broken)))
    assert batch.column("failure")[0].as_py().startswith("bad_parquet")
