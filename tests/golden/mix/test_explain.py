"""The table a person reads before a mix is realised."""

from corpusmill.operators.mix.plan.explain import explain
from corpusmill.operators.mix.plan.plan import plan
from corpusmill.operators.mix.spec.schedule import Phase
from corpusmill.operators.mix.spec.spec import Budget
from corpusmill.operators.mix.spec.weights import Alpha, Temperature
from corpusmill.operators.mix.spec.where import Bound
from tests.property.mix.supplies import nested, supply

EXPECTED = """\
phase main: 70,000 tokens
phase anneal: 30,000 tokens
leaf    documents  available  target   share    main  anneal  epochs   worth  stopped by
web/en         10  1,000,000  42,157  42.16%  42.16%  42.16%    0.04  42,157
web/de         10    500,000  34,243  34.24%  34.24%  34.24%    0.07  34,243
law/en         10     10,000  11,036  11.04%  11.04%  11.04%    1.10  11,033  share of domain=law
law/de         10      5,000   8,964   8.96%   8.96%   8.96%    1.79   8,864  share of domain=law
web/sw         10        900   3,600   3.60%   3.60%   3.60%    4.00   3,353  max_epochs
100,000 tokens of 1,515,900 in 5 leaves: 0.07 epochs on average, worth 99,649 new tokens
1 leaf aims at less than half of its longest document and may get none: web/en
"""


def test_the_table_of_a_plan():
    leaves = supply(
        {
            ("law", "de"): 5_000,
            ("law", "en"): 10_000,
            ("web", "de"): 500_000,
            ("web", "en"): 1_000_000,
            ("web", "sw"): 900,
        }
    )
    spec = nested(
        Temperature(temperature=3.33),
        Alpha(alpha=0.3),
        budget=Budget(tokens=100_000),
        bounds=(Bound(where={"domain": ("law",)}, min=0.15, max=0.2),),
        phases=(Phase(name="main", share=0.7), Phase(name="anneal", share=0.3)),
    )
    assert explain(plan(leaves, spec)) == EXPECTED


def test_a_plan_that_caps_inside_documents_may_not_fill_says_so():
    leaves = supply({("law", "de"): 5_000, ("web", "en"): 10_000})
    told = explain(plan(leaves, nested(Alpha(alpha=1), Alpha(alpha=1), budget=Budget(tokens=22_499), max_epochs=1.5)))
    assert "2 leaves end below caps that lie inside documents: up to 1,500 tokens may lack" in told
    whole = explain(plan(leaves, nested(Alpha(alpha=1), Alpha(alpha=1), budget=Budget(tokens=30_000), max_epochs=2)))
    assert "may lack" not in whole
