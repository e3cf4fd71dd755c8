"""The commands about compiled kernels."""

from pathlib import Path

import click

from corpusmill.pipeline.cli.errors import guarded
from corpusmill.pipeline.cli.options import JSON


@click.group()
def kernels() -> None:
    """Compiled kernels: for which processor they are, and how they travel."""


@kernels.command()
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
@JSON
def build(folder: Path | None, as_json: bool) -> None:
    """Compile all kernels, with all cores, into FOLDER, by default into the package itself.

    What is compiled there goes along in a wheel, in a container image and in what `submit` sends, and is used wherever
    Python, Numba, llvmlite, the code and the kind of processor are the same.
    """
    from corpusmill.pipeline.commands import kernels as commands

    guarded(lambda: commands.build(folder, as_json=as_json))


@kernels.command()
@JSON
def status(as_json: bool) -> None:
    """Say for which processor kernels are compiled, where they are cached, and whether the package brings them."""
    from corpusmill.pipeline.commands import kernels as commands

    guarded(lambda: commands.status(as_json=as_json))
