"""Works out what each section of a report shows, as plain rows for the template."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow.compute as pc

from corpusmill.operators.mix.plan.explain import table as plan_table
from corpusmill.operators.mix.spec.unit import Unit
from corpusmill.pipeline.evidence.excerpts import KEPT
from corpusmill.pipeline.files.json_values import JsonObject
from corpusmill.pipeline.report.facts import Facts
from corpusmill.pipeline.report.flows import nodes_and_flows
from corpusmill.pipeline.report.funnel import AXES, Funnel
from corpusmill.pipeline.report.masking import shown_texts
from corpusmill.pipeline.report.sankey import Sankey, layout

ROWS = 40  # of a table, largest first
PERIODS = 36  # months shown, or years; of more, years or decades are
RECENT = 12  # years shown alone where the older ones are shown by decade
CELLS = 24  # languages of a heat map
DOMAINS = 14
REASONS = 40


@dataclass(frozen=True)
class Headline:
    """The numbers at the top. Each can be worked out again from the Parquet files of the run."""

    read: int
    kept: int
    unique: int
    tokens: int | None
    sequences: int | None
    documents: int | None
    languages: int
    fill: float | None


def headline(facts: Facts) -> Headline:
    """Work out the numbers at the top."""
    steps = {step.name: step for step in facts.funnel.steps}
    made = facts.manifest or {}
    room = made.get("sequences", 0) * made.get("sequence_tokens", 0)
    return Headline(
        read=steps["read"].documents,
        kept=steps["kept"].documents if "kept" in steps else 0,
        unique=steps["unique"].documents if "unique" in steps else 0,
        tokens=made.get("tokens"),
        sequences=made.get("sequences"),
        documents=made.get("documents"),
        languages=sum(1 for word, counts in facts.funnel.by("language").items() if word and counts["unique"]),
        fill=made["tokens"] / room if room else None,
    )


def sankey(facts: Facts) -> Sankey:
    """The picture of the funnel."""
    dropped: dict[str, dict[str, int]] = defaultdict(dict)
    if facts.evidence is not None:
        rules = facts.evidence.rules
        mine = rules.filter(pc.equal(rules["axis"], "source")).group_by(["value", "step"], use_threads=False)
        for row in mine.aggregate([("documents", "sum")]).to_pylist():
            dropped[row["value"]][row["step"]] = row["documents_sum"]
    return layout(*nodes_and_flows(facts.funnel, dropped))


@dataclass(frozen=True)
class Fate:
    """One value of an axis: its counts, and shares of what was read for a bar."""

    name: str
    counts: Mapping[str, int]

    def share(self, name: str) -> float:
        """A count over what was read."""
        return self.counts[name] / self.counts["read"] if self.counts["read"] else 0.0

    @property
    def bytes_a_token(self) -> float | None:
        """Bytes of text one token stands for, over unique documents."""
        return self.counts["unique_bytes"] / self.counts["unique_tokens"] if self.counts["unique_tokens"] else None

    @property
    def epochs(self) -> float | None:
        """How often its tokens are in the mix."""
        return self.counts["mixed_tokens"] / self.counts["unique_tokens"] if self.counts["unique_tokens"] else None


def by_axis(funnel: Funnel) -> dict[str, list[Fate]]:
    """The counts by source, domain and language, largest first."""
    found = {}
    for axis in AXES:
        fates = [Fate(word or "unknown", counts) for word, counts in funnel.by(axis).items()]
        found[axis] = sorted(fates, key=lambda f: (-f.counts["unique_tokens"], -f.counts["read"], f.name))
    return found


@dataclass(frozen=True)
class Period:
    """A month or year of documents of the mix, "no date" for those without one. share: of the tokens, 0 to 1."""

    name: str
    documents: int
    tokens: int
    share: float


def periods(months: Sequence[tuple[str, int, int]]) -> list[Period]:
    """The mix by month; by year where there are many months, the older years by decade where they are many; in order.

    >>> [(p.name, p.documents, p.share) for p in periods([("", 1, 10), ("2024-11", 2, 20), ("2024-12", 1, 10)])]
    [('2024-11', 2, 0.5), ('2024-12', 1, 0.25), ('no date', 1, 0.25)]
    """
    years = sorted({month[:4] for month, _, _ in months if month})
    first_year = f"{years[-RECENT][:3]}0" if len(years) > PERIODS else ""
    documents, tokens = Counter[str](), Counter[str]()
    for month, n, size in months:
        name = month if len(months) <= PERIODS else month[:4]
        if name and name < first_year:
            name = f"{name[:3]}0s"
        documents[name] += n
        tokens[name] += size
    whole = max(tokens.total(), 1)
    order = sorted(documents, key=lambda name: (not name, name))
    return [Period(name or "no date", documents[name], tokens[name], tokens[name] / whole) for name in order]


@dataclass(frozen=True)
class Heat:
    """A table of numbers shown as colours. shades: 0 to 9, of the logarithm; null where there is nothing."""

    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[int], Sequence[int | None]]]


def heat(counts: Mapping[tuple[str, str], int], rows: int, columns: int) -> Heat:
    """The largest rows and columns of a table."""
    down, across = Counter[str](), Counter[str]()
    for (row, column), n in counts.items():
        down[row] += n
        across[column] += n
    names = [c for c, n in across.most_common(columns) if n]
    most = max(counts.values(), default=0)

    def shade(n: int) -> int | None:
        return None if n <= 0 else round(9 * (n.bit_length() / max(most.bit_length(), 1)) ** 2)

    found = []
    for row, n in down.most_common(rows):
        values = [counts.get((row, c), 0) for c in names]
        if n:
            found.append((row, values, [shade(v) for v in values]))
    return Heat(names, found)


def languages_and_domains(funnel: Funnel) -> Heat:
    """Unique tokens by language and domain."""
    counts: Counter[tuple[str, str]] = Counter()
    for leaf in funnel.leaves:
        counts[leaf.key[2] or "unknown", leaf.key[1] or "none"] += leaf.unique_tokens
    return heat(counts, CELLS, DOMAINS)


@dataclass(frozen=True)
class Rule:
    """What one rule removed."""

    step: str
    reason: str
    first: int
    alone: int | None
    broken: int
    languages: Sequence[tuple[str, int]]


def rules(facts: Facts) -> list[Rule]:
    """The rules that removed most, first."""
    if facts.evidence is None:
        return []
    table = facts.evidence.rules
    sums: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    languages: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in table.filter(pc.equal(table["axis"], "language")).to_pylist():
        key = row["step"], row["reason"]
        sums[key].update({name: row[name] for name in ("documents", "alone_documents", "broken_documents")})
        languages[key][row["value"] or "unknown"] += row["documents"]
    shown = sorted(sums, key=lambda key: (-sums[key]["documents"], key))[:REASONS]
    return [
        Rule(
            *key,
            first=sums[key]["documents"],
            alone=sums[key]["alone_documents"],
            broken=sums[key]["broken_documents"],
            languages=[(name, n) for name, n in languages[key].most_common(4) if n],
        )
        for key in shown
    ]


@dataclass(frozen=True)
class Group:
    """One mix group, in the unit of the mix: what was planned, and what came of it. shares: of the whole, 0 to 1."""

    name: str
    documents: int
    available: int
    planned: int
    realised: int | None
    epochs: float
    effective: float
    stopped_by: str
    available_share: float
    planned_share: float


def groups(facts: Facts) -> list[Group]:
    """The mix groups, largest target first."""
    plan = facts.plan
    if plan is None:
        return []
    names = plan.leaves.columns
    rows, unit = plan_table(plan).to_pylist(), plan.unit
    realised: Counter[tuple[str, ...]] | None = None
    if set(names) <= set(AXES) and unit is not Unit.SUPERVISED_TOKENS:  # the funnel does not count these by leaf
        realised = Counter()
        for leaf in facts.funnel.leaves:
            key = tuple(leaf.key[AXES.index(name)] for name in names)
            realised[key] += leaf.mixed if unit is Unit.ROWS else leaf.mixed_tokens
    available, planned = sum(r[f"available_{unit}"] for r in rows), sum(r[f"target_{unit}"] for r in rows)
    found = [
        Group(
            name=" · ".join(row[name] or "none" for name in names),
            documents=row["documents"],
            available=row[f"available_{unit}"],
            planned=row[f"target_{unit}"],
            realised=None if realised is None else realised[tuple(row[name] or "" for name in names)],
            epochs=row["epochs"],
            effective=row[f"effective_{unit}"],
            stopped_by=row["stopped_by"],
            available_share=row[f"available_{unit}"] / max(available, 1),
            planned_share=row[f"target_{unit}"] / max(planned, 1),
        )
        for row in rows
    ]
    return sorted(found, key=lambda g: (-g.planned, g.name))[:ROWS]


def excerpts(facts: Facts) -> list[JsonObject]:
    """Documents to look at, personal data masked: each with its step, reason, kind, values and text."""
    if facts.evidence is None:
        return []
    table = facts.evidence.excerpts
    texts = shown_texts(table["text"].to_pylist())
    urls = shown_texts(table["url"].to_pylist())
    found = []
    for row, text, url in zip(table.drop_columns(["text"]).to_pylist(), texts, urls, strict=True):
        number = row["step_number"]
        named = 0 <= number < len(facts.step_names)
        step = "kept" if number == KEPT else facts.step_names[number] if named else str(number)
        keys = ("reason", "kind", "source", "language", "measured", "doc_id")
        found.append({"step": step, "number": number, "text": text, "url": url, **{k: row[k] for k in keys}})
    return found


def samples(shown: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], list[Mapping[str, Any]]]:
    """The documents that were drawn by hash, by step and reason."""
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for each in shown:
        if each["kind"] == "drawn":
            found[each["step"], each["reason"]].append(each)
    return dict(sorted(found.items(), key=lambda item: (item[0][0] != "kept", item[0])))
