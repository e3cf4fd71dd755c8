"""Models, lists, tokenizer and plan of a job, opened before any work: whether each is there, and what it should be."""

from collections.abc import Callable

from operators import load
from operators.contract import ChecksFiles
from operators.tokens import tokenizer
from pipeline import resources
from pipeline.config.known import Known, KnownStep
from pipeline.config.source import Path
from pipeline.config.tokens import TokensSpec
from pipeline.inputs import InJob
from pipeline.resources import MissingFile

SHIPPED = "shipped:"  # what lies in this package has tests of its own


def problems(known: Known) -> list[InJob]:
    """Every file that cannot be read, or is another than it should be, with the key that names it."""
    found: list[InJob] = []

    def attempt(key: Path, read: Callable[[], object]) -> None:
        try:
            read()
        except MissingFile as e:
            found.append(InJob(key, str(e)))

    for step in known.steps:
        _step(step, attempt)
    tokens, address, plan = known.tokens, known.tokenizer, known.plan
    if tokens is not None:
        attempt(("tokens", "tokenizer"), lambda: _tokenizer(tokens))
    elif address is not None:
        attempt(("tokens", "tokenizer"), lambda: resources.opened(address))
    if plan is not None:
        attempt(("mix", "plan"), lambda: resources.read(plan))
    return list(dict.fromkeys(found))


def _step(step: KnownStep, attempt: Callable[[Path, Callable[[], object]], None]) -> None:
    """The files of one step, each by itself; then, if all are there, what the operator says of them."""
    files = load.resources(step.operator)
    missing: list[str] = []

    def opened(parameter: str, address: str) -> None:
        missing.append(parameter)
        resources.sha256(address)
        missing.remove(parameter)

    for parameter, resource in files.items():
        attempt((*step.params, parameter), lambda p=parameter, r=resource: opened(p, r.address))
    own = [parameter for parameter, resource in files.items() if not resource.address.startswith(SHIPPED)]
    if own and not missing:
        attempt((*step.params, own[0]), lambda: _as_declared(step, own))


def _as_declared(step: KnownStep, own: list[str]) -> None:
    """MissingFile where the operator finds its files to be something else."""
    equipped = load.equip(step.operator, resources.opened)
    if not isinstance(equipped, ChecksFiles):
        return
    try:
        equipped.check_files()
    except Exception as e:  # whatever a reader of models raises at bytes that are none
        named = ", ".join(repr(load.resources(step.operator)[parameter].address) for parameter in own)
        told = str(e) or type(e).__name__
        raise MissingFile(f"{named} cannot be used by {step.name}: {told}; name another file") from e


def _tokenizer(tokens: TokensSpec) -> None:
    """MissingFile unless the job's tokenizer can be loaded."""
    content = resources.opened(tokens.tokenizer)
    try:
        tokenizer.load(content, eos=tokens.eos)
    except (ValueError, LookupError) as e:
        remedy = "name a tokenizer.json, and a token of its as eos"
        raise MissingFile(f"{tokens.tokenizer!r} cannot be used with eos {tokens.eos!r}: {e}; {remedy}") from e
