"""What the commands that take something out of a dataset do, once their arguments are read."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError
from corpusmill.pipeline.commands.jobs import job_of, sent_job
from corpusmill.pipeline.commands.outcome import tell
from corpusmill.pipeline.commands.printed import echo_json
from corpusmill.pipeline.commands.summary import summary_json
from corpusmill.pipeline.commands.versions import roll_back
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.dedup import index
from corpusmill.pipeline.dedup.takedown import How
from corpusmill.pipeline.execution.progress import Display, counted, screen
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.execution.terminal import echo
from corpusmill.pipeline.files import latest
from corpusmill.pipeline.files.json_values import JsonObject
from corpusmill.pipeline.run import report
from corpusmill.pipeline.run.opened import opened
from corpusmill.pipeline.run.options import Options
from corpusmill.pipeline.run.runner import run_job
from corpusmill.pipeline.stages.takedown.stage import Request, take_down
from corpusmill.pipeline.workspace import excluded, inventory
from corpusmill.pipeline.workspace.inventory import Shard

FIRST_NOT_AN_ID = 1 << 63  # doc_ids are int64


def takedown(
    *,
    job: Path,
    overrides: tuple[str, ...],
    list_: Path,
    by: str,
    allow_missing: bool,
    sent: bool,
    as_json: bool,
    **where: Any,
) -> None:
    """Take the documents of a list down, and say how many each line matches."""
    asked = request_in(text_of(list_), str(list_))
    spec = sent_job(job)[0] if sent else job_of(job, overrides)
    with opened(spec, Options(kind="takedown", **where), Display()) as run:
        done = take_down(run, asked, How(by), allow_missing=allow_missing)
        if run.output.exists(report.NAME):  # it shows texts
            report.write(run.spec, run.workspace, run.output, run.display.line)
        if as_json:
            echo_json({"output": run.output.url, **asdict(done)})
            return
        for line, documents in done.matched.items():
            nothing = "" if documents else ": nothing to take down now; what later runs find there stays out"
            echo(f"{line}  {counted(documents, 'document')}{nothing}")
        echo(f"{counted(done.new, 'document')} taken down now, {done.documents:,} in all with those of earlier lists")
        if done.published:
            echo(f"{counted(done.parts, 'part')} of {run.output.url} rewritten without what is taken down")
        else:
            echo(f"there is no dataset in {run.output.url} now; the next run makes one without them")


def text_of(path: Path) -> str:
    """The text of a list. InputError where it is not UTF-8, or cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as e:
        raise InputError([f"{path} is not UTF-8 text (byte {e.start}): save it as UTF-8"]) from e
    except OSError as e:
        raise InputError([f"cannot read {path}: {e.strerror}"]) from e


def request_in(text: str, name: str) -> Request:
    """What a list asks for. InputError names every line that is neither a doc_id nor an address.

    >>> request_in("# from the letter of May 3\\n42\\n\\nhttp://example.com/page\\n", "list.txt")
    Request(ids=(42,), urls=('http://example.com/page',))
    """
    lines = [(n, line.strip()) for n, line in enumerate(text.splitlines(), 1)]
    told = [(n, line) for n, line in lines if line and not line.startswith("#")]
    wrong = [f"{name}:{n}: {line!r} is neither a doc_id nor an address" for n, line in told if not _is_one(line)]
    if wrong or not told:
        raise InputError(wrong or [f"{name}: the list is empty"])
    return Request(
        ids=tuple(dict.fromkeys(int(line) for _, line in told if line.isdecimal())),
        urls=tuple(dict.fromkeys(line for _, line in told if not line.isdecimal())),
    )


def _is_one(line: str) -> bool:
    return int(line) < FIRST_NOT_AN_ID if line.isdecimal() else "://" in line


def rollback(*, job: Path, overrides: tuple[str, ...], name: str, again: bool, as_json: bool, **where: Any) -> None:
    """Point at an earlier version; or take the newest run out, then make the dataset of what is left."""
    spec, options = job_of(job, overrides), Options(look=False, kind="rollback", **where)
    if not name.isdecimal():
        latest.named(Store(spec.output, spec.storage), name)  # a wrong name is no run
        with opened(spec, options, Display()) as run:
            roll_back(run, name, as_json=as_json)
        return
    number = int(name)
    with opened(spec, options, Display()) as run:
        known, out = inventory.read(run.workspace), excluded.read(run.workspace)
        there = sorted({s.run for s in known} - {*out.runs})
        if number not in out.runs and (number not in there[1:] or number != there[-1]):
            raise InputError([_not_the_newest(run, number, there)])
        excluded.write(run.workspace, out.with_run(number, again=again))
        mine = [s for s in known if s.run == number]
        index.forget(run.workspace, {s.number for s in mine})
        if not as_json:
            echo(taken_out(f"run {number}", mine, before=number in out.runs))
    _made_again(spec, options, {"run": number, "taken_out": True} if as_json else None)


def _not_the_newest(run: Run, number: int, there: list[int]) -> str:
    told = f"run {number} cannot be rolled back in {run.workspace.url}: "
    if len(there) < 2:
        return told + "before the first run there is nothing; to begin anew, take another workspace"
    return told + f"the newest is run {there[-1]}, and only the newest can go"


def remove_source(
    *, job: Path, overrides: tuple[str, ...], source: str, undo: bool, as_json: bool, **where: Any
) -> None:
    """Take a source out, then make the dataset of what is left; or let it in again."""
    spec, options = job_of(job, overrides), Options(look=False, kind="remove-source", **where)
    with opened(spec, options, Display()) as run:
        known, out = inventory.read(run.workspace), excluded.read(run.workspace)
        sources = sorted({s.source for s in known})
        if source not in sources:
            raise InputError([f"no source {source!r} in {run.workspace.url}; there are {', '.join(sources) or 'none'}"])
        if undo and source not in out.sources:
            removed = f"removed are {', '.join(out.sources)}" if out.sources else "no source is removed"
            raise InputError([f"source {source!r} is not removed from {run.workspace.url}; {removed}"])
        if undo:
            excluded.write(run.workspace, out.with_sources({*out.sources} - {source}))
            if as_json:
                echo_json({"source": source, "taken_out": False})
            else:
                echo(f"{source} is let in again by the next run")
            return
        excluded.write(run.workspace, out.with_sources({*out.sources, source}))
        mine = [s for s in known if s.source == source and s.run not in out.runs]
        index.forget(run.workspace, {s.number for s in known if s.source == source})
        if not as_json:
            echo(taken_out(f"source {source}", mine, before=source in out.sources))
    _made_again(spec, options, {"source": source, "taken_out": True} if as_json else None)


def taken_out(what: str, shards: Sequence[Shard], *, before: bool) -> str:
    """What a run or a source is, in words: its files, and whether it was taken out before."""
    files = counted(len({s.uri for s in shards}), "file")
    return f"{what} with {files} was taken out before" if before else f"{what} is taken out: {files}"


def _made_again(spec: JobSpec, options: Options, as_json: JsonObject | None) -> None:
    """The dataset of what is left, and what came of it. as_json: what was taken out, where JSON is printed."""
    if as_json is not None:
        echo_json(summary_json(spec, run_job(spec, options, Display()), **as_json))
        return
    again = "later runs and updates of this job go on without it"
    tell(spec, run_job(spec, options, Display()), screen(), again=again)
