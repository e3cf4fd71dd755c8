"""Where each store looks for credentials by itself: no job file ever holds them."""

REMEDIES = {
    "s3": "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    "gs": "set GOOGLE_APPLICATION_CREDENTIALS",
    "gcs": "set GOOGLE_APPLICATION_CREDENTIALS",
    "abfs": "set AZURE_STORAGE_CONNECTION_STRING",
    "az": "set AZURE_STORAGE_CONNECTION_STRING",
    "hf": "set HF_TOKEN",
}
ANY_STORE = "put it into fsspec's own configuration (FSSPEC_<PROTOCOL>_<OPTION>, or ~/.config/fsspec/conf.json)"


def remedy(address: str) -> str:
    """How credentials reach the store of an address.

    >>> remedy("hf://datasets/a/b")
    'set HF_TOKEN'
    """
    return REMEDIES.get(address.partition("://")[0].lower(), ANY_STORE)
