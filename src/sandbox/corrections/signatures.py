"""Signatures: a request is served once its signature was verified, whoever signed it.

MiniStack takes twelve digits for the root user of that account, whatever the signature is, and looks at no signature at
all on its own paths. Here each request is verified before MiniStack sees it: the root user's with the sandbox's secret,
those of IAM users and of sessions with theirs, in headers and in query strings.
"""
import dataclasses
import hashlib
import re
import time
import uuid

from ministack import app
from ministack.core import iam_evaluator as iam, lambda_runtime as runtime, responses, router, sigv4
from ministack.services import lambda_svc as fn, s3, sts

from . import secret
from .fit import expect, expect_all, wrap

expect_all(app, "", _credential_failure="service iam_action request_id denied headers", _extract_s3_vhost_bucket="host",
           _routing_params="method path headers body query_params")
expect_all(iam, "AuthError CredentialResolutionError SignedRequest AmbiguousAccessKeyError",
           find_iam_access_key_account="access_key_id", is_root_access_key="access_key_id", _sigv2_check="request account_id")
expect_all(runtime, "", _account_region_from_function_config="config")
expect_all(sts, "", register_session="access_key session")
expect_all(responses, "", _account_from_sts_session="access_key_id")
expect_all(router, "", extract_access_key_id="headers query_params", detect_service="method path headers query_params")
expect_all(sigv4, "UNSIGNED_PAYLOAD", _amz_datetime="value", decode_header_value="value",
           parse_header_signature="headers", parse_query_signature="query_params", request_time_failure="signature now",
           header_signature_failure="signature secret method raw_path query_params headers body presigned explain")

ACCOUNT = re.compile(r"[0-9]{12}")
STREAMED = re.compile(r"STREAMING-(?:AWS4-HMAC-SHA256-PAYLOAD|UNSIGNED-PAYLOAD)(?:-TRAILER)?")
WEEK = 604800
TRACES = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-Security-Token", "AWSAccessKeyId", "Signature")
IN_QUERY = ("x-amz-algorithm", "x-amz-credential", "x-amz-signature", "x-amz-security-token", "x-amz-date",
            "x-amz-signedheaders", "x-amz-expires")
HELP = "In the sandbox, `edemlab sandbox env` prints the keys of an account, and with --root those of its root user."
text = sigv4.decode_header_value


class Refused(Exception):
    """AWS's code, and its message."""


@wrap(iam, "resolve_credential", "access_key_id account_id session_token")
def resolve_credential(original, access_key_id, *args, **kwargs):
    """MiniStack's own checks, such as that of a presigned URL of S3, know one secret of root users: "test"."""
    found = original(access_key_id, *args, **kwargs)
    if isinstance(found, iam.CredentialResolutionError) or found.principal_type != "Root":
        return found
    return dataclasses.replace(found, secret_access_key=secret.of_root())


@wrap(runtime, "execution_credentials", "config")
def execution_credentials(original, config):
    """MiniStack makes the keys of a function's session from the names of function and role, which others know too."""
    account, _ = runtime._account_region_from_function_config(config)
    role, session = config.get("Role", "").rsplit("/", 1)[-1], config.get("FunctionName", "")[:64]
    made = [secret.derived(f"{part} of a function", config["FunctionArn"], config.get("Role", ""))
            for part in ("id", "key", "token")]
    keys = {"AWS_ACCESS_KEY_ID": f"ASIA{made[0][:16].upper()}", "AWS_SECRET_ACCESS_KEY": made[1], "AWS_SESSION_TOKEN": made[2]}
    sts.register_session(keys["AWS_ACCESS_KEY_ID"], {
        "Arn": f"arn:aws:sts::{account}:assumed-role/{role}/{session}", "UserId": f"{role}:{session}",
        "SecretAccessKey": made[1], "SessionToken": made[2]})
    return keys


# Those that have a name of their own for the function that is replaced.
for module, name in ((fn, "execution_credentials"), (s3, "resolve_credential"), (sts, "resolve_credential")):
    expect(module, name)
    setattr(module, name, getattr(runtime if module is fn else iam, name))


def is_attempted(headers, query):
    """Whether a request carries anything of a signature, be it valid or not."""
    names = {name.lower() for name in query}
    return headers.get("authorization", "").startswith("AWS") or any(name.lower() in names for name in TRACES)


def verify(method, raw_path, query, headers, body):
    """The access key that signed this. Raises Refused where none did.

    `headers` has lower-case names; values of one name are joined by a comma, as they were signed.
    """
    if not is_attempted(headers, query):
        raise Refused("MissingAuthenticationToken", f"Request is missing Authentication Token. {HELP}")
    in_header = headers.get("authorization", "").startswith("AWS")
    if in_header and is_attempted({}, query):
        raise Refused("IncompleteSignature", "Expected one signature, but found one in a header and one in the query.")
    # The key that MiniStack is going to act for: no other one may have signed.
    key = router.extract_access_key_id(headers, query)
    token = headers.get("x-amz-security-token") or (query.get("X-Amz-Security-Token") or [""])[0]
    known, account = credential(key, token)
    if headers.get("authorization", "").startswith("AWS ") or not in_header and "AWSAccessKeyId" in query:
        bucket = app._extract_s3_vhost_bucket(headers["host"])
        path = f"/{bucket}{raw_path}" if bucket else raw_path
        checked = iam._sigv2_check(iam.SignedRequest(key, method, raw_path, query, headers, sigv2=True, auth_path=path), account)
        if isinstance(checked, iam.AuthError):
            raise Refused(checked.code, checked.message)
        return key
    signature = sigv4.parse_header_signature(headers) if in_header else sigv4.parse_query_signature(query)
    if isinstance(signature, tuple):
        raise Refused(*signature)
    if signature.access_key_id != key:
        raise Refused("IncompleteSignature", "Expected one access key, but found several.")
    signed = signature.signed_headers.split(";")
    unsigned = [name for name in ("host", *headers) if name not in signed and (
        name == "host" or name.startswith("x-amz-") and name != "x-amz-user-agent")]
    if unsigned:
        raise Refused("SignatureDoesNotMatch", f"Expected a signature of each x-amz header, but found {unsigned[0]} unsigned.")
    refuse(too_late(signature, query, in_header))
    refuse(other_body(signature, headers, body))
    refuse(sigv4.header_signature_failure(
        signature, known, method, raw_path, query, headers, body, presigned=not in_header), key)
    return key


def refuse(failure, key=""):
    if failure:
        code, message = failure
        raise Refused(code, f"{message} {HELP}" if ACCOUNT.fullmatch(key) else message)


def credential(key, token):
    """The secret of an access key, and its account."""
    if ACCOUNT.fullmatch(key):
        if token:
            raise Refused("InvalidToken", "The security token included in the request is invalid.")
        return secret.of_root(), key
    unknown = Refused("UnrecognizedClientException", "The security token included in the request is invalid.")
    if iam.is_root_access_key(key):  # MiniStack has others than twelve digits
        raise unknown
    try:
        account = responses._account_from_sts_session(key) or iam.find_iam_access_key_account(key)
    except iam.AmbiguousAccessKeyError:
        raise unknown from None
    if not account:
        raise unknown
    found = iam.resolve_credential(key, account, token)
    if isinstance(found, iam.CredentialResolutionError):
        if found.code == "InvalidToken" and not token:  # AWS does not know a session's key without its token
            raise unknown
        raise Refused(found.code, found.message)
    return found.secret_access_key, account


def too_late(signature, query, in_header):
    """Why a signature is not of this time: a presigned URL says itself how long it is good for."""
    expires = (query.get("X-Amz-Expires") or [""])[0]
    if in_header or not expires:
        return sigv4.request_time_failure(signature)
    signed = sigv4._amz_datetime(signature.amz_date)
    if not signed or not expires.isascii() or not expires.isdigit() or int(expires) > WEEK:
        return "IncompleteSignature", "Expected X-Amz-Date, and X-Amz-Expires of at most a week in seconds."
    age = time.time() - signed.timestamp()
    return ("RequestExpired", "Request has expired") if not -900 < age <= int(expires) else None


def other_body(signature, headers, body):
    """Why the body is not the one that was signed."""
    said = headers.get("x-amz-content-sha256")
    if not said or said == sigv4.UNSIGNED_PAYLOAD or STREAMED.fullmatch(said):
        return None
    if said == hashlib.sha256(body).hexdigest():
        return None
    return "SignatureDoesNotMatch", "The provided 'x-amz-content-sha256' header does not match what was computed."


def failure(why, method, path, query, headers, body):
    """The answer to a request that is refused, in its service's protocol."""
    code, message = why.args
    service = router.detect_service(method, path, headers, app._routing_params(method, path, headers, body, query))
    identity = str(uuid.uuid4())
    status, about, text = app._credential_failure(service, "", identity, iam.AuthError(code, message), headers)
    return status, {**about, "x-amzn-requestid": identity, "x-amz-request-id": identity}, text
