"""How much training a planned mix is for a model of a given size, and how much its unique tokens can carry.

Source: 20 tokens a parameter is compute-optimal: Hoffmann et al. 2022, "Training Compute-Optimal Large Language
        Models", arXiv:2203.15556. Repetition: Muennighoff et al. 2023, "Scaling Data-Constrained Language Models",
        arXiv:2305.16264: up to about 4 epochs are nearly as good as new data, after about 16 (R* = 15.39 repetitions)
        returns fall off fast, and no number of repetitions is worth more than 1 + R* times the unique tokens.
"""

import math
from dataclasses import dataclass

from corpusmill.operators.mix.plan.effective import HALF_LIFE
from corpusmill.operators.mix.plan.plan import MixPlan
from corpusmill.operators.mix.plan.vocabulary_size import optimal_vocabulary, usual_width

TOKENS_A_PARAMETER = 20.0
GOOD_EPOCHS = 4.0


@dataclass(frozen=True, kw_only=True)
class Advice:
    """Tokens, unless the name says otherwise.

    overtraining: planned tokens over compute-optimal ones. good_tokens: what the unique tokens of the leaves the plan
    takes from carry at 4 epochs each; good_params: the largest model these train compute-optimally. most_effective:
    what endless repetition of them would be worth. optimal_vocabulary: tokens, by the published scaling law, for
    embeddings of `width`.
    """

    params: float
    optimal_tokens: float
    planned_tokens: int
    overtraining: float
    unique_tokens: int
    mean_epochs: float
    most_epochs: float
    effective_tokens: float
    good_tokens: float
    good_params: float
    most_effective: float
    optimal_vocabulary: float
    width: float

    def __str__(self) -> str:
        rows = [
            ("model", f"{_short(self.params)} parameters", ""),
            ("compute-optimal", f"{_short(self.optimal_tokens)} tokens", "20 a parameter, Hoffmann et al. 2022"),
            ("planned", f"{_short(self.planned_tokens)} tokens", f"{_times(self.overtraining)} times compute-optimal"),
            ("unique", f"{_short(self.unique_tokens)} tokens", f"{self.mean_epochs:.2f} epochs on average"),
            ("most repeated leaf", f"{self.most_epochs:.2f} epochs", "up to 4 are nearly as good as new data"),
            ("worth", f"{_short(self.effective_tokens)} new tokens", "R* = 15.39, Muennighoff et al. 2023"),
            ("good for", f"{_short(self.good_tokens)} tokens", f"4 epochs; optimal for {_short(self.good_params)}"),
            ("at most worth", f"{_short(self.most_effective)} new tokens", "however often repeated"),
            ("vocabulary", f"{_short(self.optimal_vocabulary)} tokens", self._law()),
        ]
        widths = [max(len(row[i]) for row in rows) for i in (0, 1)]
        return "".join(f"{a:<{widths[0]}}  {b:>{widths[1]}}  {c}".rstrip() + "\n" for a, b, c in rows)

    def _law(self) -> str:
        return f"compute-optimal at embedding width {self.width:,.0f}, Tao et al. 2024"


def advise(params: float, plan: MixPlan, width: float | None = None) -> Advice:
    """Advice for a model of `params` parameters. ValueError unless params is above 0.

    width: of its embeddings; None: as is usual for the size.
    """
    if not (math.isfinite(params) and params > 0):
        raise ValueError(f"params must be above 0, got {params!r}")
    taken = int(plan.taken.sum())
    unique = int(plan.leaves.tokens[plan.taken > 0].sum())
    used = round(float(plan.distinct.sum()))
    optimal = TOKENS_A_PARAMETER * params
    return Advice(
        params=params,
        optimal_tokens=optimal,
        planned_tokens=taken,
        overtraining=taken / optimal,
        unique_tokens=used,
        mean_epochs=taken / max(used, 1),
        most_epochs=float(plan.epochs.max(initial=0.0)),
        effective_tokens=float(plan.effective.sum()),
        good_tokens=GOOD_EPOCHS * unique,
        good_params=GOOD_EPOCHS * unique / TOKENS_A_PARAMETER,
        most_effective=unique * (1 + HALF_LIFE),
        optimal_vocabulary=optimal_vocabulary(params, width),
        width=usual_width(params) if width is None else width,
    )


def _times(value: float) -> str:
    """A factor to two places, a small one to two figures.

    >>> _times(1.234), _times(0.000125)
    ('1.23', '0.00013')
    """
    return f"{value:.2f}" if value >= 0.1 else f"{value:.2g}"


def _short(value: float) -> str:
    """A count in three figures.

    >>> _short(8e9), _short(1_234), _short(12)
    ('8 B', '1.23 k', '12')
    """
    for size, letter in ((1e12, " T"), (1e9, " B"), (1e6, " M"), (1e3, " k")):
        if value >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}"
