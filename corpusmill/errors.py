"""Declares every error of corpusmill: one base, one sentence each, and the exit code of a command that ends with it.

Whatever else reaches the top of a command is a fault of the program and is shown with its trace. The built-in class
beside the base says what a caller may treat the error as: a wrong value, a failed lookup, a failed file operation.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from typing import Any


class ExitCode(IntEnum):
    """What a command tells the shell."""

    BUG = 1  # a fault of corpusmill itself, or a test of it that fails
    WRONG_JOB = 2  # the job file, its inputs or an argument are wrong: nothing was done
    FAILED = 3  # units failed, no document remains, the mix is impossible, sums differ, a dataset is invalid
    BUSY = 4  # another run holds the workspace
    INCOMPLETE = 5  # published, but a file or a whole source gave no record, which the job did not allow
    STOPPED = 130  # Ctrl-C, as shells have it: 128 + SIGINT
    READER_LEFT = 141  # 128 + SIGPIPE: whatever read the output does no more, as after `| head`
    TERMINATED = 143  # 128 + SIGTERM, which schedulers send


class CorpusmillError(Exception):
    """The base of all errors; the message says what happened and what to do."""

    exit_code = ExitCode.FAILED


# The job file and what it names


class JobError(CorpusmillError, ValueError):
    """A job file that cannot be run; `problems` lists every reason, in the order of the file."""

    exit_code = ExitCode.WRONG_JOB

    def __init__(self, problems: Iterable[Any]) -> None:
        self.problems: tuple[Any, ...] = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class InputError(CorpusmillError, RuntimeError):
    """Inputs or arguments that cannot be used as they are; `problems` names each, with what to do."""

    exit_code = ExitCode.WRONG_JOB

    def __init__(self, problems: Iterable[Any]) -> None:
        self.problems: list[Any] = list(problems)
        super().__init__("\n".join(map(str, self.problems)))


class UnknownName(CorpusmillError, LookupError):
    """An operator or a parameter that does not exist; the message says which names are similar."""

    exit_code = ExitCode.WRONG_JOB


class SpecError(CorpusmillError, ValueError):
    """A mix that contradicts itself or the inputs; the message lists every wrong argument, one per line."""

    exit_code = ExitCode.WRONG_JOB


class Infeasible(SpecError):
    """Bounds that no mix of this budget can satisfy; `need` and `have` are tokens of `node`, or of another `unit`."""

    exit_code = ExitCode.FAILED

    def __init__(self, node: str, need: int, have: int, why: str, end: str = "", unit: str = "tokens") -> None:
        super().__init__(f"{node} needs {need:,} {unit}, but {why} {have:,}{'; ' if end else ''}{end}")
        self.node, self.need, self.have, self.why, self.end = node, need, have, why, end

    def of_phase(self, phase: str, phases: int) -> "Infeasible":
        """The same error, with the phase where there are several."""
        if phases == 1:
            return self
        return Infeasible(f"phase {phase}: {self.node}", self.need, self.have, self.why, self.end)

    def counted_in(self, unit: str) -> "Infeasible":
        """The same error of a mix that is counted in another unit, in words."""
        return Infeasible(self.node, self.need, self.have, self.why, self.end, unit)


class NothingToMix(SpecError):
    """A mix in which no document takes part."""


class PhaseTooShort(CorpusmillError):
    """A phase whose budget cannot be met by what earlier phases leave; becomes Infeasible with its name."""

    def __init__(self, phase: int, cause: Infeasible) -> None:
        super().__init__(f"phase {phase}: {cause}")
        self.phase, self.cause = phase, cause


class VariableNotSet(CorpusmillError, LookupError):
    """A path that names an environment variable which is not set, or which must not be part of a path."""

    exit_code = ExitCode.WRONG_JOB


class InvalidAddress(CorpusmillError, ValueError):
    """An address that cannot be used, with what to write instead."""

    exit_code = ExitCode.WRONG_JOB


class InvalidPathList(CorpusmillError, ValueError):
    """A file that should list paths and does not; the message continues after its name."""

    exit_code = ExitCode.WRONG_JOB


class MissingFile(CorpusmillError, OSError):
    """A model, list or tokenizer that the job names and that cannot be read."""

    exit_code = ExitCode.WRONG_JOB


class RowNotFound(CorpusmillError, LookupError):
    """A sequence number that the dataset does not have."""

    exit_code = ExitCode.WRONG_JOB


# Files of a certain kind that are something else


class InvalidWeightsFile(CorpusmillError, ValueError):
    """A file of mix weights that is something else."""

    exit_code = ExitCode.WRONG_JOB


class InvalidEvaluationSet(CorpusmillError, ValueError):
    """A file of evaluation texts with a wrong line; the message names the line."""

    exit_code = ExitCode.WRONG_JOB


class InvalidExamples(CorpusmillError, ValueError):
    """Labelled documents that no classifier can be trained from; the message says which and why."""

    exit_code = ExitCode.WRONG_JOB


class InvalidFastText(CorpusmillError, ValueError):
    """Bytes that are not a fastText classifier this program can read."""

    exit_code = ExitCode.WRONG_JOB


class ModelTooWide(CorpusmillError, ValueError):
    """A fastText model whose character n-grams are longer than the kernel has room for."""

    exit_code = ExitCode.WRONG_JOB


class InvalidModel(CorpusmillError, ValueError):
    """Bytes that are not a model of main text."""

    exit_code = ExitCode.WRONG_JOB


class InvalidHostTable(CorpusmillError, ValueError):
    """A table of hosts with a line that is not `host<TAB>domain`."""

    exit_code = ExitCode.WRONG_JOB


class InvalidCorpus(CorpusmillError, ValueError):
    """A reference corpus with a line that is not a JSON object with a text; the message names the line."""

    exit_code = ExitCode.WRONG_JOB


class InvalidCutsFile(CorpusmillError, ValueError):
    """A file of selection boundaries that is something else, or of another version."""


class InvalidShard(CorpusmillError, ValueError):
    """A file that is not a packed part of this version, or not of the same tokenizer as the others."""


class InvalidDataset(CorpusmillError, RuntimeError):
    """A dataset that does not match its own manifest and plan, or an output without one."""


class IncompleteDataset(CorpusmillError, RuntimeError):
    """A published dataset without inputs that it should have."""

    exit_code = ExitCode.INCOMPLETE


# Tokenizers


class UntrainableTokenizer(CorpusmillError, ValueError):
    """A tokenizer that cannot be trained as requested; the message says which argument to change."""

    exit_code = ExitCode.WRONG_JOB


class UnsupportedTokenizer(CorpusmillError):
    """A tokenizer that only `tokenizers` itself can run; the message says which part of it."""


class UnsupportedFrame(CorpusmillError, ValueError):
    """A post-processor that does more than put tokens before and after a text."""


class TooManyAddedTokens(CorpusmillError, ValueError):
    """Added tokens whose tree would not fit into reasonable memory."""


class TokenNotFound(CorpusmillError, LookupError):
    """A token that is required and that the tokenizer does not have."""

    exit_code = ExitCode.WRONG_JOB


class SpecialTokenNamed(CorpusmillError, ValueError):
    """A text that names a special token, in a job that does not allow it."""


class TokenMismatch(CorpusmillError, AssertionError):
    """The fast path gave other ids than `tokenizers`: a fault of this program, never of the data."""


# Chat templates


class UnusableTemplate(CorpusmillError, ValueError):
    """A chat template that cannot be compiled, or a tokenizer without one; the message says what to do."""

    exit_code = ExitCode.WRONG_JOB


class TemplateUnproven(CorpusmillError, ValueError):
    """A chat template does with a content what its derived form could not do; it is rendered by Jinja instead."""


class TemplateRefusal(CorpusmillError, ValueError):
    """A conversation that a chat template raises on; the message is the template's own."""


class TemplateMismatch(CorpusmillError, AssertionError):
    """The derived form of a chat template gave another text than Jinja: never the fault of the data."""


# Reading records


class DamagedData(CorpusmillError):
    """Stored bytes that cannot be decompressed; the message is the reason of the failed row."""


class BodyTooLarge(CorpusmillError):
    """An HTTP body that decompresses beyond the limit."""


class NoPicture(CorpusmillError):
    """The bytes are no picture that can be used; its message is the reason."""


class ContractError(CorpusmillError, TypeError):
    """An operator that was given, or returned, columns that break its declaration."""


# Running


class StageFailed(CorpusmillError, RuntimeError):
    """Units of a stage failed every try; the message names them and says what to do."""


class EmptyRun(StageFailed):
    """No document remains to make a dataset of; `funnel` says where they were dropped."""

    def __init__(self, message: str, funnel: Any) -> None:
        super().__init__(message)
        self.funnel = funnel


class DriftTooLarge(StageFailed):
    """Documents that differ from those of the published dataset by more than the job allows; that dataset stays."""


class UnitsNotRun(CorpusmillError, RuntimeError):
    """Ray could not run units at all; no unit is to blame."""


class AccountingError(CorpusmillError, RuntimeError):
    """Rows were lost or invented; no later result can be trusted, so the run stops."""


class InputChanged(CorpusmillError, RuntimeError):
    """An input file that is no longer what the inventory recorded."""


class FilesFailed(CorpusmillError, RuntimeError):
    """Files of a unit that others share, each with its error; the others can be read without them.

    culprits: a mapping for each file with its "slot" and the "error", "kind" and "details" of `run_units.Failed`.
    """

    def __init__(self, message: str, culprits: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(message)
        self.culprits = culprits


class WorkerDied(CorpusmillError, RuntimeError):
    """A worker process that ended while it ran a unit, where no single document can be left out."""


class OutputTaken(CorpusmillError, RuntimeError):
    """Two runs that write into one output."""


class NotNumeric(CorpusmillError, ValueError):
    """A mix that multiplies by a column without numbers."""


class IdsExhausted(CorpusmillError, OverflowError):
    """A run, shard or row number that does not fit into a doc_id."""


class NotConverged(CorpusmillError, RuntimeError):
    """Connected components did not converge; nothing found so far can be trusted."""


class RemovalCeiling(CorpusmillError, RuntimeError):
    """Deduplication would remove more of a source than its ceiling allows."""


class GiantCluster(CorpusmillError, RuntimeError):
    """One cluster of duplicates would contain a large share of all documents."""


class TrainingFailed(CorpusmillError, RuntimeError):
    """No seed gave a usable classifier, or the fasttext module failed."""


class ModuleMismatch(CorpusmillError, RuntimeError):
    """A node has another module under the name of one that the job sent."""


class VersionMismatch(CorpusmillError, RuntimeError):
    """A process that has other package versions than the one that started the run."""


class NoCacheFolder(CorpusmillError, OSError):
    """No folder in which compiled kernels can be kept."""


# Clusters and stores


class NoCluster(CorpusmillError, RuntimeError):
    """A Ray cluster that could not be started or joined."""


class JobFailed(CorpusmillError, RuntimeError):
    """A submitted job that failed, or whose server did not answer. exit_code: of the job's command, where that says
    more.
    """

    def __init__(self, message: str, exit_code: ExitCode = ExitCode.FAILED) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class LeaseHeld(CorpusmillError, RuntimeError):
    """Another run holds this workspace, or took it over."""

    exit_code = ExitCode.BUSY


class StorageError(CorpusmillError, OSError):
    """A store that did not do what was requested; the message names the address and what to try."""


class BrokenBundle(StorageError):
    """An object with the outputs of a unit that is cut off, or was not written by us."""


class StoreUnavailable(StorageError):
    """A store that did not answer, or refused expired credentials, for as long as a run waits for it."""


class MissingObject(StorageError, FileNotFoundError):
    """A file or folder of a store that does not exist."""


class FileOperationFailed(StorageError):
    """A file of a store that could not be read or written although the store answers."""


class AccessDenied(StorageError, PermissionError):
    """A file or folder of a store that may not be read or written."""


class NoBucket(StorageError):
    """An address in a bucket that does not exist."""
