"""Gathers the evidence of one ingest unit: histograms, counts of rules, a sample of rows and a few texts.

Batches are only put aside; a few large calls cost less than many small ones.
"""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.abilities import Threshold
from corpusmill.operators.contract import Decision, Reader
from corpusmill.operators.text.cell_counts import count_cells
from corpusmill.pipeline.evidence import adding, cells, excerpts, rows, rules
from corpusmill.pipeline.evidence.aside import TEXTS, Aside, Choice, Looked, concatenated
from corpusmill.pipeline.evidence.cells import State
from corpusmill.pipeline.evidence.chances import Drawn, drawn, near_share
from corpusmill.pipeline.evidence.excerpts import KEPT
from corpusmill.pipeline.evidence.follow import Follower
from corpusmill.pipeline.evidence.packed import pack
from corpusmill.pipeline.evidence.pool import Pool
from corpusmill.pipeline.evidence.rules import Judged
from corpusmill.pipeline.evidence.signals import is_signal, signals
from corpusmill.pipeline.evidence.strata import Strata, in_words, language_strata, strata
from corpusmill.pipeline.steps.chain import Chain, Dropped, Outcome, reason_word

FULL_ROWS = 65_536  # counted at once: some 30 MB of numbers; most of a count is calls, not rows
FULL_TEXT_BYTES = 48 << 20  # of dropped documents that may be measured
REASON_ROWS = 32  # of a reason, from which excerpts are chosen; a guess
ORIGIN = ("doc_id", "language", "url")


@dataclass
class Gatherer:
    """Takes the outcomes of one unit's batches. chain: its group of steps; last: whether it is the last group.

    share: of the dropped documents that are measured to the end; text_share: of the kept ones
    of which some are shown.
    """

    chain: Chain
    source: str
    share: float
    last: bool
    text_share: float = 1.0
    _aside: Aside = field(default_factory=Aside)
    _first: dict[int, Dropped] = field(default_factory=dict)
    _waiting: dict[int, list[Looked]] = field(default_factory=dict)
    _rows: int = 0
    _text_bytes: int = 0
    _cells: list[pa.Table] = field(default_factory=list)
    _rules: list[pa.Table] = field(default_factory=list)
    _pools: dict[int, Pool] = field(default_factory=dict)
    _held: dict[int, list[str]] = field(default_factory=dict)
    _needs: dict[int, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._bounds = rules.thresholds(self.chain)
        self._names = rules.step_names(self.chain)
        self._home = {t.column: n for n in sorted(self._bounds) for t in self._bounds[n]}
        self._follower = Follower(self.chain, all_of_them=self.share >= 1)
        decisions = [op for n, _, op in self.chain.numbered(0, None) if n in self._bounds and isinstance(op, Decision)]
        self._read = {column for op in decisions for column in op.columns_read()}

    def add(self, outcome: Outcome) -> None:
        """Take one batch."""
        for gone in outcome.dropped:
            self._aside.put(gone)
        if self.last and outcome.kept.num_rows:
            kept = outcome.kept.table
            self._aside.put(Dropped("", "kept", pa.nulls(kept.num_rows, pa.string()), kept, KEPT))
        if self._aside.is_full:
            self._look()

    def _look(self) -> None:
        """Keep what is to be counted of the documents that were put aside, and texts of which some may be measured."""
        for first, looked in self._aside.looked(self._choose):
            self._first.setdefault(first.number, first)
            self._waiting.setdefault(first.number, []).append(looked)
            self._rows += looked.table.num_rows
            self._text_bytes += looked.texts.nbytes
        if self._rows >= FULL_ROWS or self._text_bytes >= FULL_TEXT_BYTES:
            self._count()

    def _choose(self, first: Dropped, table: pa.Table) -> Choice:
        """Which documents of a step an excerpt may be made of, and which may be measured."""
        number, draw = first.number, table["_draw"].to_numpy()
        of = language_strata(table) if number == KEPT else strata(table["_reason"])
        shown = self._pool(number).places(draw, of if number == KEPT else in_words(of))
        if number == KEPT:
            return Choice(np.zeros(len(draw), np.bool_), shown[draw[shown] < self.text_share])
        if not self._is_followed(first):
            return Choice(np.zeros(len(draw), np.bool_), shown)
        # a document near a bound has it for its reason
        bounded = {t.reason for t in self._bounds.get(number, ()) if t.bound is not None}
        limits = np.array([near_share(self.share) if name in bounded else self.share for name in of.names])
        return Choice(draw < limits[of.codes], shown)

    def _is_followed(self, first: Dropped) -> bool:
        return bool(self.last and self.share and first.kind == "dropped")

    def _pool(self, number: int) -> Pool:
        return self._pools.setdefault(number, Pool(rows.UNIT_ROWS if number == KEPT else REASON_ROWS))

    def _strata(self, number: int, table: pa.Table) -> Strata:
        """What a sample of the documents of a step is drawn by: languages of kept ones, reasons of the others."""
        return language_strata(table) if number == KEPT else in_words(strata(table["_reason"]))

    def _count(self) -> None:
        """Turn what waits into counts and samples."""
        for number, found in sorted(self._waiting.items()):
            self._take(number, concatenated(found))
        self._waiting, self._rows, self._text_bytes = {}, 0, 0

    def _take(self, number: int, looked: Looked) -> None:
        """Count and draw from documents that left at one step."""
        whole = looked.table
        if number not in self._held:
            self._held[number] = self._columns(whole.schema)
        if "language" not in whole.column_names:  # dropped before a step measures it
            whole = whole.append_column("language", pa.nulls(whole.num_rows, pa.string()))
        names = dict.fromkeys((*self._held[number], "language", "doc_id", "_size", "_draw", "_reason"))
        table = whole.select([*names]).combine_chunks()
        self._sample_rows(number, table, whole)
        languages = language_strata(table)
        if number == KEPT:
            self._count_cells(number, table, languages, None)
            return
        found = rules.judged(self.chain.steps[number][1], table, table["_reason"].combine_chunks())
        if self._is_followed(self._first[number]):
            self._follow(number, looked, table, found)
        self._count_cells(number, table, languages, self._count_rules(number, table, languages, found))

    def _follow(self, number: int, looked: Looked, table: pa.Table, found: Judged) -> None:
        """Choose documents that are measured to the end. table: the columns held of them."""
        chosen = self._lowest(number, table, drawn(table, found, self._bounds.get(number, ()), self.share))
        if not len(chosen.rows):
            return
        whole = looked.table["_whole"].to_numpy(zero_copy_only=False)
        needed = self._needed(number) - set(table.column_names)
        others = looked.table.select([name for name in looked.table.column_names if name in needed])
        for near in (False, True):
            rows_ = chosen.rows[chosen.near == near]
            if not len(rows_):
                continue
            mask = np.zeros(table.num_rows, np.bool_)
            mask[rows_] = True
            taken = table.take(pa.array(rows_))  # its columns are whole; of others filter is the cheaper way
            for part, mine in ((others, mask), (looked.texts, mask[whole])):
                part = part.filter(pa.array(mine))
                for name in part.column_names:
                    taken = taken.append_column(name, part[name])
            taken = taken.append_column("_broken", pa.array(found.rules_broken[rows_].astype(np.int16)))
            if "language" not in looked.table.column_names:
                taken = taken.drop_columns(["language"])
            self._follower.add(number, near, taken)

    def _needed(self, number: int) -> set[str]:
        """The columns that steps after this one read."""
        if number not in self._needs:
            later = [op for _, _, op in self.chain.numbered(number + 1, None) if not isinstance(op, Decision | Reader)]
            self._needs[number] = {column for op in later for column in op.columns_read()}
        return self._needs[number]

    def _lowest(self, number: int, table: pa.Table, chosen: Drawn) -> Drawn:
        """Of the documents drawn those that may be measured: copying the others is what costs most."""
        draw = table["_draw"].to_numpy()[chosen.rows]
        there = np.zeros(len(draw), np.bool_)
        for near in (False, True):
            mine = np.flatnonzero(chosen.near == near)
            there[mine] = self._follower.may_be_measured(number, near, draw[mine])
        return Drawn(chosen.rows[there], chosen.near[there])

    def _sample_rows(self, number: int, table: pa.Table, whole: pa.Table) -> None:
        """Hold the rows that are drawn lowest. whole: the same documents with all columns."""
        of, pool = self._strata(number, table), self._pool(number)
        places = pool.places(table["_draw"].to_numpy(), of)
        if not len(places):
            return
        mask = np.zeros(table.num_rows, np.bool_)
        mask[places] = True
        more = whole.select(["_begin", "url", "source_id"]).filter(pa.array(mask))
        chosen = table.take(pa.array(places)).append_column("_begin", more["_begin"])
        chosen = chosen.append_column("url", pc.coalesce(more["url"], more["source_id"]))
        pool.take(chosen, Strata(of.codes[places], of.names))

    def _columns(self, schema: pa.Schema) -> list[str]:
        """The columns that are held of each document: signals, its language, and what decisions read."""
        return [f.name for f in schema if is_signal(f) or f.name == "language" or self._is_read(f.name)]

    def _is_read(self, name: str) -> bool:
        return name in self._read and name not in (*TEXTS, *ORIGIN)

    def _count_rules(self, number: int, table: pa.Table, languages: Strata, found: Judged) -> np.ndarray:
        """Count a step's rules; the signal, by number, that alone dropped each document, -1 for none."""
        counts = rules.rule_counts(found, languages.codes, list(languages.names), table["_size"].to_numpy())
        self._rules.append(rules.placed(counts, "language", number, self._names[number]))
        place = {name: i for i, name in enumerate(signals(table.schema))}
        columns = np.array([*(place.get(found.columns.get(reason, ""), -1) for reason in found.reasons), -1])
        return columns[found.alone()]

    def _count_cells(self, number: int, table: pa.Table, languages: Strata, alone: np.ndarray | None) -> None:
        columns = signals(table.schema)
        if not columns:
            return
        later = [number > self._home.get(name, number) for name in columns]
        base = [State.KEPT if number == KEPT else State.LATER if passed else State.OTHER for passed in later]
        states = np.repeat(np.array(base, np.int8)[:, None], table.num_rows, axis=1)
        if alone is not None:
            single = np.flatnonzero(alone >= 0)
            states[alone[single], single] = State.ALONE
        values = cells.matrix([table[name] for name in columns])
        found = count_cells(values, languages.codes, states, table["_size"].to_numpy())
        self._cells.append(cells.named(found, columns, languages.names, "language"))
        if len(self._cells) > 64:
            self._cells = [adding.added(self._cells)]

    def _sample(self) -> tuple[pa.Table, pa.Table]:
        """The rows of kept documents that were drawn lowest, and all that were measured after their drop."""
        found, rates = [], [rows.RATES.empty_table()]
        if (pool := self._pools.get(KEPT)) is not None and (table := pool.rows()) is not None:
            many = table.num_rows
            kept = {"_number": KEPT, "_near": False, "_broken": 0, "_after": None}
            table = table.append_column("_after", table["_size"])
            for name, value in kept.items():
                if value is not None:
                    table = table.append_column(name, pa.repeat(pa.scalar(value), many))
            found.append(self._as_rows(table))
            each = pool.rates()
            many = len(each)
            strata_ = {"language": [*each], "step_number": [KEPT] * many, "near": [False] * many}
            rates.append(pa.table({**strata_, "rate": [*each.values()], "halved": [0] * many}, schema=rows.RATES))
        for stratum, table in (self._follower.measured() if self.last else {}).items():
            row = self._as_rows(table)
            found.append(row)
            share = near_share(self.share) if stratum[1] else self.share
            rates.append(rows.rates_of(row, self._follower.rate(stratum, share)))
        return rows.lowest(rows.together(found), rows.together_rates(rates), rows.UNIT_ROWS)

    def _as_rows(self, table: pa.Table) -> pa.Table:
        """Columns of rows.FIXED and the signals, of documents with the FACTS of a follower and `_after`."""
        facts = {
            "draw": table["_draw"],
            "step_number": table["_number"].cast(pa.int16()),
            "near": table["_near"],
            "reason": table["_reason"],
            "rules_broken": table["_broken"].cast(pa.int16()),
            "source": pa.repeat(pa.scalar(self.source), table.num_rows),
            "language": pc.fill_null(table["language"], ""),
            "bytes": table["_after"],
            "bytes_at_drop": table["_size"],
        }
        names = [n for n in self._columns(table.schema) if n not in facts]
        return pa.table({**facts, **{name: table[name] for name in names}})

    def _texts(self) -> pa.Table:
        """The excerpts: drawn ones of each reason, and those next to bounds."""
        found = [excerpts.EXCERPTS.empty_table()]
        for number, pool in sorted(self._pools.items()):
            table = pool.rows()
            if table is None:
                continue
            table = table.filter(table["_begin"].is_valid())
            picks = [*excerpts.drawn(table, number, None)] if number == KEPT else []
            if number != KEPT:
                picks += excerpts.drawn(table, number, reason_word(table["_reason"].combine_chunks()))
            for step, bounds in self._shown_bounds(number).items():
                picks += excerpts.near_bounds(table, step, bounds, "kept" if number == KEPT else "dropped")
            found.append(excerpts.shown(table, self.source, picks))
        return excerpts.best_of(found)

    def _shown_bounds(self, number: int) -> dict[int, "list[Threshold]"]:
        """Bounds next to which documents of a step are shown: of kept ones all, of others those of the step."""
        return {step: list(each) for step, each in self._bounds.items() if number in (KEPT, step)}

    def packed(self) -> bytes:
        """All that was gathered, see `packed.pack`: cells, rules, rows, rates and excerpts."""
        self._look()
        self._count()
        sample, rates = self._sample()
        by_language, by_rule = adding.added(self._cells), rules.added(self._rules)
        by_source = adding.under(by_language, "source", self.source)
        return pack(
            {
                "cells": cells.in_order(pa.concat_tables([by_language, by_source])),
                "rules": pa.concat_tables([by_rule, rules.under(by_rule, "source", self.source)]),
                "rows": sample,
                "rates": rates,
                "excerpts": self._texts(),
            }
        )
