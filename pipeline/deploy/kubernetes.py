"""Makes the objects that run a job on Kubernetes with KubeRay."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from corpusmill.errors import InputError
from corpusmill.pipeline.deploy.pods import (
    LABEL,
    config_name,
    head_pod,
    labels_of,
    restricted,
    submitter_pod,
    worker_group,
)
from corpusmill.pipeline.deploy.values import Values
from corpusmill.pipeline.deploy.yaml_text import documents
from corpusmill.pipeline.files.json_values import JsonObject
from corpusmill.pipeline.versions.slots import Every

Object = Mapping[str, Any]
RETRIES = 2  # each with a new cluster; the same command resumes
KEEP_S = 3600  # a finished job can be looked at for so long
DEADLINE_S = 7 * 24 * 3600
WAIT = """\
set -eu
job=$(kubectl create -f /manifests/rayjob.yaml -o name)
echo "created $job"
while :; do
  state=$(kubectl get "$job" -o jsonpath='{.status.jobStatus}/{.status.jobDeploymentStatus}')
  case "$state" in
    SUCCEEDED/*) echo "$job succeeded"; exit 0 ;;
    FAILED/*|STOPPED/*|*/Failed) echo "$job ended: $state"; exit 1 ;;
  esac
  sleep 15
done
"""


@dataclass(frozen=True, kw_only=True)
class SentFiles:
    """What the pods of a job get. job: its name; text: of its file; modules: text by file name, of its own operators;
    overrides: of the command line, `KEY=VALUE` each.
    """

    job: str
    text: str
    modules: Mapping[str, str] = field(default_factory=dict)
    overrides: tuple[str, ...] = ()


def entrypoint(sent: SentFiles, every: Every | None) -> str:
    """What the job server runs: one run, or an update for each slot that is due, of the job that the pods' environment
    names. (The words reach the job server quoted: no shell fills in a variable there.)
    """
    changed = "".join(f" --set {shlex.quote(override)}" for override in sent.overrides)
    if every is None:
        return f"corpusmill run --address auto{changed}"
    return f"corpusmill update --address auto --every '{every.text}'{changed}"


def lasting_cluster(sent: SentFiles, values: Values) -> list[Object]:
    """A cluster that stays, to which jobs are submitted."""
    cluster = _object("ray.io/v1", "RayCluster", f"corpusmill-{sent.job}", values, sent.job)
    return [*_ground(sent, values), {**cluster, "spec": cluster_spec(sent.job, values)}]


def one_run(sent: SentFiles, values: Values) -> list[Object]:
    """A job that brings its cluster along and takes it away again."""
    return [*_ground(sent, values), ray_job(sent, values, None)]


def scheduled(sent: SentFiles, values: Values, every: Every, *, form: str) -> list[Object]:
    """What updates a dataset on a schedule. form: `raycronjob`, which is behind a feature gate of KubeRay, or
    `k8s-cronjob`, which needs none: its pod creates a RayJob, waits for it, and fails when it failed.
    """
    ground = _ground(sent, values)
    if form == "raycronjob":
        cron = _object("ray.io/v1", "RayCronJob", f"corpusmill-{sent.job}", values, sent.job)
        return [
            *ground,
            {
                **cron,
                "spec": {"schedule": every.cron, "timeZone": "Etc/UTC", "jobTemplate": job_spec(sent, values, every)},
            },
        ]
    if values.kubectl_image is None:
        raise InputError(["values: kubectl_image: an image with kubectl and sh is needed for a schedule, by digest"])
    return [*ground, *_starter(sent, values, every), cron_job(sent.job, values, every)]


def job_spec(sent: SentFiles, values: Values, every: Every | None) -> JsonObject:
    """The spec of a RayJob."""
    return {
        "entrypoint": entrypoint(sent, every),
        "submissionMode": "K8sJobMode",
        "backoffLimit": RETRIES,
        "shutdownAfterJobFinishes": True,
        "ttlSecondsAfterFinished": KEEP_S,
        "submitterPodTemplate": submitter_pod(sent.job, values),
        "rayClusterSpec": cluster_spec(sent.job, values),
    }


def ray_job(sent: SentFiles, values: Values, every: Every | None) -> JsonObject:
    """A RayJob; one of a schedule is named anew each time."""
    naming = "name" if every is None else "generateName"
    name = f"corpusmill-{sent.job}{'' if every is None else '-'}"
    made = _object("ray.io/v1", "RayJob", name, values, sent.job, naming=naming)
    return {**made, "spec": job_spec(sent, values, every)}


def cluster_spec(job: str, values: Values) -> JsonObject:
    """The spec of a RayCluster: a head without units, and the worker groups, autoscaled."""
    return {
        "rayVersion": values.ray_version,
        "enableInTreeAutoscaling": True,
        "autoscalerOptions": {"version": "v2", "idleTimeoutSeconds": values.idle_seconds, "upscalingMode": "Default"},
        "authOptions": {"mode": "token"},
        "headGroupSpec": {
            "rayStartParams": {"num-cpus": "0"},
            "serviceType": "ClusterIP",
            "template": head_pod(job, values),
        },
        "workerGroupSpecs": [worker_group(job, values, group) for group in values.groups],
    }


def cron_job(job: str, values: Values, every: Every) -> JsonObject:
    """The CronJob: no overlap, a missed time is made up for within an hour, a failed run is a failed Job."""
    pod = {
        "serviceAccountName": f"{values.service_account}-schedule",
        "restartPolicy": "Never",
        "securityContext": restricted()["pod"],
        "containers": [
            {
                "name": "start",
                "image": values.kubectl_image,
                "command": ["/bin/sh", "-c", WAIT],
                "securityContext": restricted()["container"],
                "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}},
                "volumeMounts": [{"name": "manifests", "mountPath": "/manifests", "readOnly": True}],
            }
        ],
        "volumes": [{"name": "manifests", "configMap": {"name": f"corpusmill-{job}-rayjob"}}],
    }
    return {
        **_object("batch/v1", "CronJob", f"corpusmill-{job}", values, job),
        "spec": {
            "schedule": every.cron,
            "timeZone": "Etc/UTC",
            "concurrencyPolicy": "Forbid",
            "startingDeadlineSeconds": 3600,
            "successfulJobsHistoryLimit": 3,
            "failedJobsHistoryLimit": 3,
            "jobTemplate": {
                "spec": {
                    "backoffLimit": 0,
                    "activeDeadlineSeconds": DEADLINE_S,
                    "template": {"metadata": {"labels": labels_of(job)}, "spec": pod},
                }
            },
        },
    }


def _starter(sent: SentFiles, values: Values, every: Every) -> Sequence[Object]:
    """The RayJob as a file for the CronJob's pod, and the right to create it."""
    job, name = sent.job, f"{values.service_account}-schedule"
    rules = [{"apiGroups": ["ray.io"], "resources": ["rayjobs"], "verbs": ["create", "get", "list", "watch"]}]
    account = {"kind": "ServiceAccount", "name": name, "namespace": values.namespace}
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name}
    config = _object("v1", "ConfigMap", f"corpusmill-{job}-rayjob", values, job)
    return [
        _object("v1", "ServiceAccount", name, values, job),
        {**_object("rbac.authorization.k8s.io/v1", "Role", name, values, job), "rules": rules},
        {
            **_object("rbac.authorization.k8s.io/v1", "RoleBinding", name, values, job),
            "subjects": [account],
            "roleRef": role,
        },
        {**config, "data": {"rayjob.yaml": documents([ray_job(sent, values, every)])}},
    ]


def _ground(sent: SentFiles, values: Values) -> list[Object]:
    """What every form needs: service account, job file, and a network policy that closes dashboard and job server."""
    job = sent.job
    config = _object("v1", "ConfigMap", config_name(job), values, job)
    mine = {"podSelector": {"matchLabels": {LABEL: "corpusmill"}}}
    operator = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": values.operator_namespace}}}
    return [
        _object("v1", "ServiceAccount", values.service_account, values, job),
        {**config, "data": {"job.yaml": sent.text, **sent.modules}},
        {
            **_object("networking.k8s.io/v1", "NetworkPolicy", f"corpusmill-{job}", values, job),
            "spec": {
                "podSelector": mine["podSelector"],
                "policyTypes": ["Ingress"],
                "ingress": [{"from": [mine, operator]}],
            },
        },
    ]


def _object(version: str, kind: str, name: str, values: Values, job: str, *, naming: str = "name") -> JsonObject:
    metadata = {naming: name, "namespace": values.namespace, "labels": labels_of(job)}
    return {"apiVersion": version, "kind": kind, "metadata": metadata}
