"""A spec and its canonical text say the same, whatever the job."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusmill.pipeline.config.load import parse
from corpusmill.pipeline.config.sections.presets import PRESETS
from corpusmill.pipeline.config.sections.spec import JobSpec

SHARES = st.floats(0, 1)
SAMPLES = st.floats(0, 1, exclude_min=True)
NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,8}", fullmatch=True)
PATHS = st.sampled_from(
    ["data/*.jsonl", "s3://bucket/x.parquet", "folder/", "list:files.txt", "wet.paths.gz", "é ñ.txt"]
)
STEPS = st.lists(
    st.sampled_from(
        [
            "rewrite.unicode",
            {"uses": "signals.counts"},
            {"signals.line_shape": {"bullets": ["•", "-"]}},
            {"recipe": "gopher"},
        ]
    ),
    max_size=1,
)
INPUT = st.fixed_dictionaries(
    {"paths": st.lists(PATHS, min_size=1, max_size=3)},
    optional={"language": st.text(max_size=3), "priority": st.integers(-5, 5), "license": st.text(max_size=20)},
)
JOBS = st.fixed_dictionaries(
    {"name": NAMES, "inputs": st.dictionaries(NAMES, INPUT, min_size=1, max_size=3), "documents": STEPS},
    optional={
        "sample": st.fixed_dictionaries({}, optional={"inputs": SAMPLES, "documents": SAMPLES}),
        "dedup": st.fixed_dictionaries(
            {}, optional={"near": st.sampled_from(["off", *PRESETS]), "text": st.booleans()}
        ),
        "mix": st.fixed_dictionaries(
            {},
            optional={
                "temperature": st.floats(0.1, 100),
                "budget_tokens": st.integers(1, 10**15),
                "axes": st.just("source"),
            },
        ),
        "max_failed_share": SHARES,
    },
)


@pytest.mark.thorough
@given(job=JOBS)
@settings(max_examples=60)
def test_the_spec_of_the_canonical_text_is_the_spec(job):
    inputs = [{"source": name, **rest} for name, rest in job["inputs"].items()]
    spec = parse(json.dumps({**job, "inputs": inputs}), folder="/jobs")
    text = spec.to_canonical()
    again = JobSpec.from_canonical(text)
    assert again == spec
    assert again.to_canonical() == text
    assert again.documents == spec.documents
