"""Texts whose words are alike and which are not the same: signs, counts, order."""

import random

import pytest

from corpusmill.pipeline.config.sections.dedup import DedupSpec, NearSpec
from tests.dedup.test_rules import prose
from tests.dedup.workspace import Doc, Workspace

CODE = "if (balance > limit) { balance -= fee; } else { balance += bonus; }"


def matrix(seed: int, rows: int = 50, columns: int = 20, cells: str = "01") -> str:
    draw = random.Random(seed)
    return "\n".join(" ".join(draw.choice(cells.split() or cells) for _ in range(columns)) for _ in range(rows))


def lines(form: str, count: int = 40) -> str:
    return "\n".join(form.format(i) for i in range(count))


def removed(root, *texts: str, threshold: float = 0.8) -> dict[int, float]:
    """Removed documents -> similarity, by place."""
    ws = Workspace(root, DedupSpec(near=NearSpec(threshold=threshold), max_removed_share={}))
    ws.put([Doc(text) for text in texts])
    rows = ws.duplicates(ws.dedup()).to_pylist()
    return {ws.ids.index(r["doc_id"]): r["similarity"] for r in rows if r["reason"] == "near"}


@pytest.mark.thorough
@pytest.mark.parametrize(
    "texts",
    [
        (CODE, CODE.replace(">", "<")),
        (CODE, CODE.replace("-=", "=-").replace("+=", "=+")),
        (CODE, "if (balance < limit) { balance += fee; } else { balance -= bonus; }"),
        ("a = b + c; d = e * f;", "a = b - c; d = e * f;"),
        ("x := p && q || r", "x := p || q && r"),
        ("{(a, b): [c]} = {d | e}", "[(a, b): {c}] = (d & e)"),
        (matrix(1), matrix(2)),
        (matrix(1, columns=4), matrix(2, columns=4)),
        (matrix(1, cells="-1 0 1"), matrix(1, cells="-1 0 1").replace("-", "")),
        (matrix(1, cells="yes no"), matrix(2, cells="yes no")),
        (matrix(1, cells="1 0 0 0 0 0 0 0 0"), matrix(2, cells="1 0 0 0 0 0 0 0 0")),
        ("1 0 0 1\n0 1 1 0", "1 0\n0 1\n0 1\n1 0"),
        (prose(1), prose(1) + " " + prose(1)),
        ("la " * 40, "la " * 80),
        (lines("x{0} = a{0} + b{0}"), lines("x{0} = a{0} \u2212 b{0}")),
        (lines("p{0} ∧ q{0} → r{0}"), lines("p{0} ∨ q{0} → r{0}")),
        (lines("{0} × 3 ≤ {0}"), lines("{0} ÷ 3 ≥ {0}")),
        ("const MAX = 1; let max = 2; return MAX;", "const max = 1; let MAX = 2; return max;"),
        (lines("Foo{0} = foo{0}(x);"), lines("foo{0} = Foo{0}(x);")),
        (lines("+int a{0} = {0};"), lines("-int a{0} = {0};")),
        (lines("- [x] task({0})"), lines("- [ ] task({0})")),
        ("3.14 2.71 1.41 1.61 0.57", "31.4 27.1 14.1 16.1 05.7".replace("05", "0 5")),
    ],
    ids=range(22),
)
def test_what_differs_in_signs_counts_or_order_stays(tmp_path, texts):
    assert removed(tmp_path, *texts) == {}


@pytest.mark.thorough
@pytest.mark.parametrize(
    "texts",
    [
        (prose(1), prose(1).replace(" w1x60 ", ", W1x60! ")),
        (prose(1), prose(1).replace(" ", "\n")),
        (prose(1, words=5000), prose(1, words=5000, changed=(2500,))),
        (CODE, CODE.replace(" ", "  ")),
        (matrix(1), matrix(1).replace(" ", "\t")),
        ("Two words, and three.", "two words and three"),
    ],
    ids=range(6),
)
@pytest.mark.parametrize("threshold", [0.8, 0.99])
def test_near_duplicates_are_never_called_equal(tmp_path, texts, threshold):
    (similarity,) = removed(tmp_path, *texts, threshold=threshold).values()
    assert threshold - 1e-6 <= similarity < 0.995


def test_at_a_threshold_of_1_only_equal_texts_go(tmp_path):
    assert removed(tmp_path, prose(1), prose(1) + "!", threshold=1.0) == {}


def test_code_and_tables_that_differ_a_little_are_near_duplicates(tmp_path):
    code = "\n".join(f"total{i} = rate{i} * (hours{i} + {i});" for i in range(100))
    table = "\n".join(" ".join(str(random.Random(i * 9 + k).random())[2:6] for k in range(9)) for i in range(100))
    found = removed(tmp_path, code, code.replace("rate7 *", "rate7 /"), table, table.replace("1", "2", 1))
    assert sorted(found) == [1, 3]
    assert all(0.9 < similarity < 0.995 for similarity in found.values())


def test_equal_texts_are_1_where_the_text_rule_is_off(tmp_path):
    ws = Workspace(tmp_path, DedupSpec(text=False, max_removed_share={}))
    ws.put([Doc(prose(1)), Doc(prose(1)), Doc(CODE), Doc(CODE)])
    rows = ws.duplicates(ws.dedup()).to_pylist()
    assert [r["similarity"] for r in rows if r["reason"]] == [1.0, 1.0]


def test_the_estimate_never_calls_unequal_texts_equal(tmp_path):
    ws = Workspace(tmp_path, DedupSpec(near=NearSpec(verify="estimate"), max_removed_share={}))
    ws.put([Doc(prose(1)), Doc(prose(1) + "!")])
    (row,) = [r for r in ws.duplicates(ws.dedup()).to_pylist() if r["reason"]]
    assert row["similarity"] < 0.995
