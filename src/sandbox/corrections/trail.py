"""CloudTrail: the management calls that were really made, and LookupEvents over them.

MiniStack takes the access key for a user's name, knows no error and no page, and sees nothing of what CloudFormation makes.
What is recorded here ends with the process, as all that the sandbox's accounts hold.
"""
import collections
import functools
import itertools
import json
import re
import threading
import time
import urllib.parse
import uuid

from ministack import app
from ministack.core import iam_actions, iam_evaluator as iam, router
from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudtrail

from .cloudformation import loading
from .control import Refused
from .fit import expect, expect_all, wrap, wrap_async

expect_all(iam_actions, "", _match_rest_action="service method path query_params",
           extract_iam_action="service method path headers body query_params",
           extract_resource_arn="service method path headers body query_params region account_id")
expect_all(iam, "", caller_arn="")
expect_all(router, "", extract_region="headers query_params")
expect_all(cloudtrail, "_DISPATCH", _err="code msg status", _ok="body")

# Of an account and region, so many that change something and so many that only read.
WRITES, READS = 2000, 200
# Calls a second of LookupEvents, an account and region.
RATE = 2
PAGE = 50
GLOBAL = "us-east-1"

# What CloudTrail has among its data events, which LookupEvents does not give; of S3, all that is about an object.
DATA = {
    "dynamodb": {"PutItem", "GetItem", "UpdateItem", "DeleteItem", "Query", "Scan", "BatchGetItem", "BatchWriteItem",
                 "TransactGetItems", "TransactWriteItems", "ExecuteStatement", "BatchExecuteStatement"},
    "kinesis": {"PutRecord", "PutRecords", "GetRecords", "GetShardIterator", "SubscribeToShard"},
    "lambda": {"Invoke", "InvokeFunction", "InvokeAsync", "InvokeWithResponseStream"},
    "events": {"PutEvents"}, "sns": {"Publish", "PublishBatch"}, "logs": {"PutLogEvents"},
    "sqs": {"SendMessage", "SendMessageBatch", "ReceiveMessage", "DeleteMessage", "DeleteMessageBatch"},
    "states": {"SendTaskSuccess", "SendTaskFailure", "SendTaskHeartbeat"},
    "firehose": {"PutRecord", "PutRecordBatch"}, "cloudtrail": {"LookupEvents"},
}
# Lambda's events have the version of its API in their names.
LAMBDA = {"UpdateFunctionCode": "20150331v2", "UpdateFunctionConfiguration": "20150331v2", "AddPermission": "20150331v2",
          "RemovePermission": "20150331v2", "TagResource": "20170331v2", "UntagResource": "20170331v2",
          "PutFunctionConcurrency": "20171031"}
# Members of a request that name what it makes.
NAMES = ("FunctionName", "TableName", "StreamName", "RoleName", "TopicArn", "TopicName", "stateMachineArn", "repositoryName",
         "ServiceName", "serviceName", "logGroupName", "ResourceArn", "resourceArn", "ResourceARN", "Name", "name")
READING = re.compile(r"(Get|List|Describe|Head|Lookup|Simulate|Test|BatchGet|Search|Filter|AssumeRole)")
# Types of CloudFormation whose calls have other names than their nouns.
MADE = {"AWS::Events::Rule": ("events", "PutRule", "PutRule", "DeleteRule"),
        "AWS::S3::BucketPolicy": ("s3", "PutBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy"),
        "AWS::SNS::Subscription": ("sns", "Subscribe", "SetSubscriptionAttributes", "Unsubscribe"),
        "AWS::StepFunctions::StateMachine": ("states", "CreateStateMachine", "UpdateStateMachine", "DeleteStateMachine")}

recorded, lookups, lock, number = {}, {}, threading.Lock(), itertools.count(1)


def name_of(service, operation):
    suffix = LAMBDA.get(operation, "20150331") if service == "lambda" and not operation.startswith(("Get", "List")) else ""
    return operation + suffix


def identity(arn, key):
    """Who called, as CloudTrail writes it."""
    account, who = arn.split(":")[4], arn.split(":", 5)[5]
    kind, _, name = who.partition("/")
    about = {"arn": arn, "accountId": account, "principalId": key or account, **({"accessKeyId": key} if key else {})}
    if kind == "assumed-role":
        role = name.split("/")[0]
        issuer = {"type": "Role", "arn": f"arn:aws:iam::{account}:role/{role}", "accountId": account, "userName": role}
        return {"type": "AssumedRole", **about, "sessionContext": {"sessionIssuer": issuer}}, name.rpartition("/")[2]
    if kind == "user":
        user = name.rpartition("/")[2]
        return {"type": "IAMUser", **about, "userName": user}, user
    return {"type": "Root", **about}, "root"


def record(account, region, service, operation, who, user, resources, *, key="", error=None, parameters=None, agent=""):
    if operation in DATA.get(service, ()):
        return
    by_cloudformation = who.get("invokedBy")
    region = GLOBAL if service == "iam" else region
    reads = bool(READING.match(operation))
    at, name, event = time.time(), name_of(service, operation), str(uuid.uuid4())
    source = f"{service}.amazonaws.com"
    whole = {
        "eventVersion": "1.09", "userIdentity": who, "eventTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at)),
        "eventSource": source, "eventName": name, "awsRegion": region, "sourceIPAddress": by_cloudformation or "127.0.0.1",
        "userAgent": by_cloudformation or agent, "requestParameters": parameters, "responseElements": None, "eventID": event,
        "readOnly": reads, "eventType": "AwsApiCall", "managementEvent": True, "recipientAccountId": account,
        "eventCategory": "Management", **({"errorCode": error} if error else {})}
    shown = {
        "EventId": event, "EventName": name, "ReadOnly": str(reads).lower(), "EventTime": int(at), "EventSource": source,
        "Username": user, "Resources": [{"ResourceName": one} for one in resources],
        **({"AccessKeyId": key} if key else {}), "CloudTrailEvent": json.dumps(whole)}
    with lock:
        kept = recorded.setdefault((account, region), (collections.deque(maxlen=WRITES), collections.deque(maxlen=READS)))
        kept[reads].append((next(number), shown))


def values(request):
    """Every text of a request, whatever it is called."""
    if isinstance(request, str):
        yield request
    for each in request.values() if isinstance(request, dict) else request if isinstance(request, list) else ():
        yield from values(each)


def named(service, path, arn, request):
    """What CloudTrail calls the resource of a call: by name or by ARN, as the call did."""
    if not arn or "*" in arn or not arn.startswith("arn:"):
        # Of what is made, IAM asks about all of its type.
        given = [request[name] for name in NAMES if isinstance(request, dict) and request.get(name)]
        return [str(one[0] if isinstance(one, list) else one) for one in given[:1]]
    if arn in set(values(request)) or arn in urllib.parse.unquote(path):
        return [arn]
    if service == "apigateway":
        parts = [part for part in path.split("/") if part]
        return parts[1:2]
    return [re.split(r"[:/]", arn)[-1]]


def failure(status, body):
    """The code of an error, in JSON or XML."""
    if status < 400:
        return None
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body)
    found = re.search(r'"__type"\s*:\s*"(?:[^"#]*#)?([^"]+)"|<Code>([^<]+)</Code>', text)
    return next(filter(None, found.groups())) if found else "InternalFailure"


def assumed(arn, caller, key, status, text):
    """A role's own account records who has assumed it, with the session's key, by which its calls are known."""
    account = arn.split(":")[4] if arn.count(":") >= 5 else ""
    if status >= 400 or account == caller.split(":")[4]:
        return
    session = re.search(r"<AccessKeyId>([^<]+)<", text)
    who = {"type": "AWSAccount", "principalId": key, "accountId": caller.split(":")[4]}
    record(account, get_region(), "sts", "AssumeRole", who, "", [arn, *(session.groups() if session else ())])


def note(method, path, headers, body, query, answer):
    """Records one call that a client has made."""
    params = app._routing_params(method, path, headers, body, query)
    service = app.detect_service(method, path, headers, params)
    region, account = router.extract_region(headers), get_account_id()
    action = iam_actions.extract_iam_action(service, method, path, headers, body, params)
    operation = (action or ":").partition(":")[2]
    if service == "apigateway":
        operation = iam_actions._match_rest_action(service, method, path, params)
    about_object = service == "s3" and len([part for part in path.split("/") if part]) > 1
    if not operation or about_object or operation in DATA.get(service, ()):
        return
    key, caller = router.extract_access_key_id(headers, query) or "", iam.caller_arn()
    arn = iam_actions.extract_resource_arn(service, method, path, headers, body, params, region, account)
    try:
        request = json.loads(body or b"{}")
    except ValueError:
        request = params
    status, _, text = answer
    who, user = identity(caller, key)
    if (service, operation) == ("sts", "AssumeRole"):
        text = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
        role = (params.get("RoleArn") or [""])[0]
        assumed(role, caller, key, status, text)
        session = re.search(r"<AccessKeyId>([^<]+)<", text)
        return record(account, region, service, operation, who, user, [role, *(session.groups() if session else ())], key=key,
                      error=failure(status, text.encode()))
    return record(account, region, service, operation, who, user, named(service, path, arn, request), key=key,
                  error=failure(status, text), agent=headers.get("user-agent", ""))


@wrap_async(app, "_dispatch_service_request", "method path headers body query_params request_id")
async def dispatch(original, method, path, headers, body, query_params, request_id):
    answer = await original(method, path, headers, body, query_params, request_id)
    if not path.startswith("/_") and isinstance(answer, tuple) and len(answer) == 3:
        try:
            note(method, path, headers, body, query_params, answer)
        except (ValueError, KeyError, IndexError, TypeError, AttributeError):
            pass  # no call fails since it could not be written down
    return answer


@loading
def cloudformation_calls(provisioners):
    """CloudFormation calls in the name of who made the stack, and says so."""
    def noted(kind, place, function):
        parts = kind.split("::")
        service, *names = MADE.get(kind) or (parts[1].lower(), *(verb + parts[-1] for verb in ("Create", "Update", "Delete")))

        @functools.wraps(function)
        def call(*args, **kwargs):
            made = function(*args, **kwargs)
            thing = made[0] if place == 0 and isinstance(made, tuple) else args[0]
            who, user = identity(iam.caller_arn(), "")
            who["invokedBy"] = "cloudformation.amazonaws.com"
            record(get_account_id(), get_region(), service, names[place], who, user, [str(thing)])
            return made
        return call

    for kind, handler in expect(provisioners, "_RESOURCE_HANDLERS").items():
        for place, what in enumerate(("create", "update", "delete")):
            if kind.startswith("AWS::") and not kind.startswith("AWS::CloudFormation") and what in handler:
                handler[what] = noted(kind, place, handler[what])


MATCHES = {
    "EventId": lambda event, value: event["EventId"] == value,
    "EventName": lambda event, value: event["EventName"] == value,
    "ReadOnly": lambda event, value: event["ReadOnly"] == value,
    "Username": lambda event, value: event["Username"] == value,
    "EventSource": lambda event, value: event["EventSource"] == value,
    "AccessKeyId": lambda event, value: event.get("AccessKeyId") == value,
    "ResourceName": lambda event, value: any(one["ResourceName"] == value for one in event["Resources"]),
    "ResourceType": lambda event, value: False,
}


def paced(place):
    """AWS refuses a third call within a second."""
    now, asked = time.monotonic(), lookups.setdefault(place, collections.deque(maxlen=RATE))
    if len(asked) == RATE and now - asked[0] < 1:
        raise Refused("ThrottlingException", "Rate exceeded")
    asked.append(now)


def events(request):
    """One page; https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html"""
    place = (get_account_id(), get_region())
    paced(place)
    attributes, most = request.get("LookupAttributes") or [], request.get("MaxResults", PAGE)
    if len(attributes) > 1 or any(one.get("AttributeKey") not in MATCHES for one in attributes):
        raise Refused("InvalidLookupAttributesException", "Specify one lookup attribute")
    if not isinstance(most, int) or not 1 <= most <= PAGE:
        raise Refused("InvalidMaxResultsException", "Specify a value between 1 and 50")
    start, end = float(request.get("StartTime", 0)), float(request.get("EndTime", time.time() + 1))
    if start > end:
        raise Refused("InvalidTimeRangeException", "The start time is after the end time")
    token = str(request.get("NextToken") or "")
    if token and not token.isascii() or token and not token.isdigit():
        raise Refused("InvalidNextTokenException", "The token is not valid")
    with lock:
        writes, reads = recorded.get(place, ((), ()))
        newest = sorted((*writes, *reads), reverse=True, key=lambda one: one[0])
    found = [(at, event) for at, event in newest if (not token or at < int(token)) and start <= event["EventTime"] <= end
             and all(MATCHES[one["AttributeKey"]](event, one["AttributeValue"]) for one in attributes)]
    more = {"NextToken": str(found[most - 1][0])} if len(found) > most else {}
    return {"Events": [event for _, event in found[:most]], **more}


@wrap(cloudtrail, "_lookup_events", "body")
def lookup_events(original, body):
    try:
        return cloudtrail._ok(events(body))
    except Refused as why:
        return cloudtrail._err(*why.args)


cloudtrail._DISPATCH["LookupEvents"] = cloudtrail._lookup_events
