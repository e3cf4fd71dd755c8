"""Draws a small sample of rows from many files, the same for the same seed, without reading more than it needs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from corpusmill.pipeline.files.ids import digest

FILES = 32  # a guess: more files are opened only while there are too few rows


@dataclass(kw_only=True)
class Sample:
    """`most` rows of several files: those with the lowest of the numbers that the seed draws for each row."""

    seed: int
    most: int
    _files: int = 0
    _rows: list[tuple[float, str, int]] = field(default_factory=list)

    def order(self, names: Iterable[str]) -> list[str]:
        """The names of the files in the order in which they are to be added."""
        return sorted(names, key=lambda name: digest(self.seed, name))

    def is_enough(self) -> bool:
        """Whether enough files and rows were added."""
        return self._files >= FILES and len(self._rows) >= self.most

    def add(self, name: str, rows: np.ndarray) -> None:
        """Add a file whose rows of these numbers may be drawn. rows: int64, rising."""
        self._files += 1
        if len(rows):
            draws = np.random.Generator(np.random.PCG64(int(digest(self.seed, name), 16))).random(int(rows[-1]) + 1)
            low = rows[np.argsort(draws[rows], kind="stable")[: self.most]]
            found = [*self._rows, *((float(draws[row]), name, int(row)) for row in low)]
            self._rows = sorted(found)[: self.most]

    def drawn(self) -> Iterator[tuple[str, np.ndarray]]:
        """Each file of which rows are drawn, with their numbers, rising."""
        rows: dict[str, list[int]] = {}
        for _, name, row in self._rows:
            rows.setdefault(name, []).append(row)
        for name in rows:
            yield name, np.array(sorted(rows[name]), np.int64)
