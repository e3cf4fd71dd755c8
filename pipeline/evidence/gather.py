"""Gathers the evidence of one ingest unit: histograms, counts of rules, a sample of rows and a few texts.

Batches are only looked at for what a sample takes of them; all else waits until a few large calls can count it.
"""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.contract import Decision
from corpusmill.operators.text.cell_counts import count_cells
from corpusmill.pipeline.config.base.columns import STANDARD
from corpusmill.pipeline.evidence import cells, excerpts, rows, rules
from corpusmill.pipeline.evidence.cells import State
from corpusmill.pipeline.evidence.chances import drawn, near_share
from corpusmill.pipeline.evidence.draws import draws
from corpusmill.pipeline.evidence.excerpts import CHARS, KEPT
from corpusmill.pipeline.evidence.follow import Follower
from corpusmill.pipeline.evidence.packed import pack
from corpusmill.pipeline.evidence.pool import Pool
from corpusmill.pipeline.steps.chain import Chain, Dropped, Outcome, reason_word

FULL_ROWS = 32_768  # counted at once
ASIDE_ROWS, ASIDE_BYTES = 8192, 48 << 20  # put aside with their texts
REASON_ROWS = 32  # of a reason, from which excerpts are chosen; a guess
ORIGIN = ("doc_id", "language", "url")
NOT_HELD = ("text", "content")
MOST_BYTES = 4 * CHARS  # of UTF-8, in so many characters


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
    _waiting: dict[int, list[pa.Table]] = field(default_factory=dict)
    _rows: int = 0
    _cells: list[pa.Table] = field(default_factory=list)
    _rules: list[pa.Table] = field(default_factory=list)
    _pools: dict[int, Pool] = field(default_factory=dict)
    _held: dict[int, list[str]] = field(default_factory=dict)
    _aside: dict[int, list[Dropped]] = field(default_factory=dict)
    _aside_rows: int = 0
    _aside_bytes: int = 0

    def __post_init__(self) -> None:
        self._bounds = rules.thresholds(self.chain)
        self._names = rules.step_names(self.chain)
        self._home = {t.column: n for n in sorted(self._bounds) for t in self._bounds[n]}
        self._follower = Follower(self.chain)
        decisions = [op for n, _, op in self.chain.numbered(0, None) if n in self._bounds and isinstance(op, Decision)]
        self._read = {column for op in decisions for column in op.columns_read()}

    def add(self, outcome: Outcome) -> None:
        """Take one batch: it is only put aside, since a few large calls cost less than many small ones."""
        for gone in outcome.dropped:
            self._put_aside(gone)
        if self.last and outcome.kept.num_rows:
            kept = outcome.kept.table
            self._put_aside(Dropped("", "kept", pa.nulls(kept.num_rows, pa.string()), kept, KEPT))
        if self._aside_rows >= ASIDE_ROWS or self._aside_bytes >= ASIDE_BYTES:
            self._look()

    def _put_aside(self, rows: Dropped) -> None:
        self._aside.setdefault(rows.number, []).append(rows)
        self._aside_rows += rows.table.num_rows
        self._aside_bytes += rows.table["text"].nbytes

    def _look(self) -> None:
        """Draw from what was put aside, and keep what is to be counted of it."""
        for number, parts in sorted(self._aside.items()):
            first = parts[0]
            reasons = pa.concat_arrays([part.reasons for part in parts])
            table = pa.concat_tables([part.table for part in parts])
            self._wait(Dropped(first.step, first.kind, reasons, table, number))
        self._aside, self._aside_rows, self._aside_bytes = {}, 0, 0
        if self._rows >= FULL_ROWS:
            self._count()

    def _wait(self, rows_of: Dropped) -> None:
        number, table, reasons = rows_of.number, rows_of.table, rows_of.reasons
        if number not in self._held:
            self._held[number] = self._columns(table.schema)
        size = pc.fill_null(pc.binary_length(table["text"]), 0).cast(pa.int64())
        held = table.select([*self._held[number], "doc_id"]).append_column("_size", size)
        if "language" not in held.column_names:  # dropped before a step measures it
            held = held.append_column("language", pa.nulls(table.num_rows, pa.string()))
        held = held.append_column("_reason", reasons).combine_chunks()
        if self.last and self.share and rows_of.kind == "dropped":
            narrow = Dropped(rows_of.step, rows_of.kind, reasons, held, number)
            self._follower.add(rows_of, drawn(narrow, self.chain.steps[number][1], self.share))
        strata = held["language"].combine_chunks() if number == KEPT else reason_word(reasons)
        pool = self._pools.setdefault(number, Pool(rows.UNIT_ROWS if number == KEPT else REASON_ROWS))
        places = pool.places(held["doc_id"], strata)
        if len(places):
            begin = begins(table["text"], places, pool.drawn < (self.text_share if number == KEPT else 1.0))
            url = pc.coalesce(picked(table["url"], places), picked(table["source_id"], places))
            chosen = held.take(pa.array(places)).append_column("_begin", begin).append_column("url", url)
            pool.take(chosen)
        self._waiting.setdefault(number, []).append(held)
        self._rows += table.num_rows

    def _columns(self, schema: pa.Schema) -> list[str]:
        """The columns that are held of each document: signals, its language, and what decisions read."""
        return [f.name for f in schema if is_signal(f) or f.name == "language" or self._is_read(f.name)]

    def _is_read(self, name: str) -> bool:
        return name in self._read and name not in (*NOT_HELD, *ORIGIN)

    def _count(self) -> None:
        """Turn what waits into counts."""
        for number, tables in sorted(self._waiting.items()):
            table = pa.concat_tables(tables).combine_chunks()
            languages = pc.fill_null(table["language"], "").combine_chunks().dictionary_encode()
            groups = languages.indices.to_numpy().astype(np.int64)
            names = languages.dictionary.to_pylist()
            alone = None if number == KEPT else self._count_rules(number, table, groups, names)
            self._count_cells(number, table, groups, names, alone)
        self._waiting, self._rows = {}, 0

    def _count_rules(self, number: int, table: pa.Table, groups: np.ndarray, names: list[str]) -> np.ndarray:
        """Count a step's rules; the signal, by number, that alone dropped each document, -1 for none."""
        found = rules.judged(self.chain.steps[number][1], table, table["_reason"].combine_chunks())
        counts = rules.rule_counts(found, groups, names, table["_size"].to_numpy())
        self._rules.append(rules.placed(counts, "language", number, self._names[number]))
        place = {name: i for i, name in enumerate(signals(table.schema))}
        columns = np.array([*(place.get(found.columns.get(reason, ""), -1) for reason in found.reasons), -1])
        return columns[found.alone()]

    def _count_cells(
        self, number: int, table: pa.Table, groups: np.ndarray, names: list[str], alone: np.ndarray | None
    ) -> None:
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
        found = count_cells(values, groups, states, table["_size"].to_numpy())
        self._cells.append(cells.named(found, columns, names, "language"))
        if len(self._cells) > 64:
            self._cells = [cells.added(self._cells)]

    def _sample(self) -> tuple[pa.Table, pa.Table]:
        """The rows of kept documents that were drawn lowest, and all that were measured after their drop."""
        found, rates = [], [rows.RATES.empty_table()]
        if (pool := self._pools.get(KEPT)) is not None and (table := pool.rows()) is not None:
            size = table["_size"]
            broken = np.zeros(table.num_rows, np.int16)
            found.append(self._as_rows(table, np.full(table.num_rows, KEPT, np.int16), broken, size, None))
            strata = pool.rates()
            many = len(strata)
            told = {"language": [*strata], "step_number": [KEPT] * many, "near": [False] * many}
            rates.append(pa.table({**told, "rate": [*strata.values()]}, schema=rows.RATES))
        for table in self._follower.measured() if self.last else ():
            size = pc.fill_null(pc.binary_length(table["text"]), 0).cast(pa.int64())
            numbers = table["_number"].to_numpy()
            table = table.append_column("_draw", pa.array(draws(table["doc_id"].to_numpy())))
            row = self._as_rows(table, numbers, self._rules_broken(table, numbers), size, table["_reason"])
            found.append(row)
            rates.append(rows.rates_of(row, self.share, near_share(self.share)))
        return rows.lowest(rows.together(found), rows.together_rates(rates), rows.UNIT_ROWS)

    def _rules_broken(self, table: pa.Table, numbers: np.ndarray) -> np.ndarray:
        """How many rules of its step each document broke."""
        broken = np.zeros(table.num_rows, np.int16)
        for number in np.unique(numbers).tolist():
            mine = numbers == number
            part = table.filter(pa.array(mine))
            found = rules.judged(self.chain.steps[number][1], part, part["_reason"].combine_chunks())
            broken[mine] = found.rules_broken
        return broken

    def _as_rows(
        self, table: pa.Table, numbers: np.ndarray, broken: np.ndarray, size: pa.Array, reason: pa.Array | None
    ) -> pa.Table:
        """Columns of rows.FIXED and the signals."""
        many = table.num_rows
        facts = {
            "draw": table["_draw"],
            "step_number": pa.array(numbers, pa.int16()),
            "near": pa.repeat(False, many) if reason is None else table["_near"],
            "reason": pa.nulls(many, pa.string()) if reason is None else reason,
            "rules_broken": pa.array(broken, pa.int16()),
            "source": pa.repeat(pa.scalar(self.source), many),
            "language": pc.fill_null(table["language"], ""),
            "bytes": size,
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
            if number == KEPT:
                picks = [*excerpts.drawn(table, KEPT, None)]
                for step, bounds in self._bounds.items():
                    picks += excerpts.near_bounds(table, step, bounds, "kept")
            else:
                picks = [*excerpts.drawn(table, number, reason_word(table["_reason"].combine_chunks()))]
                picks += excerpts.near_bounds(table, number, self._bounds.get(number, ()), "dropped")
            found.append(excerpts.shown(table, self.source, picks))
        return excerpts.best_of(found)

    def packed(self) -> bytes:
        """All that was gathered, see `packed.pack`: cells, rules, rows, rates and excerpts."""
        self._look()
        self._count()
        sample, rates = self._sample()
        by_language, by_rule = cells.added(self._cells), rules.added(self._rules)
        return pack(
            {
                "cells": pa.concat_tables([by_language, cells.under(by_language, "source", self.source)]),
                "rules": pa.concat_tables([by_rule, rules.under(by_rule, "source", self.source)]),
                "rows": sample,
                "rates": rates,
                "excerpts": self._texts(),
            }
        )


def begins(texts: pa.ChunkedArray, places: np.ndarray, shown: np.ndarray) -> pa.Array:
    """The first characters of some texts; null for those that are not to be shown. shown: bool, one a place.

    Only these characters are copied: whole documents would cost more than everything else that is gathered.
    """
    found: list[str | None] = [None] * len(places)
    ends = np.cumsum([len(chunk) for chunk in texts.chunks])
    which = np.searchsorted(ends, places, side="right")
    for i in np.flatnonzero(shown).tolist():
        chunk = texts.chunk(int(which[i]))
        row = int(places[i] - (ends[which[i]] - len(chunk)))
        _, offsets, data = chunk.buffers()
        begin, end = np.frombuffer(offsets, np.int64, 2, 8 * (chunk.offset + row)).tolist() if offsets else (0, 0)
        if end > begin:
            found[i] = data[begin : min(end, begin + MOST_BYTES)].to_pybytes().decode("utf-8", "ignore")[:CHARS]
    return pa.array(found, pa.large_string())


def picked(column: pa.ChunkedArray, places: np.ndarray) -> pa.Array:
    """Some values of a column, chunk by chunk: texts that are not taken are not copied. places: rising."""
    begins = np.cumsum([0, *(len(chunk) for chunk in column.chunks)])
    cuts = np.searchsorted(places, begins)
    found = [
        chunk.take(pa.array(places[cuts[i] : cuts[i + 1]] - begins[i]))
        for i, chunk in enumerate(column.chunks)
        if cuts[i + 1] > cuts[i]
    ]
    return pa.concat_arrays(found) if found else pa.array([], column.type)


def is_signal(field: pa.Field) -> bool:
    """Whether a column is a number, flag or time that was measured of documents."""
    t = field.type
    number = pa.types.is_integer(t) or pa.types.is_floating(t) or pa.types.is_boolean(t) or pa.types.is_timestamp(t)
    return number and field.name not in STANDARD and field.name not in ("length", "offset") and field.name[0] != "_"


def signals(schema: pa.Schema) -> list[str]:
    """The signals among columns, in order."""
    return [f.name for f in schema if is_signal(f)]
