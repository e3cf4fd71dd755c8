"""What runs on this machine is for its user alone: temporary folders, the dashboard of a Ray that is started here."""

import stat
import tempfile
from pathlib import Path

import fsspec
import pytest
import ray

from corpusmill.cluster import lifecycle
from corpusmill.errors import NoCluster
from corpusmill.pipeline.files import mapped
from corpusmill.pipeline.kernels import cache
from corpusmill.pipeline.stages.ingest import isolated


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_copies_of_models_and_kernels_lie_in_folders_of_this_user(temporary):
    (temporary / "model").write_bytes(b"model")
    copy = mapped._copy(fsspec.filesystem("file"), str(temporary / "model"), {})
    assert (mode(copy.parent), mode(copy)) == (0o700, 0o600)
    assert mode(cache._temporary(temporary / "no").parent) == 0o700


def test_what_an_isolated_process_is_given_nobody_else_reads(temporary, monkeypatch):
    seen: list[int] = []

    def process(folder: Path, *rest: object) -> isolated.Ended:
        seen.append(mode(folder))
        return isolated.Ended(result={})

    monkeypatch.setattr(isolated, "_process", process)
    isolated.run_isolated(None, {})  # pyright: ignore[reportArgumentType]
    assert seen == [0o700]
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("address", [None, "auto"])
def test_no_dashboard_is_opened(address, monkeypatch):
    given: dict[str, object] = {}

    def init(**options: object) -> None:
        given.update(options)
        raise RuntimeError("not in this test")

    monkeypatch.setattr(ray, "init", init)
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    monkeypatch.setattr(ray, "shutdown", lambda: None)
    with pytest.raises(NoCluster), lifecycle.session(address=address, workers=1):
        pass
    assert "dashboard_host" not in given
    assert given.get("include_dashboard", False) is False
    assert address is not None or "include_dashboard" in given, "Ray's own default opens one"
