"""Shows by language what the rules of recipe fineweb2, of the starter file and of the gopher recipe keep.

Usage: python -m benchmarks.languages_kept. Texts: the Universal Declaration of Human Rights by language, cut into
PIECES, and the documents of the folder of corpora. The language of each is the one that is known, not a model's. Prints
a table in Markdown: the share kept by each, and the rule that drops most.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from benchmarks.languages import by_language, declarations
from corpusmill.operators import load
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Decision, Reader
from corpusmill.operators.text.fineweb2.settings import SETTINGS, read_settings
from corpusmill.pipeline.kernels import cache

PIECES = 4
MOST = 200
FINEWEB2 = (
    ("signals.gopher_repetition", {"words": "tokens"}),
    ("signals.fineweb", {"words": "tokens"}),
    ("signals.gopher_quality", {"words": "tokens", "stop_words": "by_language", "settings": SETTINGS.address}),
    ("decide.fineweb2", {}),
)
STARTER = (("signals.counts", {}), ("decide.bounds", {"bounds": {"word_count": [20, 100_000]}}))
GOPHER = (
    ("signals.gopher_quality", {"words": "whitespace"}),
    ("decide.gopher_quality", {}),
    ("signals.gopher_repetition", {"words": "whitespace"}),
    ("decide.gopher_repetition", {}),
)
RECIPES: Mapping[str, Sequence[tuple[str, dict]]] = {"fineweb2": FINEWEB2, "starter": STARTER, "gopher": GOPHER}
# Rules about words and characters, other than about repetition, lines and marks.
WORD_RULES = (
    "word_count<20",
    "gopher_words_few",
    "gopher_words_short",
    "gopher_words_long",
    "gopher_letters_few",
    "gopher_stop_words_few",
)


@dataclass(frozen=True, kw_only=True)
class Kept:
    """Of one language: how many texts, and by recipe the reasons of those dropped."""

    texts: int
    dropped: Mapping[str, Counter[str]]

    def share(self, recipe: str) -> float:
        return 1 - self.dropped[recipe].total() / self.texts

    def by_words(self, recipe: str) -> float:
        """The share that a rule about words and characters drops."""
        return sum(self.dropped[recipe][rule] for rule in WORD_RULES) / self.texts


def reasons(texts: list[str], language: str, steps: Sequence[tuple[str, dict]]) -> list[str | None]:
    """Why each text is dropped, None where it is kept."""
    name, _, script = language.partition("_")
    columns = {"text": pa.array(texts, TEXT), "language": pa.array([name] * len(texts))}
    batch = Batch(pa.table({**columns, "script": pa.array([script or None] * len(texts), pa.string())}))
    found: list[str | None] = [None] * len(texts)
    for step, params in steps:
        op = load.equip(load.build(step, params), load.shipped)
        assert not isinstance(op, Reader)
        if isinstance(op, Decision):
            found = [first or then for first, then in zip(found, op(batch).to_pylist(), strict=True)]
        else:
            batch = op(batch)
    return found


def kept(texts: Mapping[str, list[str]]) -> dict[str, Kept]:
    """What each recipe keeps of the texts of each language."""
    return {
        language: Kept(
            texts=len(each),
            dropped={
                recipe: Counter(why for why in reasons(each, language, steps) if why is not None)
                for recipe, steps in RECIPES.items()
            },
        )
        for language, each in texts.items()
    }


def pieces(text: str) -> list[str]:
    """A declaration in PIECES of whole lines, about as long as each other."""
    lines = text.split("\n")
    size = -(-len(lines) // PIECES)
    return ["\n".join(lines[i : i + size]) for i in range(0, len(lines), size)]


def table(found: Mapping[str, Kept]) -> list[str]:
    """Lines of Markdown."""
    lines = ["| language | texts | fineweb2 | starter | gopher | by a word rule | rule that drops most |"]
    lines.append("|---|---|---|---|---|---|---|")
    for language, each in found.items():
        shares = " | ".join(f"{each.share(recipe):.2f}" for recipe in RECIPES)
        most = each.dropped["fineweb2"].most_common(1)
        lines.append(
            f"| {language} | {each.texts} | {shares} | {each.by_words('fineweb2'):.2f} | {most[0][0] if most else ''} |"
        )
    return lines


def main() -> None:
    cache.choose()
    own = read_settings(load.shipped(SETTINGS.address)).labels
    declared = {language: pieces(text) for language, text in declarations().items()}
    documents = {language: each for language, each in by_language(MOST).items() if language in own and len(each) > 4}
    for title, texts in (("Declarations", declared), ("Documents", documents)):
        print(f"\n## {title}\n")
        print("\n".join(table(kept(texts))))


if __name__ == "__main__":
    main()
