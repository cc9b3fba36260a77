"""What the tests of the bridge share. They see it from outside, as AWS's clients do; each has an account of its own."""
import functools
import http.client
import io
import json
import os
import sys
import time
import unittest  # noqa: F401  (every test file takes it from here)
import urllib.parse
import zipfile

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = os.environ["ENDPOINT"]
SECRET = os.environ.get("SECRET", "")  # of every root user
REGION = "eu-central-1"
# In seconds, how long an answer is waited for. On a busy machine one takes long; that none comes fails all the same.
ANSWER_TIMEOUT = 180


def patient(**more):
    """How clients ask: once, and with patience."""
    return Config(retries={"total_max_attempts": 1}, connect_timeout=ANSWER_TIMEOUT, read_timeout=ANSWER_TIMEOUT, **more)


@functools.cache
def client(service, account, region=REGION):
    """A client of the account's root user."""
    return boto3.client(service, region_name=region, endpoint_url=ENDPOINT, aws_access_key_id=account,
                        aws_secret_access_key=SECRET, config=patient())


def eventually(what, look, seconds=60):
    """Looks again and again, and gives the first answer that is something. Fails when none is in time."""
    end, pause = time.monotonic() + seconds, 0.02
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(pause)
        pause = min(pause * 1.5, 0.3)
    raise AssertionError(f"not within {seconds} s: {what}")


def refusal(call, **parameters):
    """The code of the error that a call ends with; None if it ends well."""
    try:
        call(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


def role(account, name, service, *allowed):
    """A role that this service may assume, and that may do these actions with everything."""
    iam = client("iam", account)
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))
    if allowed:
        iam.put_role_policy(RoleName=name, PolicyName="all",
                            PolicyDocument=document({"Effect": "Allow", "Action": list(allowed), "Resource": "*"}))
    return made["Role"]["Arn"]


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


# Of a function, in seconds: Lambda's own 3 are little where several tests share a processor.
FUNCTION_TIMEOUT = 60


def function(account, name, code, *allowed):
    """A function whose module `index` is this code, and whose role may do these actions."""
    arn = role(account, f"{name}-role", "lambda.amazonaws.com", *(allowed or ["logs:*"]))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", code)
    made = client("lambda", account).create_function(
        FunctionName=name, Runtime="python3.13", Handler="index.handler", Role=arn, Code={"ZipFile": packed.getvalue()},
        Timeout=FUNCTION_TIMEOUT)
    return made["FunctionArn"]


RUNTIME = """#!{python}
import json, os, time, urllib.request
api = "http://%s/2018-06-01/runtime/invocation/" % os.environ["AWS_LAMBDA_RUNTIME_API"]
{code}
while True:
    with urllib.request.urlopen(api + "next") as given:
        event, request = json.load(given), given.headers["Lambda-Runtime-Aws-Request-Id"]
    try:
        kind, answer = "response", handler(event)
    except Exception as error:
        kind, answer = "error", {{"errorType": type(error).__name__, "errorMessage": str(error)}}
    urllib.request.urlopen(api + request + "/" + kind, json.dumps(answer).encode())
"""


def bootstrap(code):
    """A packed program that is a runtime of its own, as a compiled one would be; the code holds its `handler(event)`."""
    packed, about = io.BytesIO(), zipfile.ZipInfo("bootstrap")
    about.external_attr = 0o755 << 16
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(about, RUNTIME.format(python=sys.executable, code=code))
    return packed.getvalue()


def native(account, name, code, role_arn=None, **more):
    """A function that is such a program."""
    arn = role_arn or role(account, f"{name}-role", "lambda.amazonaws.com", "logs:*")
    return client("lambda", account).create_function(
        FunctionName=name, Runtime="provided.al2023", Handler="bootstrap", Role=arn, Code={"ZipFile": bootstrap(code)},
        **{"Timeout": FUNCTION_TIMEOUT, **more})["FunctionArn"]


def http_call(method, path, body=None, host=None, **headers):
    """A request without a signature, to an address that only the Host header names. Gives the status and the text."""
    address = urllib.parse.urlsplit(ENDPOINT)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=ANSWER_TIMEOUT)
    headers = {"Host": host or address.netloc, **{name.replace("_", "-"): value for name, value in headers.items()}}
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def signed_call(method, path, body=None, account="000000000000", secret=SECRET, service="edemlab", **headers):
    """A request that a root user has signed with this secret. Headers that are given besides are not signed."""
    request = AWSRequest(method, ENDPOINT + path, data=body, headers={"Host": urllib.parse.urlsplit(ENDPOINT).netloc})
    SigV4Auth(Credentials(account, secret), service, REGION).add_auth(request)
    signature = {name: value for name, value in request.headers.items() if name != "Host"}
    return http_call(method, path, body, **{**signature, **headers})


def messages(account, group):
    """What is in a log group."""
    try:
        found = client("logs", account).filter_log_events(logGroupName=group)["events"]
    except ClientError:
        return []
    return [event["message"] for event in found]
