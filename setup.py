"""Makes a wheel of this platform where compiled kernels go along; all else is in pyproject.toml."""

from pathlib import Path

from setuptools import Distribution, setup


class WithKernels(Distribution):
    """A distribution that is of one platform and one Python as soon as `corpusmill kernels build` has run here."""

    def has_ext_modules(self) -> bool:
        return Path(__file__).parent.joinpath("corpusmill", "compiled", "manifest.json").is_file()


setup(distclass=WithKernels)
