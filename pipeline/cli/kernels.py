"""The commands about compiled kernels."""

from pathlib import Path

import click

from corpusmill.pipeline.cli.errors import guarded


@click.group()
def kernels() -> None:
    """Compiled kernels: for which processor they are, and how they travel."""


@kernels.command()
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
def build(folder: Path | None) -> None:
    """Compile all kernels, with all cores, into FOLDER, by default into the package itself.

    What is compiled there goes along in a wheel, in a container image and in what `submit` sends, and is used wherever
    Python, Numba, llvmlite, the code and the kind of processor are the same.
    """
    from corpusmill.pipeline.commands import kernels as commands

    guarded(lambda: commands.build(folder))


@kernels.command()
def status() -> None:
    """Say for which processor kernels are compiled, where they are cached, and whether the package brings them."""
    from corpusmill.pipeline.commands import kernels as commands

    guarded(commands.status)
