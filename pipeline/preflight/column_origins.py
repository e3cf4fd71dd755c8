"""Reports what gives the language of each source's documents, and which axes of a mix no document can have."""

from collections.abc import Iterable, Iterator, Sequence

from corpusmill.operators.readers.framing.mapping import DECLARED
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.steps import sources
from corpusmill.pipeline.steps.chain import Chain

SHOWN = 8  # sources named in a line
REMEDY = {
    "language": "map the field that holds it (columns: {language: lang}), fix it for an input, or add signals.language",
    "domain": "map the field that holds it (columns: {domain: topic}), fix it for an input, or leave the axis out",
}


def lines(spec: JobSpec, readers: Iterable[tuple[str, str]]) -> Iterator[str]:
    """What a plan says of the columns that a mix goes by. readers: (source, reader's name) of the files there are."""
    chains = {key: sources.plain_chain(spec, *key) for key in sorted(set(readers))}
    yield from languages(chains)
    axes = [axis for axis in spec.mix.leaf_columns() if not any(gives(chain, axis) for chain in chains.values())]
    yield from (null_axis(axis) for axis in axes if chains)


def languages(chains: dict[tuple[str, str], Chain]) -> Iterator[str]:
    """One line for each way in which documents get their language, with the sources that have it so."""
    found: dict[str, list[str]] = {}
    for (source, _), chain in chains.items():
        names = found.setdefault(origin(chain), [])
        names += [] if source in names else [source]
    for told, names in found.items():
        yield f"language: {told}: {listed(names)}"


def origin(chain: Chain) -> str:
    """What gives the language of a chain's documents, in words."""
    given, declares = chain.language_from(), DECLARED in chain.reader.columns_made()
    beside = f"; what the records declare stays in {DECLARED}" if declares and given != DECLARED else ""
    if given is None:
        return "null, nothing gives it"
    if given == "fixed":
        return f"fixed as {chain.fixed['language']!r} by the input{beside}"
    return "as the records declare it" if given == DECLARED else f"measured by {given}{beside}"


def gives(chain: Chain, column: str) -> bool:
    """Whether documents of a chain can have something else than null in a column."""
    made = column in chain.reader.columns_made() or column in chain.fixed or chain.made_by(column) is not None
    return made or column == "source" or (column == "language" and chain.language_from() is not None)


def null_axis(axis: str) -> str:
    """A warning of an axis that is null for every document."""
    remedy = REMEDY.get(axis, "map the field that holds it, or leave the axis out")
    return f"warning: no document has a {axis!r}, so that axis of the mix divides nothing; {remedy}"


def listed(names: Sequence[str]) -> str:
    """Names in a line, the first ones where there are many."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
