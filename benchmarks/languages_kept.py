"""Shows by language what the rules of recipe fineweb2, of the starter file and of the gopher recipe keep.

Usage: python -m benchmarks.languages_kept. Texts: the Universal Declaration of Human Rights by language, whole as the
corpus has it and cut into PIECES, and the documents of the folder of corpora. The language of each is the one that is
known, not a model's. Prints tables in Markdown: which declarations break a rule about words or characters, with the
figure and the bound; and the share kept by each recipe, with the rule that drops most.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.languages import by_language, declarations
from corpusmill.operators import load
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Decision, Reader
from corpusmill.operators.text.fineweb2.settings import SETTINGS, read_settings
from corpusmill.pipeline.kernels import cache

PIECES = 4
WHY = {
    "gopher_words_few": "the corpus has only a fragment of this declaration",
    "gopher_words_short": "published bound",
    "gopher_words_long": "published bound",
    "gopher_letters_few": "published bound: more of its words have a letter than here",
}
MOST = 200
FINEWEB2 = (
    ("rewrite.unicode", {"remove": []}),
    ("signals.gopher_repetition", {"words": "by_language"}),
    ("signals.fineweb", {"words": "by_language"}),
    ("signals.gopher_quality", {"words": "by_language", "stop_words": "by_language", "settings": SETTINGS.address}),
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
# Rules about words and characters, other than about repetition, lines and marks: reason, column, its bound.
SHORT = ("gopher_words_few", "word_count<20")  # of a text that is short, whatever its words
WORD_RULES = (
    ("gopher_words_short", "gopher_mean_word_chars", "min_mean_word_chars"),
    ("gopher_words_long", "gopher_mean_word_chars", "max_mean_word_chars"),
    ("gopher_letters_few", "gopher_alpha_ratio", "min_alpha_ratio"),
    ("gopher_stop_words_few", "gopher_stop_words", "min_stop_words"),
)
LEAST_WORDS, LEAST_STOP_WORDS = 50, 2  # published, for every language


@dataclass(frozen=True, kw_only=True)
class Kept:
    """Of one language: how many texts, and by recipe the reasons of those dropped."""

    texts: int
    dropped: Mapping[str, Counter[str]]

    def share(self, recipe: str) -> float:
        return 1 - self.dropped[recipe].total() / self.texts

    def by_words(self, recipe: str) -> float:
        """The share that a rule about words and characters drops first, the length of the text aside."""
        return sum(self.dropped[recipe][rule] for rule, _, _ in WORD_RULES) / self.texts

    def as_short(self, recipe: str) -> float:
        """The share that is dropped for too few words."""
        return sum(self.dropped[recipe][rule] for rule in SHORT) / self.texts


@dataclass(frozen=True, kw_only=True)
class Broken:
    """A rule about words or characters that a text breaks, whether or not another rule drops it before."""

    rule: str
    value: float
    bound: float


def batch_of(texts: list[str], language: str) -> Batch:
    """The texts with their language and script."""
    name, _, script = language.partition("_")
    columns = {"text": pa.array(texts, TEXT), "language": pa.array([name] * len(texts))}
    return Batch(pa.table({**columns, "script": pa.array([script or None] * len(texts), pa.string())}))


def reasons(texts: list[str], language: str, steps: Sequence[tuple[str, dict]]) -> list[str | None]:
    """Why each text is dropped, None where it is kept."""
    batch = batch_of(texts, language)
    found: list[str | None] = [None] * len(texts)
    for step, params in steps:
        op = load.equip(load.build(step, params), load.shipped)
        assert not isinstance(op, Reader)
        if isinstance(op, Decision):
            found = [first or then for first, then in zip(found, op(batch).to_pylist(), strict=True)]
        else:
            batch = op(batch)
    return found


def broken_rules(texts: list[str], language: str) -> list[list[Broken]]:
    """The rules about words and characters of recipe fineweb2 that each text breaks; too few words are one of them."""
    batch = batch_of(texts, language)
    for step, params in FINEWEB2[:-1]:
        op = load.equip(load.build(step, params), load.shipped)
        assert not isinstance(op, Reader | Decision)
        batch = op(batch)
    settings = read_settings(load.shipped(SETTINGS.address))
    row = settings.rows_of(batch)[0]
    bounds = {name: float(values[row]) for name, values in settings.bounds.items()}
    rules = (("gopher_words_few", "gopher_words", "min_words"), *WORD_RULES)
    bounds |= {"min_words": LEAST_WORDS, "min_stop_words": LEAST_STOP_WORDS}
    columns = {column: batch.column(column).to_pylist() for _, column, _ in rules}
    return [
        [
            Broken(rule=rule, value=columns[column][i], bound=bounds[bound])
            for rule, column, bound in rules
            if columns[column][i] is not None
            and (columns[column][i] < bounds[bound] if bound.startswith("min") else columns[column][i] > bounds[bound])
        ]
        for i in range(len(texts))
    ]


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
    lines = ["| language | texts | fineweb2 | starter | gopher | by a word rule | too short | rule that drops most |"]
    lines.append("|---|---|---|---|---|---|---|---|")
    for language, each in found.items():
        shares = " | ".join(f"{each.share(recipe):.2f}" for recipe in RECIPES)
        most = each.dropped["fineweb2"].most_common(1)
        words = f"{each.by_words('fineweb2'):.2f} | {each.as_short('fineweb2'):.2f}"
        lines.append(f"| {language} | {each.texts} | {shares} | {words} | {most[0][0] if most else ''} |")
    return lines


def exceptions(declared: Mapping[str, str]) -> dict[str, list[Broken]]:
    """The languages with settings whose declaration, whole, breaks a rule about words or characters."""
    own = languages_with_settings()
    found = {language: broken_rules([text], language)[0] for language, text in declared.items() if language in own}
    return {language: each for language, each in found.items() if each}


def languages_with_settings() -> frozenset[str]:
    """The languages that have settings of their own."""
    settings = read_settings(load.shipped(SETTINGS.address))
    return frozenset(settings.labels[: settings.own])


def table_of_exceptions(found: Mapping[str, list[Broken]]) -> list[str]:
    """Lines of Markdown."""
    rows = pq.read_table(pa.BufferReader(load.shipped(SETTINGS.address))).to_pylist()
    stop_words = {row["language"]: row["stop_words"] for row in rows}
    lines = ["| language | rule | measured | published bound | why |", "|---|---|---|---|---|"]
    for language, each in found.items():
        for one in each:
            why = WHY.get(one.rule)
            if one.rule == "gopher_stop_words_few":
                words = stop_words[language]
                why = f"{len(words)} published stop words: {', '.join(words[:6])}".replace("|", "\\|")
            lines.append(f"| {language} | {one.rule} | {one.value:.4g} | {one.bound:.4g} | {why} |")
    return lines


def main() -> None:
    cache.choose()
    whole = declarations()
    own = languages_with_settings()
    documents = {lang: each for lang, each in by_language(MOST).items() if lang in own and len(each) > 4}
    found = exceptions(whole)
    print(f"\n## Exceptions: {len(found)} of {len(own & whole.keys())} languages with settings\n")
    print("\n".join(table_of_exceptions(found)))
    for title, texts in (
        ("Declarations", {language: [text] for language, text in whole.items()}),
        ("Declarations in pieces", {language: pieces(text) for language, text in whole.items()}),
        ("Documents", documents),
    ):
        each = kept(texts)
        with_settings = [each[language] for language in each if language in own]
        means = {recipe: sum(one.share(recipe) for one in with_settings) / len(with_settings) for recipe in RECIPES}
        shown = ", ".join(f"{recipe} {mean:.2f}" for recipe, mean in means.items())
        print(f"\n## {title}: {shown} of {len(with_settings)} languages with settings\n")
        print("\n".join(table(each)))


if __name__ == "__main__":
    main()
