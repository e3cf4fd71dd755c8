"""How a command ends: what went wrong in words, and an exit code that means something."""

import os
import sys
from collections.abc import Callable
from typing import NoReturn

import click

from corpusmill.pipeline.execution import interrupts
from corpusmill.pipeline.execution.interrupts import EXIT_STOPPED, EXIT_TERMINATED

EXIT_WRONG_JOB = 2  # the job file or its inputs are wrong: nothing was done
EXIT_FAILED = 3  # units failed, no document was left, the mix cannot be had, rows did not add up, a dataset is wrong
EXIT_BUSY = 4  # another run has the workspace
EXIT_INCOMPLETE = 5  # published, but a file or a whole source gave no record, and the job did not allow for that


class Incomplete(RuntimeError):
    """A run published a dataset without inputs that it should have."""


def guarded(command: Callable[[], None]) -> None:
    """Run a command; turn each error a user can meet into a message and an exit code that means something."""
    from corpusmill.cluster.lease import LeaseHeld
    from corpusmill.cluster.lifecycle import NoCluster
    from corpusmill.cluster.submit import JobFailed
    from corpusmill.operators.mix.solve.family import Infeasible
    from corpusmill.operators.mix.spec.weights import SpecError
    from corpusmill.operators.text.fasttext.labelled import BadExamples
    from corpusmill.pipeline.config.base.problems import JobError
    from corpusmill.pipeline.dedup.safeguards import GiantCluster, RemovalCeiling
    from corpusmill.pipeline.execution.run_stage import StageFailed
    from corpusmill.pipeline.execution.run_units import NotRun
    from corpusmill.pipeline.execution.tally import AccountingError
    from corpusmill.pipeline.files.referenced import MissingFile
    from corpusmill.pipeline.inputs.files import InputError
    from corpusmill.pipeline.report.documents import NoSuchRow
    from corpusmill.pipeline.train.classifier import TrainingFailed
    from corpusmill.pipeline.verify.findings import DatasetBreached

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
    except Incomplete as e:
        fail(without_secrets(e), EXIT_INCOMPLETE)
    except LeaseHeld as e:
        fail(without_secrets(e), EXIT_BUSY)
    except interrupts.Terminated:
        fail(interrupts.STOPPED, EXIT_TERMINATED)
    except KeyboardInterrupt:
        fail(interrupts.STOPPED, EXIT_STOPPED)


def without_secrets(error: Exception) -> str:
    """The error's message, without any secret of the environment or of an address that it might carry."""
    from corpusmill.pipeline.config.base.secrets import known_secrets, redacted

    return redacted(str(error), known_secrets(os.environ))


def fail(message: str, code: int) -> NoReturn:
    """Say what is wrong, and end."""
    click.echo(f"corpusmill: {message}", err=True)
    sys.exit(code)
