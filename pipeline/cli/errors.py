"""Turns exceptions into a message and an exit code."""

import errno
import os
import select
import sys
import traceback
from collections.abc import Callable
from typing import NoReturn

import click

from corpusmill.errors import CorpusmillError, ExitCode, JobError
from corpusmill.pipeline.execution import interrupts
from corpusmill.pipeline.execution.machine_faults import is_of_the_machine

BUG = (
    "corpusmill: this is a bug in corpusmill, not in your job. Please report it with the lines above, the job file and "
    "the output of `corpusmill --version` (docs/ops-by-symptom.md, Report a bug). What was finished is kept."
)


def guarded(command: Callable[[], None]) -> None:
    """Run a command; end with a message and an exit code for an error, with a trace for a fault of the program."""
    try:
        interrupts.as_exceptions()
        command()
    except JobError as e:
        fail(str(e), e.exit_code)  # its messages quote the job file without its secrets
    except CorpusmillError as e:
        fail(without_secrets(str(e)), e.exit_code)
    except interrupts.Terminated:
        fail(interrupts.STOPPED, ExitCode.TERMINATED)
    except KeyboardInterrupt:
        fail(interrupts.STOPPED, ExitCode.STOPPED)
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except Exception as e:
        if isinstance(e, BrokenPipeError) and reader_has_left(fd := output_descriptor()):
            os.dup2(os.open(os.devnull, os.O_WRONLY), fd)  # what is still buffered is flushed at the end
            sys.exit(ExitCode.READER_LEFT)
        if isinstance(e, OSError) and (is_of_the_machine(e) or e.errno == errno.EIO):
            where = f" ({e.filename})" if e.filename else ""
            fail(f"{e.strerror}{where}; what was finished is kept: run the same command again", ExitCode.FAILED)
        click.echo(without_secrets("".join(traceback.format_exception(e))), err=True, nl=False)
        click.echo(BUG, err=True)
        sys.exit(ExitCode.BUG)


def output_descriptor() -> int:
    """The file descriptor of standard output; -1 where it is none, as in a notebook."""
    try:
        return sys.stdout.fileno()
    except (AttributeError, OSError, ValueError):
        return -1


def reader_has_left(descriptor: int) -> bool:
    """Whether this is a pipe that nobody reads any more, as after `| head`."""
    if descriptor < 0:
        return False
    poll = select.poll()
    poll.register(descriptor, 0)
    return any(event & select.POLLERR for _, event in poll.poll(0))


def without_secrets(text: str) -> str:
    """The text without any secret of the environment or of an address that it might carry."""
    from corpusmill.pipeline.config.base.secrets import environment_secrets, redacted

    return redacted(text, environment_secrets(os.environ))


def fail(message: str, code: ExitCode) -> NoReturn:
    """Print what is wrong, and end."""
    from corpusmill.pipeline.execution.terminal import echo

    echo(f"corpusmill: {message}", err=True)
    sys.exit(code)
