"""How a command ends: what went wrong in words, and an exit code that means something."""

import os
import sys
from collections.abc import Callable
from typing import NoReturn

import click

from pipeline import interrupts
from pipeline.interrupts import EXIT_STOPPED, EXIT_TERMINATED

EXIT_WRONG_JOB = 2  # the job file or its inputs are wrong: nothing was done
EXIT_FAILED = 3  # units failed, no document was left, the mix cannot be had, rows did not add up, a dataset is wrong
EXIT_BUSY = 4  # another run has the workspace


def guarded(command: Callable[[], None]) -> None:
    """Run a command; turn each error a user can meet into a message and an exit code that means something."""
    from cluster.lease import LeaseHeld
    from cluster.lifecycle import NoCluster
    from cluster.submit import JobFailed
    from operators.mix.family import Infeasible
    from operators.mix.weights import SpecError
    from operators.text.fasttext.labelled import BadExamples
    from pipeline.accounting import AccountingError
    from pipeline.classifier import TrainingFailed
    from pipeline.config.problems import JobError
    from pipeline.dedup.safeguards import GiantCluster, RemovalCeiling
    from pipeline.inputs import InputError
    from pipeline.inspection import NoSuchRow
    from pipeline.resources import MissingFile
    from pipeline.stages.stage import StageFailed
    from pipeline.stages.units import NotRun
    from pipeline.verify.findings import DatasetBreached

    try:
        interrupts.as_exceptions()
        command()
    except JobError as e:
        fail(str(e), EXIT_WRONG_JOB)  # its messages quote the job file without its secrets
    except Infeasible as e:
        fail(without_secrets(e), EXIT_FAILED)
    except (InputError, MissingFile, SpecError, NoSuchRow, BadExamples) as e:
        fail(without_secrets(e), EXIT_WRONG_JOB)
    except (
        StageFailed,
        NotRun,
        AccountingError,
        NoCluster,
        JobFailed,
        RemovalCeiling,
        GiantCluster,
        DatasetBreached,
        TrainingFailed,
        OSError,
    ) as e:
        fail(without_secrets(e), EXIT_FAILED)
    except LeaseHeld as e:
        fail(without_secrets(e), EXIT_BUSY)
    except interrupts.Terminated:
        fail(interrupts.STOPPED, EXIT_TERMINATED)
    except KeyboardInterrupt:
        fail(interrupts.STOPPED, EXIT_STOPPED)


def without_secrets(error: Exception) -> str:
    """The error's message, without any secret of the environment or of an address that it might carry."""
    from pipeline.config.secrets import known_secrets, redacted

    return redacted(str(error), known_secrets(os.environ))


def fail(message: str, code: int) -> NoReturn:
    """Say what is wrong, and end."""
    click.echo(f"corpusmill: {message}", err=True)
    sys.exit(code)
