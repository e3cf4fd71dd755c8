"""Names in a mix that pick no leaf, with the name that was perhaps meant: a typo changes shares and breaks nothing."""

import difflib
from collections.abc import Collection, Iterator

from corpusmill.operators.mix.spec.schedule import Level
from corpusmill.operators.mix.spec.spec import MixSpec
from corpusmill.operators.mix.spec.weights import OTHERS, Explicit
from corpusmill.operators.mix.spec.where import Where, in_words
from corpusmill.operators.mix.supply.leaves import LeafTable


def unmatched(spec: MixSpec, leaves: LeafTable) -> tuple[str, ...]:
    """One sentence for each name of weights, bounds, caps and boosts that no leaf has; each once, in the spec's order.

    Least shares and boosts that pick nothing at all are refused elsewhere; a `replay` too.
    """
    return tuple(dict.fromkeys(_all(spec, leaves)))


def _all(spec: MixSpec, leaves: LeafTable) -> Iterator[str]:
    for levels in (spec.levels, *(phase.levels or () for phase in spec.phases)):
        for level in levels:
            yield from _weights(level, leaves)
    for bounds in (spec.bounds, *(phase.bounds or () for phase in spec.phases)):
        for bound in bounds:
            yield from _where("bound on", bound.where, leaves)
    for cap in spec.caps:
        yield from _where("max_epochs of", cap.where, leaves)
    for phase in spec.phases:
        for boost in phase.boosts:
            yield from _where("boost of", boost.where, leaves)


def _weights(level: Level, leaves: LeafTable) -> Iterator[str]:
    if not isinstance(level.weighting, Explicit):
        return
    columns = [leaves.columns.index(c) for c in level.columns]
    rows = {tuple(row) for row in leaves.codes[:, columns].tolist()}
    there = {"/".join(leaves.values[c][k] for c, k in zip(columns, row, strict=True)) for row in rows}
    for name in level.weighting.weights:
        if name != OTHERS and name not in there:
            yield f"weights: no leaf {name!r}{_meant(name, there)}"


def _where(what: str, where: Where, leaves: LeafTable) -> Iterator[str]:
    alone = False
    for column, wanted in where.items():
        there = leaves.values[leaves.columns.index(column)]
        lost = [value for value in wanted if value not in there]
        for value in lost:
            whole = len(where) == len(wanted) == 1
            yield f"{what} {in_words(where)}: no document has {'that' if whole else repr(value)}{_meant(value, there)}"
        alone = alone or bool(lost)
    if not alone and not leaves.matches(where).any():
        yield f"{what} {in_words(where)}: no document has all of that"


def _meant(name: str, there: Collection[str]) -> str:
    near = difflib.get_close_matches(name, there, n=1)
    return f", did you mean {near[0]!r}?" if near else ""
