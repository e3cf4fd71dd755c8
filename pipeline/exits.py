"""How a command ends: what went wrong in words, and an exit code that means something."""

import os
import sys
from collections.abc import Callable
from typing import NoReturn

import click

EXIT_WRONG_JOB = 2  # the job file or its inputs are wrong: nothing was done
EXIT_FAILED = 3  # units failed, rows did not add up, or a dataset is not what it says; the rest is kept
EXIT_BUSY = 4  # another run has the workspace
EXIT_STOPPED = 130  # Ctrl-C


def guarded(command: Callable[[], None]) -> None:
    """Run a command; turn each error a user can meet into a message and an exit code that means something."""
    from cluster.lease import LeaseHeld
    from cluster.lifecycle import NoCluster
    from cluster.submit import JobFailed
    from operators.mix.weights import SpecError
    from pipeline.accounting import AccountingError
    from pipeline.config.problems import JobError
    from pipeline.dedup.safeguards import GiantCluster, RemovalCeiling
    from pipeline.inputs import InputError
    from pipeline.resources import MissingFile
    from pipeline.stages.stage import StageFailed
    from pipeline.verify.findings import DatasetBreached

    try:
        command()
    except (JobError, InputError, MissingFile, SpecError) as e:
        fail(str(e), EXIT_WRONG_JOB)
    except (
        StageFailed,
        AccountingError,
        NoCluster,
        JobFailed,
        RemovalCeiling,
        GiantCluster,
        DatasetBreached,
        OSError,
    ) as e:
        fail(str(e), EXIT_FAILED)
    except LeaseHeld as e:
        fail(str(e), EXIT_BUSY)
    except KeyboardInterrupt:
        fail("stopped; what was finished is kept: the same command goes on from there", EXIT_STOPPED)


def fail(message: str, code: int) -> NoReturn:
    """Say what is wrong, without any secret that the message might carry, and end."""
    from pipeline.config.secrets import known_secrets, redacted

    click.echo(f"corpusmill: {redacted(message, known_secrets(os.environ))}", err=True)
    sys.exit(code)
