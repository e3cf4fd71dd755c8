"""Sends OpenLineage events of a run: START, then COMPLETE or FAIL, with inputs, outputs and row counts.

Source: the OpenLineage specification 2-0-2, https://openlineage.io/docs/spec/object-model; names of datasets as its
naming page has them (`s3://bucket` and the key; `file` and the path); versions of facets as openlineage-python 1.x has
them.
"""

import json
import os
import urllib.request
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from corpusmill.errors import InputError
from corpusmill.pipeline.config.base.secrets import environment_secrets, redacted
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.progress import Display
from corpusmill.pipeline.files.json_values import Json, JsonObject

PRODUCER = "https://github.com/corpusmill/corpusmill"
SPEC = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
FACETS = "https://openlineage.io/spec/facets"
TIMEOUT_S = 10.0
MOST_FILES = 100  # of an input named one by one; of more only the source is
FACET_VERSIONS = {
    "DatasetVersionDatasetFacet": "1-0-1",
    "ErrorMessageRunFacet": "1-0-1",
    "InputStatisticsInputDatasetFacet": "1-0-0",
    "OutputStatisticsOutputDatasetFacet": "1-0-2",
}


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Rows, bytes and files of a dataset."""

    rows: int | None = None
    size_bytes: int | None = None
    files: int | None = None

    def facet(self, kind: str) -> JsonObject:
        """The facet of this kind, such as OutputStatisticsOutputDatasetFacet, without what is not known."""
        counts = {"rowCount": self.rows, "size": self.size_bytes, "fileCount": self.files}
        return facet(kind, **{key: value for key, value in counts.items() if value is not None})


@dataclass
class Lineage:
    """The events of one run. inputs: files by address with their size; output: set when the run has ended well, as
    version, the name of the one that it published or found, where the output has versions.
    """

    spec: JobSpec
    target: str
    run: uuid.UUID
    inputs: Mapping[str, int]
    output: Counted | None = None
    version: str | None = None

    def event(self, kind: str, *, at: datetime, error: str | None = None) -> JsonObject:
        """One event. kind: START, COMPLETE or FAIL."""
        facets: dict[str, Json] = {}
        if error is not None:
            facets["errorMessage"] = facet("ErrorMessageRunFacet", message=error, programmingLanguage="PYTHON")
        return {
            "eventType": kind,
            "eventTime": at.isoformat(),
            "run": {"runId": str(self.run), "facets": facets},
            "job": {"namespace": "corpusmill", "name": self.spec.name, "facets": {}},
            "inputs": list(_inputs(self.inputs)),
            "outputs": [self._output()],
            "producer": PRODUCER,
            "schemaURL": SPEC,
        }

    def _output(self) -> JsonObject:
        """The output as far as the run has come, with its version where it has one."""
        of: JsonObject = {**dataset(self.spec.output), "outputFacets": {}}
        if self.version is not None:
            of["facets"] = {"version": facet("DatasetVersionDatasetFacet", datasetVersion=self.version)}
        if self.output is not None:
            of["outputFacets"] = {"outputStatistics": self.output.facet("OutputStatisticsOutputDatasetFacet")}
        return of

    def send(self, kind: str, *, error: str | None = None) -> None:
        """Send one event. OSError where it cannot be delivered."""
        content = json.dumps(self.event(kind, at=datetime.now(UTC), error=error), ensure_ascii=False)
        deliver(self.target, redacted(content, environment_secrets(os.environ)))


@contextmanager
def lineage(
    spec: JobSpec, target: str | None, owner: str, inputs: Mapping[str, int], display: Display
) -> Iterator[Lineage]:
    """Send START, and at the end of the `with` COMPLETE or FAIL. target: a file or an http(s) address; null: nothing is
    sent. owner: 32 hex digits, of the lease. An event that cannot be delivered is a warning and never ends a run.
    """
    events = Lineage(spec, target or "", uuid.UUID(owner), inputs)

    def send(kind: str, error: str | None = None) -> None:
        if target is not None:
            try:
                events.send(kind, error=error)
            except OSError as e:
                display.line(f"warning: lineage event {kind} was not delivered to {target}: {e}")

    send("START")
    try:
        yield events
    except BaseException as e:
        send("FAIL", f"{type(e).__name__}: {e}")
        raise
    send("COMPLETE")


def facet(kind: str, **facts: Json) -> JsonObject:
    """A facet of the specification with these facts, and where its schema is."""
    return {"_producer": PRODUCER, "_schemaURL": f"{FACETS}/{FACET_VERSIONS[kind]}/{kind}.json", **facts}


def check_target(target: str | None) -> None:
    """InputError for an address that events cannot be sent to."""
    if target is not None and "://" in target and not target.startswith(("http://", "https://")):
        raise InputError([f"--lineage: expected a file or an http(s) address, found {target!r}"])


def deliver(target: str, content: str) -> None:
    """Append a line to a file, or POST it as JSON."""
    if not target.startswith(("http://", "https://")):
        with open(target, "a", encoding="utf-8") as file:
            file.write(f"{content}\n")
        return
    headers = {"Content-Type": "application/json"}
    if key := os.environ.get("OPENLINEAGE_API_KEY"):
        headers["Authorization"] = f"Bearer {key}"
    request = urllib.request.Request(target, content.encode(), headers, method="POST")
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:
        response.read()


def dataset(address: str) -> dict[str, str]:
    """Namespace and name of a dataset.

    >>> dataset("s3://bucket/a/b"), dataset("/data/out")
    ({'namespace': 's3://bucket', 'name': 'a/b'}, {'namespace': 'file', 'name': '/data/out'})
    """
    scheme, separator, rest = address.partition("://")
    if not separator or scheme == "file":
        return {"namespace": "file", "name": rest if separator else address}
    host, _, path = rest.partition("/")
    return {"namespace": f"{scheme}://{host}", "name": path or "/"}


def _inputs(files: Mapping[str, int]) -> Iterable[Mapping[str, Any]]:
    folders: dict[str, list[int]] = {}
    for address, size in files.items():
        folders.setdefault(address if len(files) <= MOST_FILES else address.rpartition("/")[0], []).append(size)
    for address, sizes in sorted(folders.items()):
        read = Counted(size_bytes=sum(sizes), files=len(sizes)).facet("InputStatisticsInputDatasetFacet")
        yield {**dataset(address.partition("?")[0]), "inputFacets": {"inputStatistics": read}}
