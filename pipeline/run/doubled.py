"""Finds changed files that an update reads beside what was made of them before, where nothing removes the copies."""

from collections.abc import Iterator, Mapping

from corpusmill.errors import UnknownName
from corpusmill.operators import load
from corpusmill.operators.contract import Reader
from corpusmill.pipeline.config.base.causes import some
from corpusmill.pipeline.config.sections.inputs import InputSpec
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.workspace.inventory import Numbered


def doubled(spec: JobSpec, shards: Numbered) -> Iterator[str]:
    """A remark for each source whose documents an update may take twice. shards: as the update would read them."""
    if spec.dedup.text or spec.dedup.near is not None:
        return
    if not len(shards.kept):
        return
    earlier = {*shards.kept, *shards.unfinished}
    read = {(s.source, s.uri) for s in shards.current if s not in earlier}
    files: dict[str, dict[str, str]] = {}
    for shard in shards.kept:
        if (shard.source, shard.uri) in read:
            files.setdefault(shard.source, {})[shard.uri] = shard.reader
    specs: Mapping[str, InputSpec] = {each.source: each for each in spec.inputs}
    for source, readers in sorted(files.items()):
        addresses = "url" in specs[source].columns or all(map(is_archive, readers.values()))
        if spec.dedup.url == "off" or not addresses:
            count = f"{len(readers):,} changed file{' is' if len(readers) == 1 else 's are'}"
            yield (
                f"{source}: {count} read again, and what was made of the earlier content stays ({some(readers)}): rows "
                "that are in both come twice, for `dedup` is off; set `when_changed: replace` for this source, or "
                "`dedup.text: true`"
            )


def is_archive(reader: str) -> bool:
    """Whether the documents of a reader have addresses (URLs) of their own; of one that is no more they have not."""
    try:
        cls = load.find(reader)
    except UnknownName:
        return False
    return issubclass(cls, Reader) and cls.format.archive
