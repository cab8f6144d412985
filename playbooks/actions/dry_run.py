"""Ask before acting, where AWS can be asked."""

from typing import Any


def ask(call: Any, **arguments: Any) -> None:
    """Whether AWS would allow an EC2 call, by its DryRun; returns when it would, raises AWS's refusal."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - slow to load, and only AWS needs it

    try:
        call(DryRun=True, **arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] != "DryRunOperation":
            raise


def asked(call: Any, **arguments: Any) -> Any:
    """Ask, then call."""
    ask(call, **arguments)
    return call(**arguments)
