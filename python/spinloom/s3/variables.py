"""What boto3's sessions and clients are told, as the variables that mean the same."""

from __future__ import annotations

from typing import Any

from .errors import MetaflowS3Exception

_SESSION = {
    "aws_access_key_id": ["AWS_ACCESS_KEY_ID"],
    "aws_secret_access_key": ["AWS_SECRET_ACCESS_KEY"],
    "aws_session_token": ["AWS_SESSION_TOKEN"],
    "region_name": ["AWS_REGION", "AWS_DEFAULT_REGION"],
    "profile_name": ["AWS_PROFILE"],
}
_CLIENT = {
    **_SESSION,
    "endpoint_url": ["SPINLOOM_S3_ENDPOINT_URL"],
    "verify": ["SPINLOOM_S3_VERIFY_CERTIFICATE"],
}


def variables(
    role: str | None, session_vars: dict[str, Any] | None, client_params: dict[str, Any] | None
) -> list[tuple[str, str]]:
    """Variables that win over those of the environment.

    Raises:
        MetaflowS3Exception: something is asked for that there is no variable for.
    """
    if role is not None:
        raise MetaflowS3Exception(
            f"the role `{role}` cannot be assumed by this version of Spinloom",
            hints=[
                "use its credentials: a profile, or `session_vars` with keys and token, as `aws sts assume-role` gives"
            ],
        )
    found = []
    for what, given, known in (("session_vars", session_vars, _SESSION), ("client_params", client_params, _CLIENT)):
        for name, value in (given or {}).items():
            if name not in known:
                raise MetaflowS3Exception(
                    f"`{name}` of `{what}` is not known", hints=[f"use {', '.join(f'`{known}`' for known in known)}"]
                )
            found += [(variable, _text(value)) for variable in known[name] if value is not None]
    return found


def _text(value: Any) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)
