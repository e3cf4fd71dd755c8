"""Prints the end of a run for a person: the funnel, what is out of the ordinary, what to do next."""

from rich.console import Console

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.commands.summary import output_of
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.progress import counted, print_table
from corpusmill.pipeline.report.funnel_table import as_table, leaves_table
from corpusmill.pipeline.run.runner import Summary
from corpusmill.pipeline.workspace import excluded

AGAIN = "run the same command again to process only new or changed inputs"


def tell(spec: JobSpec, done: Summary, console: Console, *, again: str = AGAIN) -> None:
    """Print the end of a run, for a person. again: what the next command does."""
    if done.did_nothing:
        console.print(f"{spec.name}: up to date: {spec.output} matches this job and its inputs")
        return
    made = done.manifest
    where = output_of(spec, done)
    console.print()
    print_table(console, as_table(done.funnel))
    if done.funnel.skipped:
        kinds = ", ".join(f"{n:,} {kind}" for kind, n in sorted(done.funnel.skipped.items(), key=lambda i: -i[1]))
        console.print(f"skipped records, which are no documents: {kinds}", markup=False)
    for step, changes in sorted(done.funnel.rewritten.items(), key=lambda i: -i[1]):
        console.print(f"{step}: {changes:,}", markup=False)
    if (named := done.funnel.special_tokens_named).get("occurrences"):
        how = "read as text" if spec.tokens.special_tokens == "split" else "kept as special tokens"
        console.print(
            f"special tokens named in text: {named['occurrences']:,} in {named['documents']:,} documents, {how}"
        )
    for column, values in sorted(done.funnel.unread.items(), key=lambda i: -i[1]):
        told = (
            f"{column}: {values:,} values could not be read and are null; `unread_fields` of the documents holds them"
        )
        console.print(told, markup=False)
    console.print()
    print_table(console, leaves_table(done.funnel))
    kept = done.funnel.by("source")
    out = excluded.read(Store(spec.workspace, spec.storage)).sources
    if empty := [i.source for i in spec.inputs if i.source not in out and not kept.get(i.source, {}).get("kept")]:
        console.print(
            f"nothing is kept of {', '.join(empty)}: see `corpusmill inspect dropped --source {empty[0]} JOB`"
        )
    if removed := [i.source for i in spec.inputs if i.source in out]:
        console.print(
            f"{', '.join(removed)} left out: `corpusmill remove-source JOB NAME --undo` lets a source in again"
        )
    console.print()
    console.print(
        f"{counted(made['tokens'], 'token')} in {counted(made['sequences'], 'sequence')}, "
        f"{counted(len(made['parts']), 'part')}: {where}"
        f"\n{done.seconds:.1f} s; {again}",
        markup=False,
    )
    for line in news_of(done):
        console.print(line, markup=False)


def news_of(done: Summary) -> list[str]:
    """What a version brought, a line each; nothing where the output has no versions."""
    version = done.version
    if version is None or version.folder is None or version.new is None:
        return []
    new = version.new
    came = f"{counted(new['files'], 'new file')} with {counted(new['documents'], 'document')}"
    copies = f"{new['duplicates']:,} of them duplicates of published ones or each other"
    lines = [f"{version.folder}: {came}, {copies}; {new['tokens']:+,} tokens"]
    if version.held:
        lines.append(f"{version.folder} is published and not the latest: {version.held}")
    return lines
