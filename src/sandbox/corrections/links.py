"""The addresses that answers bring along, such as that of a function's code: signed by the account's root user, as AWS's
are presigned ones of S3. Who has such an address needs no keys; nobody can make one up.
"""
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from ministack.core.responses import get_account_id, get_region
from ministack.services import lambda_svc as fn

from . import secret
from .cloudformation import loading
from .fit import wrap

HOURS = 12 * 3600  # as long as CloudFormation waits at most


def signed(method, url):
    request = AWSRequest(method, url.partition("?")[0])
    keys = Credentials(get_account_id(), secret.of_root())
    S3SigV4QueryAuth(keys, "s3", get_region(), expires=HOURS).add_auth(request)
    return request.url


def signing(method):
    """An address that MiniStack makes, signed for this method."""
    return lambda original, *args: signed(method, original(*args))


wrap(fn, "_presigned_code_url", "func_name")(signing("GET"))
wrap(fn, "_layer_content_url", "layer_name version")(signing("GET"))


@loading
def sign_signals(_):
    from ministack.services.cloudformation import custom_resource, wait_conditions
    wrap(custom_resource, "_response_url", "token")(signing("PUT"))
    wrap(wait_conditions, "handle_url", "token")(signing("PUT"))
