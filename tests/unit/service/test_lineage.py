"""OpenLineage events: to a file or by HTTP, and never the end of a run."""

import http.server
import json
import threading

import pytest

from corpusmill.errors import InputError
from corpusmill.pipeline.config.load import parse
from corpusmill.pipeline.execution.progress import Display
from corpusmill.pipeline.run.lineage import Counted, lineage
from corpusmill.pipeline.run.options import Options

JOB = "name: j\noutput: s3://b/out\ninputs: [{source: a, paths: [in.jsonl], language: en, domain: web}]\n"
OWNER = "0123456789abcdef0123456789abcdef"


def events(path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_start_and_complete_with_inputs_and_row_counts(tmp_path):
    target = tmp_path / "events.jsonl"
    with lineage(parse(JOB), str(target), OWNER, {"s3://in/a.gz": 7, "/d/b.gz": 5}, Display(quiet=True)) as sent:
        sent.output = Counted(rows=3, size_bytes=100, files=1)
    start, complete = events(target)
    assert (start["eventType"], complete["eventType"]) == ("START", "COMPLETE")
    assert start["run"]["runId"] == complete["run"]["runId"] == "01234567-89ab-cdef-0123-456789abcdef"
    assert [(i["namespace"], i["name"]) for i in start["inputs"]] == [("file", "/d/b.gz"), ("s3://in", "a.gz")]
    assert start["outputs"][0]["outputFacets"] == {}
    facet = complete["outputs"][0]["outputFacets"]["outputStatistics"]
    assert (facet["rowCount"], facet["size"], facet["fileCount"]) == (3, 100, 1)


def test_the_output_is_named_with_its_version(tmp_path):
    target = tmp_path / "events.jsonl"
    with lineage(parse(JOB), str(target), OWNER, {"/d/b.gz": 5}, Display(quiet=True)) as sent:
        sent.version = "v0002"
    start, complete = events(target)
    assert "facets" not in start["outputs"][0]
    found = complete["outputs"][0]["facets"]["version"]
    assert found["datasetVersion"] == "v0002"
    assert found["_schemaURL"].endswith("/1-0-1/DatasetVersionDatasetFacet.json")
    read = start["inputs"][0]["inputFacets"]["inputStatistics"]
    assert read["_schemaURL"].endswith("/1-0-0/InputStatisticsInputDatasetFacet.json")


def test_a_run_that_fails_says_why(tmp_path):
    target = tmp_path / "events.jsonl"
    with pytest.raises(ValueError, match="broken"), lineage(parse(JOB), str(target), OWNER, {}, Display(quiet=True)):
        raise ValueError("broken")
    assert events(target)[1]["run"]["facets"]["errorMessage"]["message"] == "ValueError: broken"


def test_many_inputs_are_reported_by_their_folders(tmp_path):
    target = tmp_path / "events.jsonl"
    files = {f"s3://in/{n % 2}/{n}.gz": 1 for n in range(300)}
    with lineage(parse(JOB), str(target), OWNER, files, Display(quiet=True)):
        pass
    inputs = events(target)[0]["inputs"]
    assert [i["name"] for i in inputs] == ["0", "1"]
    assert inputs[0]["inputFacets"]["inputStatistics"]["fileCount"] == 150


@pytest.mark.thorough
def test_events_are_posted_and_a_server_that_is_not_there_is_a_warning(capsys):
    got: list[dict] = []

    class Server(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(201)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/api/v1/lineage"
        with lineage(parse(JOB), address, OWNER, {}, Display(quiet=True)):
            pass
        server.shutdown()
    assert [event["eventType"] for event in got] == ["START", "COMPLETE"]
    with lineage(parse(JOB), "http://127.0.0.1:9/", OWNER, {}, Display()):
        pass
    assert "warning: lineage event START was not delivered" in capsys.readouterr().err


def test_an_address_that_is_no_target_is_refused_before_the_run():
    with pytest.raises(InputError, match="--lineage: expected a file or an http"):
        Options(lineage="kafka://broker/topic")
