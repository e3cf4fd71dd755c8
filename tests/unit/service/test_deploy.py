"""Schedules and manifests: read by the programs they are for, or held against their schemas with nothing unknown."""

import gzip
import json
import re
import shlex
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from click.testing import CliRunner
from cronsim import CronSim

from corpusmill.cluster import metrics
from corpusmill.errors import InputError
from corpusmill.pipeline.cli.main import main
from corpusmill.pipeline.deploy import grafana, kubernetes
from corpusmill.pipeline.deploy.aws import autoscaler_yaml
from corpusmill.pipeline.deploy.calendar import on_calendar
from corpusmill.pipeline.deploy.image import dockerfile
from corpusmill.pipeline.deploy.kubernetes import SentFiles
from corpusmill.pipeline.deploy.schedule import Scheduled, cron_line, systemd_units, with_cron_line
from corpusmill.pipeline.deploy.values import STARTER, Values, read_values
from corpusmill.pipeline.deploy.yaml_text import documents
from corpusmill.pipeline.versions.slots import Every

CRDS = Path(__file__).resolve().parents[4] / "shared" / "data" / "kuberay"
JOB = "name: j\ninputs:\n  - {source: a, paths: [s3://b/a]}\n"
SENT = SentFiles(job="j", text=JOB)
systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not on this machine")


@pytest.fixture
def values(tmp_path) -> Values:
    (tmp_path / "values.yaml").write_text(STARTER)
    return read_values(tmp_path / "values.yaml")


def scheduled(tmp_path: Path, every: str = "monthly", **more: Any) -> Scheduled:
    job = tmp_path / "a job" / "job.yaml"
    job.parent.mkdir(exist_ok=True)
    return Scheduled(name="news", job=job, every=Every(every), program="/usr/bin/true", **more)


# systemd and cron


@systemd
def test_units_are_as_systemd_wants_them(tmp_path):
    units = systemd_units(scheduled(tmp_path))
    for name, text in units.items():
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "--user", "verify", *(str(tmp_path / name) for name in units)],
        capture_output=True,
        text=True,
        env={"XDG_RUNTIME_DIR": str(tmp_path), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Persistent=true" in units["corpusmill-news.timer"]
    assert 'ExecStart=/usr/bin/true update --every monthly "' in units["corpusmill-news.service"]


@systemd
@pytest.mark.parametrize(
    "cron", ["30 2 1 * *", "*/20 6-8 * jan,jul *", "0 0 13 * 5", "15 3 * * 1-5", "5 4 29 2 *", "0 0 */2 * 1"]
)
def test_a_calendar_event_fires_when_cron_does(cron):
    start = datetime(2026, 11, 30, 12, tzinfo=UTC)
    found: set[str] = set()
    for value in on_calendar(cron):
        done = subprocess.run(
            ["systemd-analyze", "calendar", "--iterations=20", "--base-time=2026-11-30 12:00:00 UTC", value],
            capture_output=True,
            text=True,
            env={"TZ": "UTC", "PATH": "/usr/bin:/bin"},
            check=True,
        )
        found |= set(re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?= UTC)", done.stdout)) - {"2026-11-30 12:00:00"}
    times = CronSim(cron, start)
    assert sorted(found)[:6] == [f"{next(times):%Y-%m-%d %H:%M:%S}" for _ in range(6)]


def test_a_line_of_cron_replaces_its_own_and_leaves_the_others(tmp_path):
    job = scheduled(tmp_path)
    once = with_cron_line("0 1 * * * backup", job)
    assert once.startswith("0 1 * * * backup\n# corpusmill news begin\n")
    assert with_cron_line(once + "0 5 * * * other\n", job) == once + "0 5 * * * other\n"
    about, line = cron_line(job).splitlines()[1:3]
    assert about.endswith("whether a slot of 'monthly' (UTC) is due; credentials: ~/.config/corpusmill/news.env")
    minute, hour, *_ = line.split()
    assert minute.isdecimal()
    assert hour == "*"
    assert "flock -n" in line
    assert "update --every monthly" in line
    done = subprocess.run(["sh", "-n", "-c", line.split(None, 5)[5].replace("\\%", "%")], check=False)
    assert done.returncode == 0


def test_a_submitted_schedule_names_the_job_server(tmp_path):
    words = scheduled(tmp_path, address="http://head:8265").words()
    assert words[1:6] == ["submit", "--address", "http://head:8265", "--update", "--every"]


def test_what_the_command_line_changes_of_a_job_is_scheduled_too(tmp_path):
    job = scheduled(tmp_path, overrides=("mix.temperature=2", "about.purpose=a 'b' c"))
    assert job.words()[4:8] == ["--set", "mix.temperature=2", "--set", "about.purpose=a 'b' c"]
    service = systemd_units(job)["corpusmill-news.service"]
    assert """--set mix.temperature=2 --set "about.purpose=a 'b' c" \"/""" in service
    sent = SentFiles(job="j", text=JOB, overrides=job.overrides)
    assert shlex.split(kubernetes.entrypoint(sent, Every("monthly")))[6:] == job.words()[4:8]


def test_cron_has_the_credentials_that_systemd_has(tmp_path):
    (tmp_path / ".config" / "corpusmill").mkdir(parents=True)
    (tmp_path / ".config" / "corpusmill" / "news.env").write_text("AWS_PROFILE=corpora\n")
    job = scheduled(tmp_path, jitter_s=0)
    command = cron_line(job).splitlines()[2].split(None, 5)[5].replace("/usr/bin/true", "/usr/bin/env #")
    environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(["sh", "-c", command], env=environment, capture_output=True, text=True, check=True)
    assert "AWS_PROFILE=corpora" in done.stdout


def test_a_machine_without_cron_or_a_session_is_said_to_be_one(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "job.yaml").write_text(JOB)
    install = ["schedule", str(tmp_path / "job.yaml"), "--every", "monthly", "--install"]
    cron = CliRunner().invoke(main, [*install, "--as", "cron"])
    assert (cron.exit_code, "crontab is not on this machine" in cron.output) == (3, True)
    (tmp_path / "systemctl").write_text("#!/bin/sh\necho 'Failed to connect to bus' >&2; exit 1\n")
    (tmp_path / "systemctl").chmod(0o755)
    systemd = CliRunner().invoke(main, install)
    assert systemd.exit_code == 3
    assert "Failed to connect to bus. The units are in" in systemd.output
    assert "use --as cron" in systemd.output


def test_modules_of_own_operators_go_along(values):
    sent = SentFiles(job="j", text=JOB, modules={"my_filters.py": "x = 1\n"})
    config = next(each for each in kubernetes.one_run(sent, values) if each["kind"] == "ConfigMap")
    assert config["data"] == {"job.yaml": JOB, "my_filters.py": "x = 1\n"}


# Kubernetes


def strict(schema: Any) -> Any:
    """A schema of a resource in which what it does not name is refused, as the API server does with strict fields."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: strict(value) for key, value in schema.items() if key != "format"}
    if "properties" in found and not found.get("x-kubernetes-preserve-unknown-fields"):
        found.setdefault("additionalProperties", False)
    return found


def check(made: Any, kind: str) -> None:
    """Validate objects of a kind against the CRD, metadata apart."""
    with gzip.open(CRDS / f"ray.io_{kind}.v1.7.0.yaml.gz") as file:
        crd = yaml.load(file, yaml.CSafeLoader)
    version = next(v for v in crd["spec"]["versions"] if v["name"] == "v1")
    schema = strict(version["schema"]["openAPIV3Schema"]["properties"]["spec"])
    objects = [each for each in made if f"{each['kind'].lower()}s" == kind]
    assert objects
    for each in objects:
        jsonschema.Draft7Validator(schema).validate(each["spec"])


crds = pytest.mark.skipif(not CRDS.is_dir(), reason="the CRDs of KubeRay are not beside this project")


@pytest.fixture
def loaded(values) -> dict[str, list[Any]]:
    every = Every("monthly")
    made = {
        "rayclusters": kubernetes.lasting_cluster(SENT, values),
        "rayjobs": kubernetes.one_run(SENT, values),
        "raycronjobs": kubernetes.scheduled(SENT, values, every, form="raycronjob"),
        "cronjob": kubernetes.scheduled(SENT, values, every, form="k8s-cronjob"),
    }
    return {kind: list(yaml.safe_load_all(documents(objects))) for kind, objects in made.items()}


@pytest.mark.thorough
@crds
@pytest.mark.parametrize("kind", ["rayclusters", "rayjobs", "raycronjobs"])
def test_objects_are_as_kuberay_has_them(loaded, kind):
    check(loaded[kind], kind)


@pytest.mark.thorough
@crds
def test_a_field_that_kuberay_does_not_know_is_refused(loaded):
    loaded["rayjobs"][-1]["spec"]["rayClusterSpec"]["headGroupSpec"]["replica"] = 1
    with pytest.raises(jsonschema.ValidationError, match="'replica' was unexpected"):
        check(loaded["rayjobs"], "rayjobs")


@pytest.mark.thorough
@crds
def test_the_cron_job_creates_a_job_that_kuberay_takes(loaded):
    config = next(o for o in loaded["cronjob"] if o["kind"] == "ConfigMap" and "rayjob.yaml" in o["data"])
    made = list(yaml.safe_load_all(config["data"]["rayjob.yaml"]))
    check(made, "rayjobs")
    assert made[0]["metadata"]["generateName"] == "corpusmill-j-"
    cron = next(o for o in loaded["cronjob"] if o["kind"] == "CronJob")
    assert cron["spec"]["concurrencyPolicy"] == "Forbid"
    script = cron["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]["command"][2]
    assert subprocess.run(["sh", "-n", "-c", script], check=False).returncode == 0


def test_pods_are_restricted_and_name_secrets_without_their_content(loaded):
    job = loaded["rayjobs"][-1]
    cluster = job["spec"]["rayClusterSpec"]
    templates = [cluster["headGroupSpec"]["template"], *(g["template"] for g in cluster["workerGroupSpecs"])]
    for template in templates:
        pod = template["spec"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["containers"][0]["securityContext"]["allowPrivilegeEscalation"] is False
        assert pod["containers"][0]["envFrom"] == [{"secretRef": {"name": "corpus-store"}}]
        assert pod["containers"][0]["lifecycle"]["preStop"]
        assert {"name": "CORPUSMILL_JOB", "value": "/job/job.yaml"} in pod["containers"][0]["env"]
        assert "@sha256:" in pod["containers"][0]["image"]
    steady, spot = cluster["workerGroupSpecs"]
    assert "nodeSelector" not in steady["template"]["spec"]
    assert spot["template"]["spec"]["nodeSelector"] == {"karpenter.sh/capacity-type": "spot"}
    assert spot["template"]["spec"]["containers"][0]["resources"]["requests"]["memory"] == "32Gi"
    policy = next(o for o in loaded["rayjobs"] if o["kind"] == "NetworkPolicy")
    assert policy["spec"]["policyTypes"] == ["Ingress"]
    assert len(policy["spec"]["ingress"][0]["from"]) == 2


def test_spot_machines_of_every_provider_are_reported_by_their_label(values):
    for provider in ("karpenter", "eks", "gke", "aks"):
        changed = values.model_copy(update={"provider": provider})
        spot = kubernetes.cluster_spec("j", changed)["workerGroupSpecs"][1]["template"]["spec"]
        assert len(spot["nodeSelector"]) == 1
        assert ("tolerations" in spot) == (provider in ("gke", "aks"))


def test_texts_that_look_like_something_else_stay_texts():
    texts = ["no", "on", "Y", "12:30", "010", "1e3", "null", "2026-10-01", "true", "a: b", "- c", "#d", ""]
    made = {"env": [{"name": text, "value": text} for text in texts], "no": "yes"}
    assert yaml.safe_load(documents([made])) == made


def test_values_are_checked_and_images_pinned(tmp_path):
    file = tmp_path / "values.yaml"
    file.write_text(
        "image: corpusmill:latest\nbase_image: python:3.11\ngroups: [{name: a, cpu: 2, most: 1, cpus: 3}]\n"
    )
    with pytest.raises(InputError) as refused:
        read_values(file)
    said = str(refused.value)
    assert "image: String should match" in said
    assert "pin the image by its digest" in said
    assert "groups.0.cpus" in said


def test_the_image_is_pinned_and_not_root(values):
    text = dockerfile(values)
    assert re.search(r"^FROM \S+@sha256:[0-9a-f]{64}$", text, re.MULTILINE)
    assert "--require-hashes" in text
    assert text.index("USER 1000") < text.index("corpusmill demo")


def test_the_cluster_file_of_aws_is_as_ray_wants_it(values):
    import ray

    schema = json.loads((Path(ray.__file__).parent / "autoscaler" / "ray-schema.json").read_text())
    made = yaml.safe_load(documents([autoscaler_yaml("j", values)]))
    jsonschema.validate(made, schema)
    assert set(made) <= set(schema["properties"])
    worker = made["available_node_types"]["spot"]["node_config"]
    assert worker["InstanceMarketOptions"] == {"MarketType": "spot"}


# Metrics


def test_the_dashboard_shows_metrics_that_there_are():
    board = json.loads(grafana.dashboard())
    names = {f"ray_{each.name}" for each in metrics.METRICS}
    used = {re.search(r"ray_corpusmill_\w+", p["targets"][0]["expr"]).group() for p in board["panels"]}  # pyright: ignore
    assert used == names


def test_names_of_metrics_follow_the_conventions():
    for each in metrics.METRICS:
        assert re.fullmatch(r"corpusmill_[a-z_]+", each.name)
        assert each.name.endswith("_total") == (each.kind == "counter")
        assert not re.search(r"_(ms|kb|mb|minutes)_", each.name)
