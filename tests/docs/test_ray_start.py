"""The `ray start` lines of the docs are taken by the Ray that is installed, with ports that do not collide."""

import re
import shlex

import pytest

from tests.pipeline.jobs import ROOT

PAGE = ROOT / "docs" / "how-to" / "run-on-a-cluster.md"
LINES = re.findall(r"^ray start (.*)$", PAGE.read_text(encoding="utf-8").replace("\\\n", " "), re.MULTILINE)


@pytest.mark.thorough
@pytest.mark.parametrize("line", LINES)
def test_ray_takes_the_ports(line):
    from ray._private.parameter import RayParams
    from ray.scripts.scripts import start

    given = start.make_context("start", shlex.split(line)).params
    ports = (
        "min_worker_port",
        "max_worker_port",
        "ray_client_server_port",
        "dashboard_port",
        "dashboard_agent_listen_port",
    )
    RayParams(redis_port=given["port"], **{port: given[port] for port in ports}).update_pre_selected_port()


def test_each_node_of_one_machine_has_a_folder_of_its_own():
    joining = [line for line in LINES if line.startswith("--address 127.0.0.1")]
    folders = [re.search(r"--temp-dir (\S+)", line) for line in joining]
    assert joining
    assert len({folder[1] for folder in folders if folder}) == len(joining)
