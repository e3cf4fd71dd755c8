"""What a job is does not change once it is read, at no depth."""

import copy
import pickle

import pytest

from corpusmill.pipeline.config.sections.spec import JobSpec

JOB = {
    "name": "a",
    "storage": {"client_kwargs": {"hosts": ["x"]}},
    "inputs": [{"source": "s", "paths": ["p"], "columns": {"text": "body"}, "options": {"statuses": [200]}}],
    "documents": [{"operator": "decide.bounds", "params": {"bounds": {"word_count": [5, 9]}}}],
    "dedup": {"max_removed_share": {"s": 0.5}},
}


def test_no_mapping_and_no_list_in_it_can_be_changed():
    spec = JobSpec.model_validate(JOB, strict=False)
    (source,), (step,) = spec.inputs, spec.documents
    maps = [spec.storage, source.columns, source.options, source.storage, step.params, spec.dedup.max_removed_share]
    for mapping in [*maps, spec.storage["client_kwargs"], step.params["bounds"]]:
        with pytest.raises(TypeError, match="cannot be changed by code"):
            mapping["new"] = 1
        with pytest.raises(TypeError, match="cannot be changed by code"):
            mapping.update(new=1)
    for values in (
        spec.storage["client_kwargs"]["hosts"],
        source.options["statuses"],
        step.params["bounds"]["word_count"],
    ):
        with pytest.raises(TypeError, match="cannot be changed by code"):
            values.append(1)


def test_it_travels_and_is_written_as_any_other():
    spec = JobSpec.model_validate(JOB, strict=False)
    assert pickle.loads(pickle.dumps(spec)) == spec
    assert copy.deepcopy(spec) == spec
    assert JobSpec.from_canonical(spec.to_canonical()) == spec
    assert spec.storage == JOB["storage"]
