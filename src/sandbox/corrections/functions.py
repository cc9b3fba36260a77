"""Lambda: which functions can be made and run, what a crash looks like, and how many stay in memory."""
import contextvars
import json
import os
import re
import time
import uuid

from ministack.core import lambda_runtime as runtime
from ministack.core.responses import error_response_json, get_account_id, get_region, json_response
from ministack.services import cloudwatch_logs as logs, lambda_svc as fn

from .fit import expect, expect_all, misfit, wrap
from .roles import assumable, refused

expect_all(runtime, "_workers _lock _LOCAL_WORKER_TTL", kill_workers="workers")
expect_all(fn, "_functions", _resolve_name="name_or_arn", _get_func_record_for_qualifier="name qualifier",
           reap_idle_workers="ttl")
expect_all(logs, "_log_groups", _make_group_arn_no_star="name", _create_log_group="data", _create_log_stream="data")

NOT_ASSUMABLE = "The role defined for the function cannot be assumed by Lambda."


def refused_role(data):
    return None if assumable(data.get("Role", "")) else NOT_ASSUMABLE


def checked(refusal, when=lambda data: True):
    """An operation of the API that answers InvalidParameterValueException when it is refused."""
    def answer(original, *args):
        why = refusal(args[-1]) if when(args[-1]) else None
        return error_response_json("InvalidParameterValueException", why, 400) if why else original(*args)
    return answer


wrap(fn, "_create_function", "data")(checked(refused_role))
wrap(fn, "_update_config", "name data")(checked(refused_role, when=lambda data: "Role" in data))


def session_of(name):
    """Lambda names a role's session after the function; a trigger's, made by Lambda itself, after the moment."""
    return name or f"awslambda_1_{time.strftime('%Y%m%d%H%M%S')}000"


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


# --- What a crash looks like in the answer and in the log.

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
        misfit(f"its Python worker has changed near {old.strip()}")
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


def log_group(config):
    return (config.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{config.get('FunctionName')}"


def may_log(config):
    """A function's log is written in its role's name: a role without a policy for CloudWatch Logs leaves none."""
    group = log_group(config)
    arn = logs._make_group_arn_no_star(group)
    needed = [(f"logs:{verb}", f"{arn}:log-stream:any") for verb in ("CreateLogStream", "PutLogEvents")]
    if group not in logs._log_groups:
        needed.append(("logs:CreateLogGroup", arn))
    return not any(refused(config.get("Role", ""), session_of(config.get("FunctionName")), *each) for each in needed)


begun = contextvars.ContextVar("begun", default=None)  # of this thread's run: its first line, and the stream that has it


@wrap(fn, "_execute_function_dispatch", "func config event request_id started")
def execute_function_dispatch(original, func, config, event, request_id, started):
    """A run is in its log as soon as it begins. MiniStack writes all of it at the end, at that moment's time."""
    before = begun.set(begin_log(config, request_id) if may_log(config) else None)
    try:
        return original(func, config, event, request_id, started)
    finally:
        begun.reset(before)


def begin_log(config, request_id):
    group, version, now = log_group(config), config.get("Version", "$LATEST"), int(time.time() * 1000)
    name = f"{time.strftime('%Y/%m/%d', time.gmtime())}/[{version}]{uuid.uuid4().hex}"
    logs._create_log_group({"logGroupName": group})  # answers with an error where there is one already, which is as well
    logs._create_log_stream({"logGroupName": group, "logStreamName": name})
    start, stream = f"START RequestId: {request_id} Version: {version}", logs._log_groups[group]["streams"][name]
    logs._append_log_events(stream, [{"timestamp": now, "message": start, "ingestionTime": now}])
    return start, stream


@wrap(fn, "_emit_lambda_logs", "func request_id log_text error duration_ms log_source")
def emit_lambda_logs(original, func, request_id, log_text, *args, **kwargs):
    """A traceback is one event on AWS. MiniStack makes one of each line, so its line breaks travel disguised."""
    if not begun.get():
        return None
    block = r"^\[ERROR\] .*\nTraceback \(most recent call last\):\n(?:  .*\n?)*"
    hidden = re.sub(block, lambda found: found[0].rstrip("\n").replace("\n", "\0") + "\n", log_text or "", flags=re.M)
    original(func, request_id, hidden, *args, **kwargs)
    streams = logs._log_groups.get(log_group(func.get("config") or func), {}).get("streams", {})
    for name in [name for name, stream in list(streams.items()) if stream is unused.get()]:
        del streams[name]


unused = contextvars.ContextVar("unused", default=None)  # the stream that MiniStack makes when a run has ended


@wrap(logs, "_append_log_events", "stream events")
def append_log_events(original, stream, events):
    start, own = begun.get() or (None, stream)
    if start and events and events[0]["message"] == start:
        unused.set(stream)
        stream, events = own, events[1:]
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
