"""Where a window binds, the plan aims at a document boundary inside it: its leaves cannot end at the edge itself.

A plan knows how long documents are, not where they lie. So once its ends are known, a window whose leaves had to end
elsewhere than planned is narrowed to where they ended, and the mix is planned again: what the window takes more, all
others take less by their shares, instead of the one leaf that balances.
"""

from corpusmill.operators.mix.cuts.cuts import Cuts
from corpusmill.operators.mix.plan.plan import MixPlan
from corpusmill.operators.mix.solve.budget import Narrowed
from corpusmill.operators.mix.spec.where import Bound

ROUNDS = 3  # of planning; the second one hardly ever finds anything
FAR = 0.0001  # of a phase's tokens: nearer than this to where it ended a plan stays as it is


def narrowed(plan: MixPlan, cuts: Cuts, before: Narrowed) -> Narrowed:
    """The bounds by phase that make the plan aim at where the windows ended; `before` itself where none was moved."""
    out = dict(before)
    for number, phase in enumerate(plan.phases):
        own_bounds = phase.bounds[1:] if plan.replay else phase.bounds  # a replay keeps its share whatever it ended at
        bounds = before.get(number, own_bounds)
        if not bounds or phase.tokens == 0:
            continue
        new = tuple(_aimed(plan, cuts, number, own, bound) for own, bound in zip(own_bounds, bounds, strict=True))
        if new != bounds:
            out[number] = new
    return out if out != dict(before) else before


def _aimed(plan: MixPlan, cuts: Cuts, phase: int, own: Bound, bound: Bound) -> Bound:
    inside, tokens = plan.leaves.matches(own.where), plan.phases[phase].tokens
    planned, ended = (int(t[phase, inside].sum()) / tokens for t in (plan.targets, cuts.taken))
    if abs(ended - planned) <= FAR or not own.min <= ended <= own.max:
        return bound
    if planned <= bound.min + FAR < ended:
        return Bound(where=own.where, min=ended, max=max(bound.max, ended))
    if planned >= bound.max - FAR > ended:
        return Bound(where=own.where, min=min(bound.min, ended), max=ended)
    return bound
