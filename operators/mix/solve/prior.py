"""What the rules alone ask for: a share per leaf, before any bound, cap or rounding.

Source: see operators/mix/spec/weights.py.
"""

import numpy as np

from corpusmill.errors import SpecError
from corpusmill.operators.mix.spec.schedule import Level
from corpusmill.operators.mix.spec.weights import (
    OTHERS,
    Alpha,
    Explicit,
    Natural,
    QualityCurve,
    Temperature,
    UniMax,
    Weighting,
)
from corpusmill.operators.mix.spec.where import Boost, in_words
from corpusmill.operators.mix.supply.leaves import LeafTable
from corpusmill.operators.mix.supply.tree import tree_of


def prior(leaves: LeafTable, tokens: np.ndarray, levels: tuple[Level, ...], budget: float) -> np.ndarray:
    """Shares per leaf, summing to 1: at each level a node hands its share to its children by the level's rule.

    tokens: per leaf, 0 for leaves that take no part. budget: tokens, for rules that depend on it (quality curves).
    """
    groups = [[leaves.columns.index(c) for c in level.columns] for level in levels]
    tree = tree_of(leaves.codes, groups)
    sorted_tokens = tokens[tree.order]
    share = np.ones(1)
    for depth, starts in enumerate(tree.starts):
        parent = tree.parents[depth]
        supply = tree.sums(depth, sorted_tokens).astype(np.float64)
        level = levels[depth] if depth < len(levels) else Level(columns=("",))
        names = _names(leaves, level, tree.order[starts]) if depth < len(levels) else []
        raw = demand(level.weighting, supply, parent, share[parent] * budget, names)
        sums = np.bincount(parent, weights=raw, minlength=len(share))
        share = share[parent] * np.divide(raw, sums[parent], out=np.zeros(len(raw)), where=sums[parent] > 0)
    out = np.zeros(len(leaves))
    out[tree.order] = share
    if not out.sum() > 0:
        raise SpecError("the mix's weights exclude every group")
    return out / out.sum()


def demand(rule: Weighting, supply: np.ndarray, parent: np.ndarray, target: np.ndarray, names: list[str]) -> np.ndarray:
    """What each node asks for, >= 0, to any scale that its family shares. supply: tokens, float.

    target: tokens of the node's parent. names: see `Explicit`. An empty node asks for nothing.
    """
    total = np.bincount(parent, weights=supply)[parent] if len(supply) else supply
    part = np.divide(supply, total, out=np.zeros(len(supply)), where=total > 0)
    match rule:
        case Natural():
            return part
        case Alpha(alpha=alpha):
            return np.where(part > 0, part**alpha, 0.0)
        case Temperature(temperature=temperature):
            return np.where(part > 0, part ** (1 / temperature), 0.0)
        case UniMax():
            return (part > 0).astype(np.float64)
        case Explicit(weights=weights):
            return _explicit(weights, supply, parent, names)
        case QualityCurve():
            return _curve(rule, supply, parent, target, names)


def boosted(shares: np.ndarray, leaves: LeafTable, boosts: tuple[Boost, ...]) -> np.ndarray:
    """Shares after multiplying those of boosted leaves, again summing to 1."""
    for boost in boosts:
        hit = leaves.matches(boost.where)
        if not hit.any():
            raise SpecError(f"boost of {in_words(boost.where)}: no such group")
        shares = np.where(hit, shares * boost.factor, shares)
    return shares / shares.sum()


def head_of(tokens: np.ndarray, share: float) -> np.ndarray:
    """The fewest leaves, largest first (ties to the first), that hold `share` of all tokens; as booleans."""
    order = np.lexsort((np.arange(len(tokens)), -tokens))
    before = np.cumsum(tokens[order]) - tokens[order]
    mask = np.zeros(len(tokens), bool)
    mask[order] = before < share * tokens.sum()
    return mask & (tokens > 0)


def _names(leaves: LeafTable, level: Level, first: np.ndarray) -> list[str]:
    if not isinstance(level.weighting, Explicit | QualityCurve):
        return []
    columns = [leaves.columns.index(c) for c in level.columns]
    rows = leaves.codes[first][:, columns].tolist()
    return ["/".join(leaves.values[c][k] for c, k in zip(columns, row, strict=True)) for row in rows]


def _explicit(weights: object, supply: np.ndarray, parent: np.ndarray, names: list[str]) -> np.ndarray:
    assert isinstance(weights, dict)
    unnamed = np.array([n not in weights for n in names], bool)
    there = supply > 0
    if OTHERS not in weights and (unnamed & there).any():
        missing = sorted({n for n, u in zip(names, unnamed & there, strict=True) if u})
        raise SpecError(f"explicit weights lack {missing[:10]} ({len(missing)} in all); name them, or add {OTHERS!r}")
    raw = np.array([weights.get(n, 0.0) for n in names], np.float64)
    rest = np.where(unnamed, supply, 0.0)
    total = np.bincount(parent, weights=rest)[parent] if len(rest) else rest
    raw += weights.get(OTHERS, 0.0) * np.divide(rest, total, out=np.zeros(len(rest)), where=total > 0)
    return np.where(there, raw, 0.0)


def _curve(
    rule: QualityCurve, supply: np.ndarray, parent: np.ndarray, target: np.ndarray, names: list[str]
) -> np.ndarray:
    rank = _ranks(rule, names)
    order = np.lexsort((rank, parent))
    total = np.bincount(parent, weights=supply)[parent]
    ends = np.cumsum(supply[order])
    first = np.searchsorted(parent, parent)
    base = (ends - supply[order])[first]  # families keep their places under `order`
    high = np.divide(ends - base, total, out=np.ones(len(supply)), where=total > 0)
    low = np.divide(ends - supply[order] - base, total, out=np.ones(len(supply)), where=total > 0)
    kept = 1 - rule.discard
    rate = np.divide(target, total, out=np.zeros(len(supply)), where=total > 0)
    if (rate > rule.max_factor * kept * (1 + 1e-9)).any():
        raise SpecError(
            f"quality curve: to fill the budget documents are needed {rate.max():.3g} times on average, a curve up to "
            f"{rule.max_factor:g} that leaves out {rule.discard:.0%} gives at most {rule.max_factor * kept:.3g}"
        )
    power = rule.max_factor * kept / np.maximum(rate, 1e-300) - 1
    power = np.maximum(power, 0.0)
    high, low = (np.clip((x - rule.discard) / kept, 0, 1) ** (power + 1) for x in (high, low))
    out = np.zeros(len(supply))
    out[order] = high - low
    return out


def _ranks(rule: QualityCurve, names: list[str]) -> np.ndarray:
    if rule.order:
        missing = sorted(set(names) - set(rule.order))
        if missing:
            raise SpecError(f"quality curve: order lacks {missing}")
        return np.array([rule.order.index(n) for n in names])
    try:
        keys: list[tuple[float, str]] = [(float(n), n) for n in names]
    except ValueError:
        keys = [(0.0, n) for n in names]
    place = {k: i for i, k in enumerate(sorted(set(keys)))}
    return np.array([place[k] for k in keys])
