"""Run the command line: `python -m corpusmill`."""

from corpusmill.pipeline.cli.main import main

main()
