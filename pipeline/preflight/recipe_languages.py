"""Warns where documents are in languages that the rules of a recipe were not made for."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa

from corpusmill.cluster.filesystems import filesystem
from corpusmill.operators import load
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Extract, Reader
from corpusmill.operators.file_format import Span
from corpusmill.operators.signals.language import UNDETERMINED, Language
from corpusmill.operators.text.language_codes import code_of
from corpusmill.pipeline.config.build.recipes import find_recipe, recipe_names
from corpusmill.pipeline.config.sections.inputs import InputSpec
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.files import referenced as resources
from corpusmill.pipeline.inputs.paths import InputFile
from corpusmill.pipeline.steps import sources

SAMPLED_DOCUMENTS = 50  # of the first file of each source
SHOWN = 4
LEAST_SHARE = 0.05  # of the sampled documents: fewer are quotations and mistakes of the model (guess)


@dataclass(frozen=True, kw_only=True)
class Found:
    """The languages of a source, most frequent first. how: what says so, in words."""

    languages: Counter[str]
    how: str


def remarks(spec: JobSpec, files: Sequence[tuple[InputFile, str, Reader]]) -> Iterator[str]:
    """One warning a recipe and source; no file is opened where the job has no such recipe."""
    recipes: dict[str, tuple[str, ...]] = {}
    for step in spec.documents:
        name = (step.recipe or "").partition("@")[0]
        if name in recipe_names() and (made_for := find_recipe(name, Path()).languages):
            recipes[name] = made_for
    if not recipes:
        return
    for source in spec.inputs:
        found = declared(source) or sampled(spec, source, files)
        for name, made_for in recipes.items():
            steps = (step for step in spec.documents if (step.recipe or "").partition("@")[0] == name)
            if found is not None and any(step.is_for(source.source) for step in steps):
                yield from warned(name, made_for, source.source, found)


def warned(recipe: str, made_for: Sequence[str], source: str, found: Found) -> Iterator[str]:
    """The warning of one source, or none.

    >>> next(warned("gopher", ["en"], "crawl", Found(languages=Counter(zh=9, en=1), how="of 10 sampled documents")))
    'recipe gopher has rules for en, but of 10 sampled documents of crawl 9 are in other languages (zh 9), of which \
it keeps few: use recipe fineweb2, which has rules for each language'
    """
    own = {code_of(label) for label in made_for}
    others = Counter({label: n for label, n in found.languages.items() if code_of(label).partition("_")[0] not in own})
    if others.total() < max(LEAST_SHARE * found.languages.total(), 1):
        return
    names = ", ".join(f"{label} {n}" for label, n in others.most_common(SHOWN))
    several = found.languages.total() > 1
    counted = f"{others.total()} are in other languages ({names})" if several else f"is {next(iter(others))}"
    yield (
        f"recipe {recipe} has rules for {', '.join(made_for)}, but {found.how} of {source} {counted}, "
        "of which it keeps few: use recipe fineweb2, which has rules for each language"
    )


def declared(source: InputSpec) -> Found | None:
    """The language that the job file fixes for a source."""
    if source.language is None:
        return None
    return Found(languages=Counter({source.language: 1}), how="the declared language")


def sampled(spec: JobSpec, source: InputSpec, files: Sequence[tuple[InputFile, str, Reader]]) -> Found | None:
    """The languages of the first documents of a source, by the model that ships; None where none can be read."""
    for file, _, reader in files:
        if file.source != source.source:
            continue
        try:
            texts = first_texts(spec, source, file, reader)
        except (OSError, ValueError, pa.ArrowException):
            return None  # what is wrong with a file is reported by the checks of files, and by the run
        model = load.equip(Language(), load.shipped)
        labels = [] if texts is None else model(Batch(pa.table({"text": texts}))).column("language").to_pylist()  # pyright: ignore
        counts = Counter(label for label in labels if label != UNDETERMINED)
        return Found(languages=counts, how=f"of {counts.total()} sampled documents") if counts else None
    return None


def first_texts(spec: JobSpec, source: InputSpec, file: InputFile, reader: Reader) -> pa.Array | None:
    """The texts of the first documents of a file: as they are read, or as the job extracts them."""
    fs = filesystem(file.uri, source.storage)
    with fs.open(file.uri, "rb") as opened:
        batches = reader.batches(cast(BinaryIO, opened), Span(0, file.size))
        found: list[pa.Table] = []
        while sum(table.num_rows for table in found) < SAMPLED_DOCUMENTS and (batch := next(batches, None)) is not None:
            table = pa.table(batch)
            sound = [
                a is None and b is None
                for a, b in zip(table["skipped"].to_pylist(), table["failure"].to_pylist(), strict=True)
            ]
            found.append(table.filter(pa.array(sound, pa.bool_())))
    if not found:
        return None
    documents = Batch(pa.concat_tables(found).slice(0, SAMPLED_DOCUMENTS))
    if "text" not in documents.table.column_names:
        skipped = sources.without(spec, source.source)
        extracts = [s.build() for i, s in enumerate(spec.documents) if i not in skipped]
        extract = next((op for op in extracts if isinstance(op, Extract)), None)
        if extract is None:
            return None
        documents = Batch(documents.table.drop_columns(["failure"]))
        documents = load.equip(extract, resources.opened)(documents)  # pyright: ignore
    return documents.column("text").cast(TEXT)
