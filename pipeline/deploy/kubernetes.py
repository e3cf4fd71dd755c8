"""Makes the objects that run a job on Kubernetes with KubeRay."""

from collections.abc import Mapping, Sequence
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


def entrypoint(every: Every | None) -> str:
    """What the job server runs: one run, or an update for each slot that is due, of the job that the pods' environment
    names. (The words reach the job server quoted: no shell fills in a variable there.)
    """
    if every is None:
        return "corpusmill run --address auto"
    return f"corpusmill update --address auto --every '{every.text}'"


def lasting_cluster(job: str, text: str, values: Values) -> list[Object]:
    """A cluster that stays, to which jobs are submitted. text: of the job file."""
    cluster = _object("ray.io/v1", "RayCluster", f"corpusmill-{job}", values, job)
    return [*_ground(job, text, values), {**cluster, "spec": cluster_spec(job, values)}]


def one_run(job: str, text: str, values: Values) -> list[Object]:
    """A job that brings its cluster along and takes it away again."""
    return [*_ground(job, text, values), ray_job(job, values, None)]


def scheduled(job: str, text: str, values: Values, every: Every, *, form: str) -> list[Object]:
    """What updates a dataset on a schedule. form: `raycronjob`, which is behind a feature gate of KubeRay, or
    `k8s-cronjob`, which needs none: its pod creates a RayJob, waits for it, and fails when it failed.
    """
    ground = _ground(job, text, values)
    if form == "raycronjob":
        cron = _object("ray.io/v1", "RayCronJob", f"corpusmill-{job}", values, job)
        return [
            *ground,
            {
                **cron,
                "spec": {"schedule": every.cron, "timeZone": "Etc/UTC", "jobTemplate": job_spec(job, values, every)},
            },
        ]
    if values.kubectl_image is None:
        raise InputError(["values: kubectl_image: an image with kubectl and sh is needed for a schedule, by digest"])
    return [*ground, *_starter(job, values, every), cron_job(job, values, every)]


def job_spec(job: str, values: Values, every: Every | None) -> JsonObject:
    """The spec of a RayJob."""
    return {
        "entrypoint": entrypoint(every),
        "submissionMode": "K8sJobMode",
        "backoffLimit": RETRIES,
        "shutdownAfterJobFinishes": True,
        "ttlSecondsAfterFinished": KEEP_S,
        "submitterPodTemplate": submitter_pod(job, values),
        "rayClusterSpec": cluster_spec(job, values),
    }


def ray_job(job: str, values: Values, every: Every | None) -> JsonObject:
    """A RayJob; one of a schedule is named anew each time."""
    naming = "name" if every is None else "generateName"
    made = _object("ray.io/v1", "RayJob", f"corpusmill-{job}{'' if every is None else '-'}", values, job, naming=naming)
    return {**made, "spec": job_spec(job, values, every)}


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


def _starter(job: str, values: Values, every: Every) -> Sequence[Object]:
    """The RayJob as a file for the CronJob's pod, and the right to create it."""
    name = f"{values.service_account}-schedule"
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
        {**config, "data": {"rayjob.yaml": documents([ray_job(job, values, every)])}},
    ]


def _ground(job: str, text: str, values: Values) -> list[Object]:
    """What every form needs: service account, job file, and a network policy that closes dashboard and job server."""
    config = _object("v1", "ConfigMap", config_name(job), values, job)
    mine = {"podSelector": {"matchLabels": {LABEL: "corpusmill"}}}
    operator = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": values.operator_namespace}}}
    return [
        _object("v1", "ServiceAccount", values.service_account, values, job),
        {**config, "data": {"job.yaml": text}},
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
