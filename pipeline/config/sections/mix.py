"""How much of what goes into the dataset, in tokens or in rows."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from pydantic import Field

from corpusmill.pipeline.config.base.problems import nearest
from corpusmill.pipeline.config.base.section import Complaint, Positive
from corpusmill.pipeline.config.sections.bounds import BoostSpec, BoundSpec, ReplaySpec
from corpusmill.pipeline.config.sections.phases import HeadDecaySpec, MultiplierSpec, PhaseSpec
from corpusmill.pipeline.config.sections.shares import LevelSpec, RuleSpec


class MixSpec(RuleSpec):
    """Shares of the leaves (observed combinations of `axes`) and the size of the whole.

    At most one of temperature, alpha, natural, unimax, weights, quality_curve is given; none means natural. With
    `levels` each level has axes and a rule of its own.
    """

    axes: Annotated[tuple[str, ...], Field(min_length=1)] = ("domain", "language")
    """Columns whose combinations are the leaves."""
    levels: tuple[LevelSpec, ...] = ()
    """Instead of axes and rule: a tree, top first, e.g. [{axes: domain, weights: ...}, {axes: language}]."""
    unit: Literal["tokens", "supervised_tokens", "rows"] = "tokens"
    """What shares, budget, epochs and bounds are counted in. `supervised_tokens`, with `tokens.template`: the tokens
    that a model is trained on, for which `loss_mask` is 1; `rows`: documents, such as pairs of a picture and its
    caption."""
    budget_tokens: Positive | None = None
    """Size of the dataset in tokens, 10_000_000 or 10B, 1.5T, 500M, 80k; null: all there is. With
    `unit: supervised_tokens` in these."""
    budget_rows: Positive | None = None
    """With `unit: rows`, size of the dataset in documents, copies counted; null: all there are."""
    budget_multiple: Annotated[float, Field(gt=0)] | None = None
    """The same as a multiple of what there is, in the unit."""
    max_epochs: Annotated[float, Field(gt=0)] = 4.0
    """How often a leaf may be read: most tokens written of it, over its distinct ones. With a `multiplier` single
    documents may come more often. Source of 4: Muennighoff et al. 2023, arXiv:2305.16264."""
    min_tokens: Annotated[int, Field(ge=0)] = 0
    """Leaves with fewer tokens are left out, and the plan says so. With `unit: supervised_tokens` fewer of these."""
    min_rows: Annotated[int, Field(ge=0)] = 0
    """With `unit: rows`: leaves with fewer documents are left out, and the plan says so."""
    on_exhausted: Literal["redistribute", "error", "shrink_budget"] = "redistribute"
    """When a leaf's share asks for more than its epochs give: its siblings get the rest, the job is refused, or the
    whole is made smaller until all shares hold."""
    bounds: tuple[BoundSpec, ...] = ()
    """Windows on parts of the mix."""
    phases: tuple[PhaseSpec, ...] = ()
    """Stages of training, in order; a number is so many equal ones. None: one for all."""
    head_decay: HeadDecaySpec | None = None
    """The head fades with the epochs, the tail is boosted; a number is its factor. It acts from phase to phase."""
    replay: ReplaySpec | None = None
    """An earlier dataset that is trained on again."""
    multiplier: MultiplierSpec | None = None
    """Documents that are taken more than once, or less, by a column."""
    held_out: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Share of the documents of each leaf, by hash, that is never mixed, nor used to train a tokenizer."""
    held_out_seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    """Another seed holds out other documents; `seed` changes nothing about them."""
    plan: str | None = None
    """Address of a plan, reviewed and edited, that is taken as it is: no shares are worked out."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    """Another seed gives another selection and order."""

    @property
    def power(self) -> float | None:
        """The exponent of p ** alpha; null when shares come from unimax or weights."""
        if self.unimax or self.weights is not None:
            return None
        if self.temperature is not None:
            return 1 / self.temperature
        return 1.0 if self.alpha is None else self.alpha

    @property
    def budget(self) -> int | None:
        """The size of the dataset in the unit of the mix; null: all there is, or as budget_multiple says."""
        return self.budget_rows if self.unit == "rows" else self.budget_tokens

    def leaf_columns(self) -> tuple[str, ...]:
        """The columns whose combinations are the leaves, over all levels, phases and rules."""
        levels = self.levels or (self,)
        named = [level.axes for level in (*levels, *(level for p in self.phases for level in p.levels or ()))]
        where = [tuple(self.replay.where)] if self.replay else []
        return tuple(dict.fromkeys(axis for axes in (*named, *where) for axis in axes))

    def complaints(self) -> Iterator[Complaint]:
        yield from super().complaints()
        own = [key for key in ("axes", *self.rules()) if key in self.model_fields_set]
        if self.levels and own:
            yield (own[0],), f"levels have axes and rules of their own: take out {' and '.join(own)}"
        if self.budget is not None and self.budget_multiple is not None:
            named = "budget_rows" if self.unit == "rows" else "budget_tokens"
            yield ("budget_multiple",), f"{named} and budget_multiple exclude each other: keep one"
        yield from self._other_unit()
        if self.head_decay is not None and len(self.phases) < 2:
            yield ("head_decay",), "head_decay acts from phase to phase: set phases: 4, or list them"
        yield from self._windows((), self.bounds)
        yield from self._boosts()
        for number, phase in enumerate(self.phases):
            yield from self._windows(("phases", number), phase.bounds or ())
            for place, bound in enumerate(phase.bounds or ()):
                if bound.max_epochs is not None:
                    where = ("phases", number, "bounds", place, "max_epochs")
                    yield where, "epochs are capped over all phases: put it under the bounds of the mix"

    def _other_unit(self) -> Iterator[Complaint]:
        in_rows = self.unit == "rows"
        for tokens, rows in (("budget_tokens", "budget_rows"), ("min_tokens", "min_rows")):
            wrong, right = (tokens, rows) if in_rows else (rows, tokens)
            if getattr(self, wrong):
                how = f"write {right}" if in_rows else f"write {right}, or set unit: rows"
                yield (wrong,), f"the mix is counted in {self.unit.replace('_', ' ')}: {how}"

    def _windows(self, under: tuple[str | int, ...], bounds: Sequence[BoundSpec]) -> Iterator[Complaint]:
        least: dict[str, float] = {}
        for number, bound in enumerate(bounds):
            yield from self._axes((*under, "bounds", number, "where"), bound)
            if len(bound.where) == 1:
                (axis,) = bound.where
                least[axis] = least.get(axis, 0.0) + bound.min
        for axis, total in least.items():
            if total > 1 + 1e-9:
                yield (*under, "bounds"), f"the least shares along {axis!r} add up to {total:g}, more than the whole"

    def _boosts(self) -> Iterator[Complaint]:
        for number, phase in enumerate(self.phases):
            for place, boost in enumerate(phase.boosts):
                yield from self._axes(("phases", number, "boosts", place, "where"), boost)

    def _axes(self, at: tuple[str | int, ...], rule: BoundSpec | BoostSpec) -> Iterator[Complaint]:
        known = self.leaf_columns()
        for axis in rule.where:
            if axis not in known:
                yield (*at, axis), f"{axis!r} is no axis of the mix{nearest(axis, known)}"
