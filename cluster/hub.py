"""What the Hugging Face hub means by an error: its library has one kind for what is private and what is missing."""

import re

ADDRESS = re.compile(
    r"hf://(?:(?P<kind>datasets|spaces|models|buckets)/)?(?P<repository>[^/@]+/[^/@]+)(@(?P<revision>[^/]+))?(/.*)?"
)
TOKEN = "set HF_TOKEN, or log in with `hf auth login`"


def refused_by_hub(url: str, error: BaseException) -> str | None:
    """Why the hub did not give what lies at an address, with what to do; null for an error that is none of these.

    error: as the library raised it, or one that it caused.
    """
    kinds = {cls.__name__ for each in _causes(error) for cls in type(each).__mro__}
    found = ADDRESS.fullmatch(url)
    if found is None:
        return None
    repository = found["repository"]
    what = f"dataset {repository!r}" if found["kind"] == "datasets" else f"repository {repository!r}"
    if "GatedRepoError" in kinds:
        return f"{url}: {what} is only for those who agreed to its terms: do so on its page on the hub, and {TOKEN}"
    if kinds & {"RepositoryNotFoundError", "HFValidationError"}:
        if found["kind"] is None:
            return f"{url}: there is no model {repository!r}; datasets are at 'hf://datasets/OWNER/NAME/PATH'"
        return f"{url}: the hub has no {what}, or it is private; correct its name, or {TOKEN}"
    if "RevisionNotFoundError" in kinds:
        return f"{url}: {what} has no revision {found['revision'] or 'main'!r}; name a branch, a tag or a commit of it"
    if "OfflineModeIsEnabled" in kinds:
        return f"{url}: HF_HUB_OFFLINE is set, so nothing is read from the hub; unset it"
    return None


def _causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found
