"""Supplies and documents for the tests of the mix, small enough to check by eye or by brute force."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from corpusmill.operators.mix.spec.schedule import Level
from corpusmill.operators.mix.spec.spec import MixSpec
from corpusmill.operators.mix.spec.weights import Weighting
from corpusmill.operators.mix.supply.leaves import LeafTable

COLUMNS = ("domain", "language")


def supply(tokens: Mapping[tuple[str, str], int], documents: int = 10) -> LeafTable:
    """Leaves by (domain, language), each with so many documents."""
    rows = len(tokens)
    return LeafTable.of(
        pa.table(
            {
                "domain": pa.array([d for d, _ in tokens], pa.string()),
                "language": pa.array([language for _, language in tokens], pa.string()),
                "multiplier_64": pa.array([64] * rows, pa.int32()),
                "documents": pa.array([min(documents, n) for n in tokens.values()], pa.int64()),
                "tokens": pa.array(list(tokens.values()), pa.int64()),
                "largest": pa.array([max(n // max(documents, 1), 1) for n in tokens.values()], pa.int64()),
            }
        ),
        COLUMNS,
    )


def languages(tokens: Mapping[str, int]) -> LeafTable:
    """A supply of one domain."""
    return supply({("web", language): n for language, n in tokens.items()})


def flat(weighting: Weighting, **more: object) -> MixSpec:
    """The simple case: one level of (domain, language)."""
    return MixSpec(levels=(Level(columns=COLUMNS, weighting=weighting),), **more)


def nested(domain: Weighting, language: Weighting, **more: object) -> MixSpec:
    """Two levels: first domains, then the languages in each."""
    levels = (Level(columns=("domain",), weighting=domain), Level(columns=("language",), weighting=language))
    return MixSpec(levels=levels, **more)


def corpus(seed: int, documents: int, *, longest: int = 5000) -> pa.Table:
    """Documents of 4 domains x 3 languages (one null), of very uneven number and length."""
    rng = np.random.default_rng(seed)
    domain = rng.choice(["web", "law", "code", "math"], documents, p=[0.8, 0.12, 0.06, 0.02])
    language = rng.choice(["en", "de", ""], documents, p=[0.8, 0.17, 0.03])
    return pa.table(
        {
            "domain": pa.array(domain.tolist(), pa.string()),
            "language": pa.array([v or None for v in language.tolist()], pa.string()),
            "n_tokens": np.clip(rng.lognormal(5, 1.3, documents).astype(np.int64), 1, longest),
            "u": rng.integers(0, 2**64, documents, dtype=np.uint64),
            "doc_id": rng.permutation(documents).astype(np.int64),
            "copies": rng.choice([1, 1, 1, 2, 3, 7, 150, 2000], documents).astype(np.int64),
            "held_u": rng.integers(0, 2**64, documents, dtype=np.uint64),
        }
    )
