"""Starts MiniStack, the local AWS, and corrects it where AWS behaves otherwise and a lab would notice.

Each correction wraps one function of MiniStack. All of them are looked up first: when MiniStack has changed,
this program stops with exit code 3 and one line that says where, instead of answering wrongly.
"""
import asyncio
import contextvars
import inspect
import ipaddress
import json
import os
import re
import shutil
import signal
import sys
import threading
import time


def leave(code, message=None):
    """Ends at once: no waiting for open connections, no function left behind."""
    if message:
        print(f"sandbox: {message}", file=sys.stderr, flush=True)
    if "ministack.core.lambda_runtime" in sys.modules:
        for worker in [w for pool in list(sys.modules["ministack.core.lambda_runtime"]._workers.values()) for w in pool]:
            if worker._proc:
                worker._proc.kill()
            shutil.rmtree(worker._tmpdir or "", ignore_errors=True)
        if os.path.exists(app._pid_file(app._resolve_port())):
            os.remove(app._pid_file(app._resolve_port()))
    os._exit(code)


# MiniStack listens on every interface unless told otherwise, and it runs code.
try:
    loopback = ipaddress.ip_address(os.environ.get("BIND_HOST", "")).is_loopback
except ValueError:
    loopback = False
if not loopback:
    leave(2, "BIND_HOST must be a loopback address, such as 127.0.0.1")

# Functions inherit this environment: the user's own AWS settings and proxies must not reach them.
for name in list(os.environ):
    if name.upper().startswith("AWS_") or name.upper() in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        del os.environ[name]
os.environ.update(AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull,
                  AWS_EC2_METADATA_DISABLED="true", IOT_MTLS_ENABLED="0", SFTP_ENABLED="0")

import hypercorn.asyncio  # noqa: E402  (only now, with a clean environment)
import ministack.app as app  # noqa: E402
from ministack.core import iam_actions, iam_evaluator as iam, lambda_runtime as runtime  # noqa: E402
from ministack.core.concurrency import esm_wake, spawn_background  # noqa: E402
from ministack.core.responses import (  # noqa: E402
    error_response_json, get_account_id, get_region, json_response, request_scope)
from ministack.services import cloudwatch_logs as logs, iam as iam_store, kinesis, lambda_svc as fn  # noqa: E402


def wrap(module, name, parameters):
    """Replaces module.name by the decorated function, which gets the original as its first argument."""
    original = expect(module, name, parameters)

    def decorate(function):
        setattr(module, name, lambda *args, **kwargs: function(original, *args, **kwargs))
    return decorate


def expect(module, name, parameters=None):
    found = getattr(module, name, None)
    if found is None or parameters is not None and " ".join(inspect.signature(found).parameters) != parameters:
        leave(3, f"this version of MiniStack does not fit: {module.__name__}.{name} is not as expected")
    return found


for module, names in [(fn, "_kinesis_positions _esm_backoff_until _functions"), (kinesis, "_streams"),
                      (iam_store, "_roles"), (runtime, "_workers _lock _LOCAL_WORKER_TTL"), (app, "_resolve_port _loaded_modules")]:
    for name in names.split():
        expect(module, name)
for module, name, parameters in [
    (app, "main", ""), (app, "_pid_file", "port"), (fn, "_resolve_name", "name_or_arn"),
    (fn, "_get_func_record_for_qualifier", "name qualifier"), (runtime, "kill_workers", "workers"),
    (iam, "evaluate", "ctx policies limits"), (iam, "_gather_role_policies", "role_name account_id"),
    (iam, "_permissions_boundary", "store name account_id"), (iam, "_service_principal_matches", "principal service"),
    (iam_actions, "identity_denial_message", "action principal_arn resource explicit_deny"),
]:
    expect(module, name, parameters)

PREFIXES = {"apigatewayadministrator": "apigateway", "cloudwatchlogs": "logs", "ec2containerregistry": "ecr",
            "eventbridge": "events", "kinesisfirehose": "firehose", "stepfunctions": "states"}


@wrap(iam_store, "_autovivify_aws_managed_policy", "arn")
def unknown_managed_policy(original, arn):
    """MiniStack lets a policy of AWS that it does not know allow everything. Here the name says what it allows."""
    record = original(arn)
    words = re.fullmatch(r"(?:Amazon|AWS)?(.*?)_?(FullAccess|ReadOnlyAccess|)", arn.rsplit("/", 1)[-1])
    service = PREFIXES.get(words[1].lower(), words[1].lower())
    verbs = {"FullAccess": ["*"], "ReadOnlyAccess": ["Get*", "List*", "Describe*", "BatchGet*", "Query", "Scan"]}
    actions = [f"{service}:{verb}" for verb in verbs.get(words[2], [])]
    statements = [{"Effect": "Allow", "Action": actions, "Resource": "*"}] if actions else []
    record["Versions"]["v1"]["Document"] = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return record


# --- Roles: Lambda must be able to assume a function's role, and with it read the stream of a trigger.

NOT_ASSUMABLE = "The role defined for the function cannot be assumed by Lambda."
CANNOT_ACCESS = ("Cannot access stream {}. Please ensure the role can perform the GetRecords, GetShardIterator, "
                 "DescribeStream, ListShards, and ListStreams Actions on your stream in IAM.")


def as_list(value):
    return value if isinstance(value, list) else [] if value is None else [value]


def assumable(arn):
    parts = arn.split(":")
    role = iam_store._roles.get_scoped(parts[4], None, arn.rsplit("/", 1)[-1]) if len(parts) > 5 else None
    trust = (role or {}).get("AssumeRolePolicyDocument") or {}
    return {s.get("Effect") for s in as_list((json.loads(trust) if isinstance(trust, str) else trust).get("Statement"))
            if iam._service_principal_matches(s.get("Principal"), "lambda.amazonaws.com")
            and {"sts:AssumeRole", "sts:*", "*"} & set(as_list(s.get("Action")))} == {"Allow"}


def refused_read(role, stream):
    """Why this role cannot read this stream, in the words of AWS; None when it can."""
    account, name = role.split(":")[4], role.rsplit("/", 1)[-1]
    session = f"arn:aws:sts::{account}:assumed-role/{name}/awslambda_1_{time.strftime('%Y%m%d%H%M%S')}000"
    for action in ("DescribeStream", "GetShardIterator", "GetRecords", "ListShards"):
        context = iam.EvalContext(principal_arn=session, principal_type="AssumedRole", principal_account=account,
                                  action=f"kinesis:{action}", resource_arn=stream, region=stream.split(":")[3])
        decision = iam.evaluate(context, iam._gather_role_policies(name, account),
                                *iam._permissions_boundary(iam_store._roles, name, account)).decision
        if decision != "Allow":
            return iam_actions.identity_denial_message(context.action, session, stream, decision == "Deny")
    return None


def refused_trigger(data):
    """Why AWS makes no trigger of this; None when it does."""
    stream = data.get("EventSourceArn", "")
    func, _ = fn._get_func_record_for_qualifier(fn._resolve_name(data.get("FunctionName", "")), None)
    if func and stream.split(":")[2:5:2] == ["kinesis", get_account_id()]:
        data.setdefault("BatchSize", 100)
        found = kinesis._streams.get_scoped(*stream.split(":")[4:2:-1], stream.rsplit("/", 1)[-1])
        if not found or found.get("StreamARN") != stream:
            return f"Stream not found: {stream}"
        role = func["config"].get("Role", "")
        if not assumable(role) or refused_read(role, stream):
            return CANNOT_ACCESS.format(stream)
    return None


def refused_role(data):
    return None if assumable(data.get("Role", "")) else NOT_ASSUMABLE


def checked(refusal, when=lambda data: True):
    """An operation of the API that answers InvalidParameterValueException when it is refused."""
    def answer(original, *args):
        why = refusal(args[-1]) if when(args[-1]) else None
        if why:
            return error_response_json("InvalidParameterValueException", why, 400)
        made = original(*args)
        esm_wake.set()  # a new trigger takes up its position now, not at the next tick
        return made
    return answer


wrap(fn, "_create_esm", "data")(checked(refused_trigger))
wrap(fn, "_create_function", "data")(checked(refused_role))
wrap(fn, "_update_config", "name data")(checked(refused_role, when=lambda data: "Role" in data))


def fit_cloudformation():
    """It makes functions and triggers past the API, so with checks of its own."""
    from ministack.services.cloudformation import provisioners

    @wrap(provisioners, "_zip_inline", "source handler runtime")
    def zip_inline(original, source, handler, runtime):
        return original(source, "index.handler", runtime)  # the file is called index, whatever the handler says

    for kind, refusal in [("AWS::Lambda::Function", refused_role), ("AWS::Lambda::EventSourceMapping", refused_trigger)]:
        handler = expect(provisioners, "_RESOURCE_HANDLERS").get(kind, {})
        if not handler or " ".join(inspect.signature(handler["create"]).parameters) != "logical_id props stack_name":
            leave(3, f"this version of MiniStack does not fit: {kind} is not as expected")

        def create(logical_id, props, stack_name, original=handler["create"], refusal=refusal):
            why = refusal(props)
            if why:
                raise ValueError(f'Resource handler returned message: "Invalid request provided: {why}"')
            name, attributes = original(logical_id, props, stack_name)
            esm_wake.set()
            if "ReservedConcurrentExecutions" in props:
                fn._functions[name]["concurrency"] = int(props["ReservedConcurrentExecutions"])
            return name, attributes
        handler["create"] = create


fitting = threading.Lock()


@wrap(app, "_get_module", "name")
def get_module(original, name):
    """CloudFormation takes 0.7 s to import: that is done while the first requests are already answered."""
    if name != "cloudformation":
        return original(name)
    with fitting:
        if name not in app._loaded_modules:
            fit_cloudformation()
        return original(name)


@wrap(fn, "_execute_function", "func event")
def execute_function(original, func, event):
    why = refused_role(func.get("config") or func)
    body = {"errorType": "AccessDeniedException", "errorMessage": why}
    return {"error": True, "body": body, "log": ""} if why else original(func, event)


@wrap(fn, "_list_functions", "query_params")
def list_functions(original, query_params):
    """AWS leaves the state out of the list, and an environment without variables: only GetFunction has the first."""
    page = json.loads(original(query_params)[2])
    page["Functions"] = [{key: value for key, value in function.items()
                          if not key.startswith(("State", "LastUpdate")) and value != {"Variables": {}}}
                         for function in page["Functions"]]
    return json_response(page)


@wrap(kinesis, "_list_streams", "data")
def list_streams(original, data):
    """SDKs ask for the next page with a token; MiniStack gives none."""
    page = json.loads(original({"ExclusiveStartStreamName": data.get("NextToken"), **data})[2])
    return json_response({**page, "NextToken": page["StreamNames"][-1]} if page["HasMoreStreams"] else page)


@wrap(logs, "_compile_filter_pattern", "raw")
def compile_filter_pattern(original, raw):
    """Terms are phrases when quoted, and see the difference between a and A."""
    terms = re.findall(r'([?-]?)(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))', raw or "")
    if not terms or raw.strip()[0] in "{[%":
        return original(raw)
    terms = [(sign, quoted.replace('\\"', '"') or bare) for sign, quoted, bare in terms]
    some = [text for sign, text in terms if sign == "?"]
    return lambda message: (all((text in message) != (sign == "-") for sign, text in terms if sign != "?")
                            and (not some or any(text in message for text in some)))


# --- Triggers: each on a thread of its own, so that one slow function holds up no other account.

only = contextvars.ContextVar("only", default=None)  # the one trigger that this thread polls
busy, failures, looked = set(), {}, {}
LONGEST_PAUSE = 5  # seconds


@wrap(fn, "_esm_response", "esm")
def esm_response(original, esm):
    answer = original(esm)
    result = str(answer.get("LastProcessingResult"))
    answer["LastProcessingResult"] = "PROBLEM: Function call failed" if result == "FAILED" else result.split(" - ")[0]
    answer["StateTransitionReason"] = "User action"
    if answer.get("State") in ("Enabled", "Disabled"):
        answer["State"] = "Enabled" if esm.get("Enabled", True) else "Disabled"
    return answer


@wrap(fn, "_iter_all_esms", "")
def iter_all_esms(original):
    return iter([only.get()]) if only.get() else original()


@wrap(fn, "_poll_kinesis", "")
def poll_kinesis(original):
    for account, region, esm in list(fn._iter_all_esms()):
        uuid, arn = esm["UUID"], esm.get("EventSourceArn", "")
        if arn.split(":")[2:3] != ["kinesis"] or not esm.get("Enabled", True) or uuid in busy:
            continue
        with request_scope(account, region):
            stream = kinesis._streams.get_scoped(arn.split(":")[4], region, arn.rsplit("/", 1)[-1])
            func, _ = fn._get_func_record_for_qualifier(esm["FunctionName"], esm.get("Qualifier"))
            if not stream or not func or fn._esm_backoff_until.get(uuid, 0) > time.time():
                continue
            seen = fn._kinesis_positions.get(uuid)
            new = seen is None or any(len(s["records"]) > seen.get(k, -1) for k, s in stream["shards"].items())
            if not new and time.time() - looked.get(uuid, 0) < LONGEST_PAUSE:
                continue
            looked[uuid] = time.time()  # AWS reads all the time, and says when it no longer may, records or not
            role = func["config"].get("Role", "")
            why = refused_role(func["config"]) or (refused_read(role, arn) if arn.split(":")[4] == account else None)
            if why and seen is not None:
                esm["LastProcessingResult"] = f"PROBLEM: {why}"
                fn._esm_backoff_until[uuid] = time.time() + 1
            elif new:
                busy.add(uuid)
                spawn_background(poll_one, original, account, region, esm, thread_name="sandbox-trigger")
    return False


def poll_one(original, account, region, esm):
    uuid = esm["UUID"]
    try:
        only.set((account, region, esm))
        with request_scope(account, region):
            original()
            # A batch that fails is tried again, less and less often: each try starts a process.
            failures[uuid] = failures.get(uuid, 0) + 1 if uuid in fn._esm_backoff_until else 0
            if failures[uuid]:
                fn._esm_backoff_until[uuid] = time.time() + min(2 ** (failures[uuid] - 1), LONGEST_PAUSE)
    finally:
        busy.discard(uuid)
        esm_wake.set()


# --- Functions: what a crash looks like in the answer and in the log, and how many stay in memory.

WORKER = r'''
import logging, sys, time, traceback
_ctx = {}
def _text(kind, error, frames, code_dir):
    trace = "".join(traceback.format_list(frames)).replace(code_dir, "/var/task").rstrip()
    return "[ERROR] %s: %s\nTraceback (most recent call last):\n%s" % (kind, error, trace)
def _crash(error, code_dir):
    return _text(type(error).__name__, error, traceback.extract_tb(error.__traceback__)[1:], code_dir)
def _bad_start(error, module, handler, code_dir):
    if isinstance(error, SyntaxError):
        return ("[ERROR] Runtime.UserCodeSyntaxError: Syntax error in module '%s': %s\nTraceback (most recent call last):\n"
                "  File \"/var/task/%s.py\" Line %s\n    %s" % (module, error, module, error.lineno, (error.text or "").strip()))
    if isinstance(error, ImportError):
        return "[ERROR] Runtime.ImportModuleError: Unable to import module '%s': %s" % (module, error)
    if isinstance(error, AttributeError) and str(error).endswith("has no attribute '%s'" % handler):
        return "[ERROR] Runtime.HandlerNotFound: Handler '%s' missing on module '%s'" % (handler, module)
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith(code_dir)]
    return _text(type(error).__name__, error, frames, code_dir)
class _Line(logging.Formatter):
    converter = time.gmtime
    def format(self, record):
        record.request = _ctx.get("request_id", "")
        return super().format(record)
def _ready():
    line = logging.StreamHandler(sys.stderr)
    line.setFormatter(_Line("[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(request)s\t%(message)s", "%Y-%m-%dT%H:%M:%S"))
    logging.getLogger().addHandler(line)
'''
script = expect(runtime, "_PYTHON_WORKER_SCRIPT")
for old, new in [
    ('"error": str(e)}', '"error": _bad_start(e, module_name, handler_name, code_dir)}'),
    ('"trace": traceback.format_exc()', '"trace": _crash(e, code_dir)'),
    ('_ms_ctx = _ms_msg.get("ctx") or {}', '_ms_ctx = _ms_msg.get("ctx") or {}; _ctx.update(_ms_ctx)'),
    ("    sys.stdout = sys.stderr\n", "    sys.stdout = sys.stderr; _ready()\n"),
]:
    if script.count(old) != 1:
        leave(3, f"this version of MiniStack does not fit: its Python worker has changed near {old.strip()}")
    script = script.replace(old, new)
runtime._PYTHON_WORKER_SCRIPT = WORKER + script


@wrap(fn, "_execute_function_warm", "func event request_id")
def execute_function_warm(original, func, event, request_id):
    answer = original(func, event, request_id)
    body, log = answer.get("body"), answer.get("log") or ""
    if answer.get("error") and isinstance(body, dict):
        start, failed, text = str(body.get("errorMessage", "")).partition("Worker init failed: ")
        log = text if failed else log
        if body.get("errorType") == "Sandbox.Timedout":
            body["errorMessage"] = f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime())}.000Z {request_id} {start}"
            log = log.replace(start, body["errorMessage"])
        for kind, message in re.findall(r"^\[ERROR\] ([\w.]+): (.*)$", log, re.M)[-1:]:
            body["errorType"], body["errorMessage"] = kind, message
        answer["log"] = log
    retire_workers()
    return answer


@wrap(fn, "_emit_lambda_logs", "func request_id log_text error duration_ms log_source")
def emit_lambda_logs(original, func, request_id, log_text, *args, **kwargs):
    """A traceback is one event on AWS. MiniStack makes one of each line, so its line breaks travel disguised."""
    block = r"^\[ERROR\] .*\nTraceback \(most recent call last\):\n(?:  .*\n?)*"
    hidden = re.sub(block, lambda found: found[0].rstrip("\n").replace("\n", "\0") + "\n", log_text or "", flags=re.M)
    return original(func, request_id, hidden, *args, **kwargs)


@wrap(logs, "_append_log_events", "stream events")
def append_log_events(original, stream, events):
    return original(stream, [{**event, "message": event["message"].replace("\0", "\n")} for event in events])


@wrap(fn, "invalidate_worker", "func_name qualifier account region")
def invalidate_worker(original, func_name, qualifier=None, account=None, region=None):
    """MiniStack ends the workers of every account here, and functions of a template have equal names in each."""
    return original(func_name, qualifier, account or get_account_id(), region or get_region())


WARM = int(os.environ.get("EDEMLAB_WARM_FUNCTIONS", "24"))


def retire_workers(ttl=None):
    """MiniStack keeps a function's first worker for ever, at 47 MB each. A class has hundreds of functions."""
    limit = time.time() - (runtime._LOCAL_WORKER_TTL if ttl is None else ttl)
    with runtime._lock:
        idle = sorted((w for p in runtime._workers.values() for w in p if not w.in_use), key=lambda w: w.last_used)
        gone = [w for i, w in enumerate(idle) if w.last_used < limit or i < len(idle) - WARM]
        for key, pool in list(runtime._workers.items()):
            runtime._workers[key] = [w for w in pool if w not in gone]
    runtime.kill_workers(gone)
    return len(gone)


expect(fn, "reap_idle_workers", "ttl")
fn.reap_idle_workers = runtime.reap_idle_workers = retire_workers

# --- The process.


def alive(pid):
    if os.name != "nt":
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass
        return True
    import ctypes  # on Windows os.kill(pid, 0) would end that process
    handle = ctypes.windll.kernel32.OpenProcess(0x100000, False, pid)  # SYNCHRONIZE
    running = bool(handle) and ctypes.windll.kernel32.WaitForSingleObject(handle, 0) == 0x102  # WAIT_TIMEOUT
    ctypes.windll.kernel32.CloseHandle(handle)
    return running


def watch(owner):
    """Ends with its owner, however that ended."""
    child = os.getppid() == owner  # a child is handed on when its parent goes, even if that stays as a zombie
    while os.getppid() == owner if child else alive(owner):
        time.sleep(1)
    leave(0)


@wrap(hypercorn.asyncio, "serve", "app config shutdown_trigger mode")
async def serve(original, application, config):
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: leave(0))
    threading.Thread(target=app._get_module, args=("cloudformation",), daemon=True).start()
    await original(application, config, shutdown_trigger=asyncio.Event().wait)


if os.environ.get("EDEMLAB_OWNER_PID", "").isdigit():
    threading.Thread(target=watch, args=(int(os.environ["EDEMLAB_OWNER_PID"]),), daemon=True).start()
app.main()
