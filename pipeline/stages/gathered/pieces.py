"""Writes what a shard gathers in pieces of bounded size, each an exchange file of its own."""

from pathlib import Path

import pyarrow as pa

from corpusmill.pipeline.exchange.files import encoded


class Pieces:
    """The exchange files `KIND/NAME.000.arrow` and on of one shard, under a folder.

    written: those there are, with the bytes of their tables.
    """

    def __init__(self, folder: Path, kind: str, name: str) -> None:
        self._folder, self._kind, self._name = folder, kind, name
        self.written: dict[str, int] = {}
        (folder / kind).mkdir()

    def write(self, table: pa.Table) -> None:
        """Write one more."""
        name = f"{self._kind}/{self._name}.{len(self.written):03d}.arrow"
        with pa.OSFile(str(self._folder / name), "wb") as out:
            out.write(encoded(table))
        self.written[name] = table.nbytes
