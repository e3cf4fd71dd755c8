"""Lists the share that a replay really has in the dataset, over all phases, beside the one that was planned."""

import numpy as np

from corpusmill.operators.mix.spec.where import in_words
from corpusmill.pipeline.verify.findings import Check
from corpusmill.pipeline.verify.mixed import Mixed


def replay(mixed: Mixed) -> Check | None:
    """The realised share; a breach where there is none of it at all. None for a mix without replay.

    That each phase keeps it as near as documents allow is checked with the windows: it is one of them.
    """
    wanted = mixed.plan.replay
    if wanted is None:
        return None
    again = mixed.plan.leaves.matches(wanted.where)
    tokens = mixed.tokens.sum(axis=0)
    own, total = int(tokens[again].sum()), max(int(tokens.sum()), 1)
    leaves = int(np.count_nonzero(tokens[again]))
    unit, planned = mixed.plan.unit.words, f"{wanted.share:.4%} planned"
    figures = f"{in_words(wanted.where)} {own / total:.4%} of all {unit}, {planned}; {leaves:,} leaves"
    lost = own == 0 and int(mixed.plan.taken[again].sum()) >= int(mixed.plan.leaves.largest[again].max(initial=0)) > 0
    wrong = (f"{in_words(wanted.where)} was to be replayed, and no document of it is there",) if lost else ()
    return Check(name="replay", message=figures, breaches=wrong)
