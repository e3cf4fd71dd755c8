"""What documents gathered for one step is not taken for what another one needs."""

import pytest

from corpusmill.pipeline.config.load import parse
from corpusmill.pipeline.steps import sources
from corpusmill.pipeline.steps.step_groups import parts_of


def print_of(step: str) -> str:
    """The fingerprint of what is gathered for a step."""
    inputs = "{source: a, paths: [x.jsonl], columns: {domain: site, q: {type: float}}}"
    spec = parse(f"name: j\ninputs: [{inputs}]\ndocuments: [{step}]\n", folder="/jobs")
    return sources.fingerprint(spec, "a", "readers.jsonl", parts_of(spec)[0])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "decide.at_most: {count: 5, by: [domain]}",
            "decide.budget: {amount: 5, by: domain, shares: equal}",
        ),
        (
            "decide.top: {count: 5, column: q, by: [domain]}",
            "decide.budget: {amount: 5, score: [q], by: domain, shares: equal}",
        ),
    ],
)
def test_a_budget_in_place_of_a_cap_of_the_same_number_gathers_anew(one, other):
    assert print_of(one) != print_of(other)


def test_what_is_only_asked_of_what_was_gathered_gathers_nothing_anew():
    step = "decide.budget: {{amount: 5, by: domain, shares: {}}}"
    assert print_of(step.format("equal")) == print_of(step.format("{a: 1.0}"))
