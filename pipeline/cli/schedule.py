"""Declares `schedule` and `manifests`: what runs a job again and again, here or on Kubernetes."""

from pathlib import Path
from typing import Any

import click

from corpusmill.pipeline.cli.errors import guarded
from corpusmill.pipeline.cli.options import JOB, JSON, SET

FORMS = ("systemd", "cron", "k8s-cronjob", "raycronjob")
VALUES = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--every", required=True, metavar="WHEN", help="hourly, daily, weekly, monthly, or cron: '30 2 1 * *'.")
@click.option("--as", "form", type=click.Choice(FORMS), default="systemd", show_default=True, help="What is printed.")
@click.option("--install", is_flag=True, help="Put it in place, for this user (systemd and cron).")
@click.option("--jitter", default=900, show_default=True, type=click.IntRange(min=0), help="At most so many seconds.")
@click.option("--address", help="Submit to this job server (http://HOST:8265) in place of running here.")
@click.option("--values", type=VALUES, help="Of the cluster, for k8s-cronjob and raycronjob; see `manifests`.")
@JSON
@SET
@JOB
def schedule(**arguments: Any) -> None:
    """Print, or install, what updates a dataset on a schedule.

    Each slot is done once, in order: one that was missed is caught up with, and no two run at once.
    """
    from corpusmill.pipeline.commands import schedule as commands

    guarded(lambda: commands.schedule(commands.Request(**arguments)))


@click.command()
@click.option("--values", type=VALUES, help="What the cluster is like; `--starter` prints one to edit.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Write files here in place of printing.")
@click.option("--every", metavar="WHEN", help="Also what runs an update on a schedule.")
@click.option("--starter", is_flag=True, help="Print a commented values file to edit.")
@JSON
@SET
@JOB
def manifests(**arguments: Any) -> None:
    """Write what runs a job on Kubernetes with KubeRay, or on AWS with `ray up`: image, cluster, job, schedule."""
    from corpusmill.pipeline.commands import schedule as commands

    guarded(lambda: commands.manifests(**arguments))


COMMANDS = (schedule, manifests)
