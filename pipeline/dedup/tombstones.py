"""Which documents were taken down: what the list says, and which documents of given shards that means."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, kw_only=True)
class Tombstones:
    """What must stay out, each sorted: `ids`, doc_ids; `texts`, `urls`, their keys in hex (`operators.dedup.keys`).

    A key in `urls` is that of a page, or longer by that of a fragment. A doc_id is a place in an input. The keys know
    a document again that comes in another file.
    """

    ids: tuple[int, ...] = ()
    texts: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()

    def __or__(self, other: "Tombstones") -> "Tombstones":
        return Tombstones(
            ids=tuple(sorted({*self.ids, *other.ids})),
            texts=tuple(sorted({*self.texts, *other.texts})),
            urls=tuple(sorted({*self.urls, *other.urls})),
        )

    @property
    def as_lists(self) -> list[list[int] | list[str]]:
        return [list(self.ids), list(self.texts), list(self.urls)]


@dataclass(frozen=True, kw_only=True)
class Takedown:
    """Everything taken down so far.

    buried: documents that keep their place among the kept, so that their copies stay out too, old ones and those to
    come; withdrawn: as if they had never been, so that the best of their copies takes their place.
    """

    buried: Tombstones = Tombstones()
    withdrawn: Tombstones = Tombstones()

    def __or__(self, other: "Takedown") -> "Takedown":
        return Takedown(buried=self.buried | other.buried, withdrawn=self.withdrawn | other.withdrawn)


@dataclass(frozen=True, kw_only=True)
class Down:
    """The documents that a takedown means among given shards: sorted doc_ids."""

    buried: tuple[int, ...] = ()
    withdrawn: tuple[int, ...] = ()

    @property
    def ids(self) -> np.ndarray:
        """All of them, int64, sorted."""
        return np.array(sorted({*self.buried, *self.withdrawn}), np.int64)
