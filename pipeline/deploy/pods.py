"""Makes the pods of a Ray cluster on Kubernetes: not as root, with requests, limits and a clean end."""

from corpusmill.pipeline.deploy.image import USER
from corpusmill.pipeline.deploy.values import GroupValues, Values
from corpusmill.pipeline.files.json_values import JsonObject

JOB = "/job/job.yaml"  # the ConfigMap of the job
LABEL = "app.kubernetes.io/name"
GRACE_S = 60  # a worker that is taken away lets its unit go; it runs again elsewhere
MEMORY_A_CPU = 2  # GiB: pack and ingest need 1.5 to 2 GB a unit
OBJECT_STORE_BYTES = 500_000_000  # Ray moves only small rows
SHARED = "1Gi"
SPOT = {
    "karpenter": {"karpenter.sh/capacity-type": "spot"},
    "eks": {"eks.amazonaws.com/capacityType": "SPOT"},
    "gke": {"cloud.google.com/gke-spot": "true"},
    "aks": {"kubernetes.azure.com/scalesetpriority": "spot"},
}
TAINTS = {"gke": "cloud.google.com/gke-spot", "aks": "kubernetes.azure.com/scalesetpriority"}


def labels_of(job: str) -> dict[str, str]:
    """The labels of everything that belongs to a job."""
    return {LABEL: "corpusmill", "app.kubernetes.io/instance": job}


def config_name(job: str) -> str:
    """The ConfigMap that holds a job's file."""
    return f"corpusmill-{job}-job"


def restricted() -> dict[str, JsonObject]:
    """Security contexts that the `restricted` standard of Kubernetes accepts, of a pod and of its container."""
    pod = {
        "runAsNonRoot": True,
        "runAsUser": USER,
        "runAsGroup": USER,
        "fsGroup": USER,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    return {"pod": pod, "container": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}}


def head_pod(job: str, values: Values) -> JsonObject:
    """The pod of the head, which runs the driver."""
    resources = {"cpu": f"{values.head.cpu:g}", "memory": values.head.memory}
    return _template(job, values, "ray-head", resources, spec={})


def worker_group(job: str, values: Values, group: GroupValues) -> JsonObject:
    """A group of workers, on spot machines or on others."""
    memory = group.memory or f"{MEMORY_A_CPU * group.cpu}Gi"
    resources = {"cpu": str(group.cpu), "memory": memory, "ephemeral-storage": group.disk}
    selector = {**(SPOT[values.provider] if group.spot else {}), **group.node_selector}
    tolerations = [dict(each) for each in group.tolerations]
    if group.spot and values.provider in TAINTS:
        tolerations.append({"key": TAINTS[values.provider], "operator": "Exists", "effect": "NoSchedule"})
    spec = {"nodeSelector": selector} if selector else {}
    spec |= {"tolerations": tolerations} if tolerations else {}
    return {
        "groupName": group.name,
        "replicas": group.least,
        "minReplicas": group.least,
        "maxReplicas": group.most,
        "rayStartParams": {"num-cpus": str(group.cpu), "object-store-memory": str(OBJECT_STORE_BYTES)},
        "template": _template(job, values, "ray-worker", resources, spec=spec),
    }


def submitter_pod(job: str, values: Values) -> JsonObject:
    """The pod that submits the job and follows its log."""
    container = {
        "name": "ray-job-submitter",
        "image": values.image,
        "securityContext": restricted()["container"],
        "resources": {"requests": {"cpu": "200m", "memory": "512Mi"}, "limits": {"memory": "1Gi"}},
    }
    return {
        "metadata": {"labels": labels_of(job)},
        "spec": {"restartPolicy": "Never", "securityContext": restricted()["pod"], "containers": [container]},
    }


def _template(job: str, values: Values, name: str, resources: dict[str, str], *, spec: JsonObject) -> JsonObject:
    environment = [{"name": key, "value": value} for key, value in sorted(values.environment.items())]
    container = {
        "name": name,
        "image": values.image,
        "env": [
            {"name": "CORPUSMILL_JOB", "value": JOB},
            {"name": "RAY_USAGE_STATS_ENABLED", "value": "0"},
            *environment,
        ],
        "envFrom": [{"secretRef": {"name": secret}} for secret in values.secrets],
        "resources": {"requests": resources, "limits": {k: v for k, v in resources.items() if k != "cpu"}},
        "securityContext": restricted()["container"],
        "lifecycle": {"preStop": {"exec": {"command": ["/bin/sh", "-c", "ray stop"]}}},
        "volumeMounts": [
            {"name": "job", "mountPath": "/job", "readOnly": True},
            {"name": "scratch", "mountPath": "/tmp"},
            {"name": "shared", "mountPath": "/dev/shm"},
        ],
    }
    return {
        "metadata": {"labels": labels_of(job)},
        "spec": {
            "serviceAccountName": values.service_account,
            "securityContext": restricted()["pod"],
            "terminationGracePeriodSeconds": GRACE_S,
            "containers": [container],
            "volumes": [
                {"name": "job", "configMap": {"name": config_name(job)}},
                {"name": "scratch", "emptyDir": {}},
                {"name": "shared", "emptyDir": {"medium": "Memory", "sizeLimit": SHARED}},
            ],
            **spec,
        },
    }
