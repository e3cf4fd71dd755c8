"""What is wrong between the sections of a job file, and between fields of one, when each is right by itself."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from corpusmill.cluster.address import holds, normal
from corpusmill.errors import SpecError
from corpusmill.pipeline.config.base.messages import sections
from corpusmill.pipeline.config.base.problems import nearest
from corpusmill.pipeline.config.base.section import Complaint, Section
from corpusmill.pipeline.config.check import mix_picks as picks_nothing
from corpusmill.pipeline.config.check import mix_shares as least_shares
from corpusmill.pipeline.config.sections import storage_options
from corpusmill.pipeline.config.sections.inputs import InputSpec
from corpusmill.pipeline.config.sections.mix import MixSpec
from corpusmill.pipeline.config.sections.mixing import mix_of
from corpusmill.pipeline.config.sections.spec import JobSpec


def complaints(full: Mapping[str, Any]) -> Iterator[Complaint]:
    """All of them, in a job file written out; a section that is wrong by itself is passed over."""
    yield from _inside(JobSpec, full)
    yield from _mix(full.get("mix"))
    yield from _sources(full)
    yield from _least(full)
    yield from _shards(full)
    yield from _unit(full)
    if full.get("output_shards") is not None and full.get("shard_tokens") is not None:
        yield ("shard_tokens",), "output_shards and shard_tokens exclude each other: keep one"
    folders = [full.get(name, JobSpec.model_fields[name].default) for name in ("workspace", "output")]
    if isinstance(storage := full.get("storage"), Mapping):
        told = storage_options.complaints(storage, [f for f in folders if isinstance(f, str)])
        yield from ((("storage", *at), message) for at, message in told)
    yield from _folders(*folders)


def _folders(workspace: Any, output: Any) -> Iterator[Complaint]:
    """Neither of the two folders that a run writes to lies in the other."""
    if not (isinstance(workspace, str) and isinstance(output, str)):
        return
    ours, theirs = normal(workspace), normal(output)
    if ours == theirs:
        yield ("output",), "`workspace` and `output` must be different folders"
    elif holds(ours, theirs):
        yield (
            ("output",),
            "`output` must not be inside `workspace`; choose a folder next to it",
        )
    elif holds(theirs, ours):
        yield (
            ("workspace",),
            "`workspace` must not be inside `output`, whose readers see the whole folder; choose a folder next to it",
        )


def _inside(model: type[Section], value: Mapping[str, Any]) -> Iterator[Complaint]:
    """The complaints of every section inside `value`, which `model` describes, however deep."""
    for key, inner in sections(model):
        items = value.get(key)
        each = [((key, n), item) for n, item in enumerate(items)] if isinstance(items, tuple) else [((key,), items)]
        for path, item in each:
            if isinstance(item, Mapping):
                section = section_or_none(inner, item)
                found = [*(section.complaints() if section else ()), *_inside(inner, item)]
                yield from (((*path, *where), message) for where, message in found)


def _mix(value: Any) -> Iterator[Complaint]:
    """What the mixer itself finds wrong with a mix in which nothing else is."""
    section = section_or_none(MixSpec, value)
    if isinstance(section, MixSpec) and not [*section.complaints(), *_inside(MixSpec, value)]:
        try:
            mix_of(section)
        except SpecError as e:
            yield ("mix",), str(e).removeprefix("mix: ")


def _least(full: Mapping[str, Any]) -> Iterator[Complaint]:
    """Least shares that no input can fill, where mix and inputs are right by themselves."""
    inputs = full.get("inputs")
    mix = section_or_none(MixSpec, full.get("mix", {}))
    found = [section_or_none(InputSpec, each) for each in inputs] if isinstance(inputs, tuple) else []
    sources = [each for each in found if isinstance(each, InputSpec)]
    if isinstance(mix, MixSpec) and sources and len(sources) == len(found):
        yield from least_shares.complaints(mix, sources)
        yield from picks_nothing.complaints(mix, sources)


def _shards(full: Mapping[str, Any]) -> Iterator[Complaint]:
    """A shard holds documents of one phase."""
    mix, shards = section_or_none(MixSpec, full.get("mix", {})), full.get("output_shards")
    steps = sum(max(p.ramp_steps, 1) for p in mix.phases) if isinstance(mix, MixSpec) else 0
    if isinstance(shards, int) and shards < steps:
        yield ("output_shards",), f"expected at least {steps}, one for each phase and step of a ramp, found {shards}"


def _unit(full: Mapping[str, Any]) -> Iterator[Complaint]:
    """Supervised tokens are those of conversations."""
    mix, tokens = (full.get(name) for name in ("mix", "tokens"))
    supervised = isinstance(mix, Mapping) and mix.get("unit") == "supervised_tokens"
    if supervised and not (isinstance(tokens, Mapping) and tokens.get("template")):
        yield ("mix", "unit"), "supervised tokens are of conversations: set `tokens.template`, or leave unit out"


def section_or_none(model: type[Section], value: Any) -> Section | None:
    """The section that `value` describes, or null."""
    try:
        return model.model_validate(value)
    except ValidationError:
        return None


def _sources(full: Mapping[str, Any]) -> Iterator[Complaint]:
    """Names of sources: each once among the inputs, and none elsewhere that is not there."""
    inputs = full.get("inputs")
    each = [i.get("source") if isinstance(i, dict) else None for i in inputs] if isinstance(inputs, tuple) else []
    names = [name if isinstance(name, str) else None for name in each]
    for number, name in enumerate(names):
        if name is not None and name in names[:number]:
            yield ("inputs", number, "source"), f"{name!r} is also the name of an earlier input; names must be unique"
    there = [name for name in names if name is not None]
    dedup = full.get("dedup")
    if isinstance(dedup, dict):
        yield from _named_sources(dedup, ("dedup",), "max_removed_share", [*there, "default"])
        yield from _named_sources(dedup, ("dedup",), "except", there)
        if isinstance(near := dedup.get("near"), dict):
            yield from _named_sources(near, ("dedup", "near"), "except", there)
            yield from _named_sources(near, ("dedup", "near"), "thresholds", there)


def _named_sources(
    section: Mapping[str, Any], path: tuple[str, ...], key: str, sources: Sequence[str]
) -> Iterator[Complaint]:
    """Names of sources in a list or a mapping that no input has."""
    named = section.get(key)
    if isinstance(named, Mapping):
        places = [(name, name) for name in named]
    elif isinstance(named, tuple):
        places = list(enumerate(named))
    else:
        return
    for place, name in places:
        if isinstance(name, str) and name not in sources:
            yield (*path, key, place), f"no source {name!r}{nearest(name, sources)}"
