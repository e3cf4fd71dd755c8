"""Models, lists, tokenizer and plan of a job, opened before any work: whether each is there, and what it should be."""

from collections.abc import Callable, Iterable

from corpusmill.errors import MissingFile, UnusableTemplate
from corpusmill.operators import load
from corpusmill.operators.abilities import ChecksFiles
from corpusmill.operators.tokens.chat.sources import NAMES
from corpusmill.pipeline.config.base.source import Path
from corpusmill.pipeline.config.check.valid_parts import ValidParts, ValidStep
from corpusmill.pipeline.config.sections.tokens import TokensSpec
from corpusmill.pipeline.files import referenced as resources
from corpusmill.pipeline.inputs.files import InJob
from corpusmill.pipeline.steps.chat import chat_of
from corpusmill.pipeline.steps.tokenizer import ships, tokenizer_of

SHIPPED = "shipped:"  # what lies in this package is not the job's to mend


def problems(parts: ValidParts) -> list[InJob]:
    """Every file that cannot be read, or is another than it should be, with the key that names it."""
    found: list[InJob] = []

    def attempt(key: Path, read: Callable[[], object]) -> None:
        try:
            read()
        except MissingFile as e:
            found.append(InJob(key, str(e)))

    for step in parts.steps:
        _step(step, attempt)
    tokens, address, plan = parts.tokens, parts.tokenizer, parts.plan
    if tokens is not None:
        attempt(("tokens", "tokenizer"), lambda: _tokenizer(tokens))
        attempt(("tokens", "template"), lambda: _template(tokens))
    elif address is not None:
        attempt(("tokens", "tokenizer"), lambda: resources.opened(address))
    if plan is not None:
        attempt(("mix", "plan"), lambda: resources.read(plan))
    return list(dict.fromkeys(found))


def _step(step: ValidStep, attempt: Callable[[Path, Callable[[], object]], None]) -> None:
    """The files of one step, each by itself; then, if all are there, what the operator says of them."""
    files = load.resources(step.operator)
    missing: list[str] = []

    def opened(parameter: str, address: str) -> None:
        missing.append(parameter)
        resources.sha256(address)
        missing.remove(parameter)

    for parameter, resource in files.items():
        attempt((*step.params, parameter), lambda p=parameter, r=resource: opened(p, r.address))
    own = {parameter: r.address for parameter, r in files.items() if not r.address.startswith(SHIPPED)}
    if files and not missing:
        place = (*step.params, next(iter(own))) if own else step.at
        attempt(place, lambda: _as_declared(step, own.values()))


def _as_declared(step: ValidStep, own: Iterable[str]) -> None:
    """MissingFile where the operator finds its files to be something else. own: addresses that the job names."""
    equipped = load.equip(step.operator, resources.opened)
    if not isinstance(equipped, ChecksFiles):
        return
    try:
        equipped.check_files()
    except Exception as e:  # whatever a reader of models raises at bytes that are none
        told, named = str(e) or type(e).__name__, ", ".join(map(repr, dict.fromkeys(own)))
        if not named:
            raise MissingFile(f"{step.name}: {told}") from e
        raise MissingFile(f"{named} cannot be used by {step.name}: {told}; name another file") from e


def _tokenizer(tokens: TokensSpec) -> None:
    """MissingFile unless the job's tokenizer can be loaded."""
    if ships(tokens):
        return
    try:
        tokenizer_of(tokens)
    except (ValueError, LookupError) as e:
        remedy = "give a tokenizer.json and one of its tokens as `eos`"
        raise MissingFile(f"{tokens.tokenizer!r} cannot be used with eos {tokens.eos!r}: {e}; {remedy}") from e


def _template(tokens: TokensSpec) -> None:
    """MissingFile unless the job's chat template, where it has one, can be compiled."""
    try:
        chat_of(tokens)
    except UnusableTemplate as e:
        raise MissingFile(f"`template: {tokens.template}` cannot be used: {e}") from e
    except MissingFile as e:
        raise MissingFile(f"{e}; or name a template that ships: {', '.join(NAMES)}, tokenizer") from e
