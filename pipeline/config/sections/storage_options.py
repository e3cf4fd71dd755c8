"""Whether the fsspec options of a job are options of its stores, as far as those tell theirs."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from corpusmill.cluster.filesystems import option_names, protocol_of
from corpusmill.pipeline.config.base.problems import nearest
from corpusmill.pipeline.config.base.section import Complaint

# Options of a store may stand beside paths of this machine: a list of paths leads elsewhere, a job moves to a cluster.
ALWAYS = ("file", "s3")


def complaints(storage: Mapping[str, Any], addresses: Iterable[str]) -> Iterator[Complaint]:
    """Each option that no store of these addresses has; none where one of the stores takes options of any name."""
    if not storage:
        return
    known = [option_names(protocol) for protocol in {*ALWAYS, *map(protocol_of, addresses)}]
    if any(names is None for names in known):
        return
    names = frozenset[str]().union(*(each for each in known if each))
    for name in storage:
        if name not in names:
            near = nearest(str(name), names)
            meant = near if "did you mean" in near else "; endpoint_url, anon and profile are some that S3 has"
            yield (name,), f"no store has an option {name!r}{meant}"
