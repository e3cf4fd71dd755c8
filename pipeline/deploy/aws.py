"""Writes the cluster file of `ray up` for AWS, with workers on spot machines."""

from corpusmill.pipeline.deploy.values import Values
from corpusmill.pipeline.files.json_values import JsonObject


def autoscaler_yaml(job: str, values: Values) -> JsonObject:
    """The cluster file: a head that runs the driver and no unit, and spot workers that come and go with the work."""
    aws = values.aws
    profile = {} if aws.instance_profile is None else {"IamInstanceProfile": {"Arn": aws.instance_profile}}
    options = [f"-e {name}={value}" for name, value in sorted(values.environment.items())]
    return {
        "cluster_name": f"corpusmill-{job}",
        "max_workers": aws.most_workers,
        "idle_timeout_minutes": max(1, values.idle_seconds // 60),
        "provider": {"type": "aws", "region": aws.region, "cache_stopped_nodes": False},
        "auth": {"ssh_user": "ubuntu"},
        "docker": {
            "image": values.image,
            "container_name": "corpusmill",
            "run_options": ["--ulimit nofile=65536:65536", *options],
        },
        "available_node_types": {
            "head": {"resources": {"CPU": 0}, "node_config": {"InstanceType": aws.head_type, **profile}},
            "spot": {
                "resources": {"CPU": aws.worker_cpus},
                "min_workers": 0,
                "max_workers": aws.most_workers,
                "node_config": {
                    "InstanceType": aws.worker_type,
                    "InstanceMarketOptions": {"MarketType": "spot"},
                    **profile,
                },
            },
        },
        "head_node_type": "head",
        "head_start_ray_commands": [
            "ray stop",
            "ray start --head --port=6379 --autoscaling-config=~/ray_bootstrap_config.yaml --dashboard-host=127.0.0.1",
        ],
        "worker_start_ray_commands": ["ray stop", "ray start --address=$RAY_HEAD_IP:6379"],
    }
