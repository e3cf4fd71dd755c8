"""A command that needs the workspace alone finds it without the rest of the job, right or wrong."""

from corpusmill.pipeline.config.load import load
from corpusmill.pipeline.config.workspace import written_workspace

JOB = "name: a\nworkspace: work\noutput: out\ninputs: [{source: a, paths: [a.jsonl]}]\ndocuments: [signals.counts]\n"


def test_it_is_what_the_whole_job_says(tmp_path, monkeypatch):
    monkeypatch.setenv("PLACE", "elsewhere")
    job = tmp_path / "job.yaml"
    for workspace, overrides in (("work", ()), ("/a/../b", ()), ("work", ("workspace=other",)), ("${PLACE}/work", ())):
        job.write_text(JOB.replace("workspace: work", f"workspace: {workspace}"))
        assert written_workspace(job, overrides) == load(job, overrides=overrides).workspace


def test_what_is_wrong_elsewhere_does_not_matter(tmp_path):
    job = tmp_path / "job.yaml"
    job.write_text(JOB.replace("signals.counts", "signals.cuonts"))
    assert written_workspace(job, ()) == str(tmp_path / "work")


def test_a_job_that_must_be_read_whole_gives_none(tmp_path):
    job = tmp_path / "job.yaml"
    for text in (f"{JOB}storage: {{anon: true}}\n", "name: a\n", JOB.replace("work\n", "[work]\n"), "{", "- a\n"):
        job.write_text(text)
        assert written_workspace(job, ()) is None
    job.write_text(JOB.replace("work\n", "${NOT_SET_ANYWHERE}/work\n"))
    assert written_workspace(job, ()) is None
    assert written_workspace(tmp_path / "none.yaml", ()) is None
    assert written_workspace(job, ("workspace",)) is None
