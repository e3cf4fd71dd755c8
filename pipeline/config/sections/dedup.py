"""What counts as a duplicate, and which safeguards hold before one is removed."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from corpusmill.pipeline.config.base.frozen import frozen
from corpusmill.pipeline.config.base.problems import nearest
from corpusmill.pipeline.config.base.section import Complaint, Positive, Section, Share
from corpusmill.pipeline.config.sections.presets import PRESETS

MOST_MINIMA = 1 << 16  # guess: seven times the largest published signature (RefinedWeb's 9,000); half a MB a document


class NearSpec(Section):
    """Near duplicates by MinHash: two documents meet when one of `bands` keys of `rows` minima is equal."""

    preset: Annotated[str, Field(json_schema_extra={"enum": list(PRESETS)})] | None = None
    """Name of the published setting this started from; what is written beside it wins."""
    bands: Positive = 14
    """Bands of the signature. Source of 14 x 8: Penedo et al. 2024 (FineWeb), arXiv:2406.17557."""
    rows: Positive = 8
    """Minima in each band; bands x rows permutations in all."""
    shingle_words: Positive = 5
    """Words in a shingle."""
    word_rule: Literal["unicode", "script", "whitespace"] = "unicode"
    """What a word is."""
    threshold: Share = 0.8
    """Jaccard similarity of shingles from which two documents are the same, 0 to 1."""
    verify: Literal["text", "estimate", "none"] = "text"
    """How a candidate is checked before it goes: by its shingles, by its signature, or not at all. Only `text` sees
    signs, repetitions and their order, which is what code and tables differ in."""
    thresholds: Annotated[dict[str, Share], AfterValidator(frozen)] = Field(default_factory=dict)
    """Threshold of single sources in place of `threshold`. Of two documents the higher one holds."""
    except_: tuple[str, ...] = Field(default=(), alias="except")
    """Sources whose documents take no part in this rule, such as forms and templates: none goes, none is a reason to
    remove another."""

    model_config = ConfigDict(populate_by_name=True)

    def threshold_of(self, source: str) -> float:
        """The threshold of documents of `source`."""
        return self.thresholds.get(source, self.threshold)

    def complaints(self) -> Iterator[Complaint]:
        if self.bands * self.rows > MOST_MINIMA:
            told = f"bands x rows is {self.bands * self.rows:,} minima a document, at most {MOST_MINIMA:,} can be held"
            yield ("bands",), f"{told}; FineWeb has 14 x 8, RefinedWeb 450 x 20"
        if self.preset is not None and self.preset not in PRESETS:
            yield ("preset",), f"no preset {self.preset!r}{nearest(self.preset, [*PRESETS, 'off'])}"


class DedupSpec(Section):
    """Three rules, in this order; the loser of one takes no part in the next."""

    url: Literal["newest", "first", "off"] = "newest"
    """Which document of one URL stays. Fragments count (`/how#7701`, `/#/details/1`), all but `#top` and `#:~:text=`.
    A value without `//`, such as a name, `N/A` or a DOI, is no address and joins nothing; nor does `http://null`."""
    text: bool = True
    """Whether documents with the same final text are one."""
    near: NearSpec | None = NearSpec()
    """Near duplicates; null (`off` in a job file): none are removed."""
    except_: tuple[str, ...] = Field(default=(), alias="except")
    """Sources whose documents take no part in any of the three rules: all of them stay, none is a reason to remove
    another. `near: {except: [...]}` leaves them out of that rule alone."""
    index: bool = False
    """Keep the shingle sets of documents that stay, so that later updates read no text but the new; about 1.2 times
    the size of the text. Without it an update also reads the old documents that share a band with a new one."""
    max_cluster_share: Share = 0.25
    """Share of all documents that one cluster of near duplicates may lose before the run stops; below 10,000 it never
    does. 0.25 is a guess: no honest corpus is a quarter one page."""
    max_removed_share: Annotated[dict[str, Share], AfterValidator(frozen)] = Field(
        default_factory=lambda: {"default": 0.95}
    )
    """Share of a source's documents that may be removed before the run stops, by source; `default` for the rest."""

    model_config = ConfigDict(populate_by_name=True)

    def excludes(self, source: str, *, near: bool) -> bool:
        """Whether documents of `source` take no part: in any rule, or (`near`) in that for near duplicates."""
        return source in self.except_ or (near and self.near is not None and source in self.near.except_)

    def ceiling(self, source: str) -> float:
        """The share of documents of `source` that may be removed, 0 to 1; 1 where nothing is said."""
        return self.max_removed_share.get(source, self.max_removed_share.get("default", 1.0))
