"""Lambda: which functions can be made and run, what a crash looks like, and how many stay in memory."""
import json
import os
import re
import socket
import time

from ministack.core import lambda_runtime as runtime
from ministack.core.responses import error_response_json, get_account_id, get_region, json_response
from ministack.services import ec2, lambda_svc as fn

from .fit import expect, expect_all, misfit, wrap
from .roles import assumable, refused

expect_all(runtime, "_workers _lock _LOCAL_WORKER_TTL", kill_workers="workers")
expect_all(fn, "_functions", _resolve_name="name_or_arn", _get_func_record_for_qualifier="name qualifier",
           reap_idle_workers="ttl")
expect_all(ec2, "_vpc_endpoints _nat_gateways")

NOT_ASSUMABLE = "The role defined for the function cannot be assumed by Lambda."
NO_INTERFACE = "The provided execution role does not have permissions to call CreateNetworkInterface on EC2"


def refused_role(data):
    return None if assumable(data.get("Role", "")) else NOT_ASSUMABLE


def refused_function(data):
    """Why AWS makes no function of this; None when it does."""
    role = data.get("Role", "")
    why = refused_role(data)
    if not why and (data.get("VpcConfig") or {}).get("SubnetIds"):
        interfaces = f"arn:aws:ec2:{get_region()}:{get_account_id()}:*/*"
        why = refused(role, session_of(None), "ec2:CreateNetworkInterface", interfaces) and NO_INTERFACE
    return why


def checked(refusal, when=lambda data: True):
    """An operation of the API that answers InvalidParameterValueException when it is refused."""
    def answer(original, *args):
        why = refusal(args[-1]) if when(args[-1]) else None
        return error_response_json("InvalidParameterValueException", why, 400) if why else original(*args)
    return answer


wrap(fn, "_create_function", "data")(checked(refused_function))
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


def logging_of(config):
    """The logging that a function has, with what AWS adds: logs as JSON have levels, logs as text have none."""
    own = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{config.get('FunctionName')}"}
    logging = {**own, **(config.get("LoggingConfig") or {})}
    if logging["LogFormat"] == "JSON":
        logging = {"ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO", **logging}
    return logging


# --- A function in a VPC reaches AWS only by a way out of it.

dark = socket.create_server(("127.0.0.1", 0), backlog=512)  # takes connections, and never says anything


def has_way_out(vpc):
    ways = [*ec2._vpc_endpoints.values(), *ec2._nat_gateways.values()]
    return any(way.get("VpcId") == vpc and way.get("State", "available") in ("available", "pending") for way in ways)


def in_its_network(func):
    """The function as it runs: without a way out, what it asks of AWS gets no answer."""
    config = func.get("config") or func
    network = config.get("VpcConfig") or {}
    if not network.get("SubnetIds") or has_way_out(network.get("VpcId")):
        return func
    variables = {**(config.get("Environment") or {}).get("Variables", {}),
                 "AWS_ENDPOINT_URL": f"http://127.0.0.1:{dark.getsockname()[1]}"}
    return {**func, "config": {**config, "Environment": {"Variables": variables}}}


@wrap(fn, "_execute_function_warm", "func event request_id")
def execute_function_warm(original, func, event, request_id):
    answer = original(in_its_network(func), event, request_id)
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
