"""Reads what a Kubernetes cluster is like, from a values file; reports all that is wrong with it."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError
from ruamel.yaml import YAML, YAMLError

from corpusmill.errors import InputError
from corpusmill.pipeline.config.base.section import Section

NAME = r"^[a-z0-9]([-a-z0-9]{0,40}[a-z0-9])?$"
PINNED = r"^[^\s@]+@sha256:[0-9a-f]{64}$"
Quantity = Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)?(m|[KMGT]i?)?$")]
Pinned = Annotated[str, Field(pattern=PINNED)]

STARTER = """\
# What `corpusmill manifests JOB --values values.yaml` makes files for. Every image is pinned by its digest.
namespace: corpora
image: registry.example/corpusmill@sha256:0000000000000000000000000000000000000000000000000000000000000000
base_image: python:3.11-slim-bookworm@sha256:0000000000000000000000000000000000000000000000000000000000000000
kubectl_image: registry.k8s.io/kubectl@sha256:0000000000000000000000000000000000000000000000000000000000000000
secrets: [corpus-store]       # Kubernetes secrets whose keys become environment variables (AWS_ACCESS_KEY_ID, ...)
environment: {}               # further variables; never a secret
service_account: corpusmill   # with a role of the cloud (IRSA, workload identity) no secret is needed
operator_namespace: kuberay-system
provider: karpenter           # how spot machines are labelled: karpenter, eks, gke, aks
head: {cpu: 2, memory: 8Gi}
groups:                       # worker groups; the first ones are filled first
  - {name: steady, cpu: 8, memory: 16Gi, least: 1, most: 2}
  - {name: spot, cpu: 16, memory: 32Gi, least: 0, most: 20, spot: true}
idle_seconds: 120             # after which a worker is given back
"""


class HeadValues(Section):
    """The pod of the head, which runs the driver and no unit."""

    cpu: Annotated[float, Field(gt=0)] = 2
    """CPUs."""
    memory: Quantity = "8Gi"
    """Memory."""


class GroupValues(Section):
    """A group of workers, alike."""

    name: Annotated[str, Field(pattern=NAME)]
    """Its name."""
    cpu: Annotated[int, Field(gt=0)]
    """CPUs of a pod: as many units run at once."""
    memory: Quantity | None = None
    """Memory of a pod; null: 2 GiB a CPU."""
    least: Annotated[int, Field(ge=0)] = 0
    """Fewest pods."""
    most: Annotated[int, Field(gt=0)] = 1
    """Most pods."""
    spot: bool = False
    """Machines that may be taken away at any time."""
    disk: Quantity = "100Gi"
    """Local disk of a pod: temporary files and what Ray spills."""
    tolerations: tuple[dict[str, str], ...] = ()
    """Further tolerations."""
    node_selector: dict[str, str] = Field(default_factory=dict)
    """Further labels that a machine must have."""


class AwsValues(Section):
    """What `ray up` needs on AWS."""

    region: str = "us-east-1"
    """Region; that of the data saves the transfer."""
    head_type: str = "m7i.large"
    """Machine of the head."""
    worker_type: str = "c7i.4xlarge"
    """Machine of a worker."""
    worker_cpus: Annotated[int, Field(gt=0)] = 16
    """CPUs of a worker."""
    most_workers: Annotated[int, Field(ge=0)] = 20
    """Most workers."""
    instance_profile: str | None = None
    """ARN of the instance profile that gives access to the store."""


class Values(Section):
    """A values file."""

    namespace: Annotated[str, Field(pattern=NAME)] = "default"
    """Namespace of everything."""
    image: Pinned
    """The image that the Dockerfile makes, by digest."""
    base_image: Pinned
    """The Python image it is made from, by digest."""
    kubectl_image: Pinned | None = None
    """An image with kubectl and sh, by digest; for schedules."""
    ray_version: str = "2.60.0"
    """Version of Ray in the image."""
    secrets: tuple[Annotated[str, Field(pattern=NAME)], ...] = ()
    """Names of secrets whose keys become environment variables."""
    environment: dict[str, str] = Field(default_factory=dict)
    """Further environment variables."""
    service_account: Annotated[str, Field(pattern=NAME)] = "corpusmill"
    """Service account of the pods."""
    operator_namespace: Annotated[str, Field(pattern=NAME)] = "kuberay-system"
    """Namespace of KubeRay's operator, which must reach the job server."""
    provider: Literal["karpenter", "eks", "gke", "aks"] = "karpenter"
    """How spot machines are labelled."""
    head: HeadValues = HeadValues()
    """The head."""
    groups: Annotated[tuple[GroupValues, ...], Field(min_length=1)]
    """The worker groups."""
    idle_seconds: Annotated[int, Field(gt=0)] = 120
    """After which an idle worker is given back."""
    aws: AwsValues = AwsValues()
    """For `ray up` on AWS."""


def read_values(path: Path) -> Values:
    """The values in a file. InputError lists what is wrong with it."""
    try:
        content = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError) as e:
        raise InputError([f"{path} cannot be read: {e}"]) from e
    if not isinstance(content, dict):
        raise InputError([f"{path}: expected keys and values; `corpusmill manifests JOB --starter` prints some"])
    try:
        return Values.model_validate(content, strict=False)
    except ValidationError as e:
        raise InputError([f"{path}: {'.'.join(map(str, x['loc']))}: {_plain(x['msg'])}" for x in e.errors()]) from e


def _plain(message: str) -> str:
    """What pydantic says, with what to write where an image has no digest."""
    return f"{message}: pin the image by its digest, NAME@sha256:..." if PINNED in message else message
