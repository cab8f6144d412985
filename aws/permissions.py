"""Calling AWS where some of it may be forbidden: a refusal is a value that names the missing permission."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

_REFUSALS = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AuthFailure",
        "AuthorizationError",
        "InvalidClientTokenId",
        "OptInRequired",
        "UnauthorizedOperation",
        "UnrecognizedClientException",
    }
)
_NOT_ENABLED = frozenset({"AuthFailure", "OptInRequired", "UnrecognizedClientException", "InvalidClientTokenId"})


@dataclass(frozen=True)
class MissingPermission:
    """A call that an account did not allow: the IAM permission it takes, where, and AWS's code."""

    permission: str
    account_id: str
    region: str
    code: str

    def sentence(self) -> str:
        """What to do about it."""
        where = f"account {self.account_id or 'of this process'}, {self.region}"
        if self.code in _NOT_ENABLED:
            return (
                f"{where}: AWS did not accept the credentials ({self.code}); the region may not be enabled. Leave "
                "it out of `regions` or enable it."
            )
        return f"{where}: {self.permission} is not allowed. Add it to the role that finops-bot reads with."


def attempt(permission: str, account_id: str, region: str, call: Callable[[], T]) -> T | MissingPermission:
    """What the call returns, or that it is not allowed; an assume-role that is
    refused names sts:AssumeRole. Other errors are raised.
    """
    from botocore.exceptions import ClientError  # noqa: PLC0415 - slow to load, and only AWS needs it

    try:
        return call()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code not in _REFUSALS:
            raise
        needed = "sts:AssumeRole" if error.operation_name == "AssumeRole" else permission
        return MissingPermission(needed, account_id, region, code)
