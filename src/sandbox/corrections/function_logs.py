"""What a function's runs leave in CloudWatch Logs: in which stream, from when on, and as text or as JSON."""
import contextvars
import json
import re
import time
import uuid

from ministack.services import cloudwatch_logs as logs, lambda_svc as fn

from .fit import expect_all, wrap
from .functions import logging_of, session_of
from .roles import refused

expect_all(logs, "_log_groups", _make_group_arn_no_star="name", _create_log_group="data", _create_log_stream="data")

LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")


def log_group(config):
    return logging_of(config)["LogGroup"]


def may_log(config):
    """A function's log is written in its role's name: a role without a policy for CloudWatch Logs leaves none."""
    group = log_group(config)
    arn = logs._make_group_arn_no_star(group)
    needed = [(f"logs:{verb}", f"{arn}:log-stream:any") for verb in ("CreateLogStream", "PutLogEvents")]
    if group not in logs._log_groups:
        needed.append(("logs:CreateLogGroup", arn))
    return not any(refused(config.get("Role", ""), session_of(config.get("FunctionName")), *each) for each in needed)


begun = contextvars.ContextVar("begun", default=None)  # this thread's run: its first line, its stream, its logging, its id


@wrap(fn, "_execute_function_dispatch", "func config event request_id started")
def execute_function_dispatch(original, func, config, event, request_id, started):
    """A run is in its log as soon as it begins. MiniStack writes all of it at the end, at that moment's time."""
    before = begun.set(begin_log(config, request_id) if may_log(config) else None)
    try:
        return original(func, config, event, request_id, started)
    finally:
        begun.reset(before)


def begin_log(config, request_id):
    logging, version, now = logging_of(config), config.get("Version", "$LATEST"), int(time.time() * 1000)
    group, function = logging["LogGroup"], config.get("FunctionName")
    # In a group that functions may share, a stream says whose it is.
    whose = "" if group == f"/aws/lambda/{function}" else function
    name = f"{time.strftime('%Y/%m/%d', time.gmtime())}/{whose}[{version}]{uuid.uuid4().hex}"
    logs._create_log_group({"logGroupName": group})  # answers with an error where there is one already, which is as well
    logs._create_log_stream({"logGroupName": group, "logStreamName": name})
    start, stream = f"START RequestId: {request_id} Version: {version}", logs._log_groups[group]["streams"][name]
    first = as_logged(start, logging, request_id)
    if first:
        logs._append_log_events(stream, [{"timestamp": now, "message": first, "ingestionTime": now}])
    return start, stream, logging, request_id


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
    start, own, logging, request_id = begun.get() or (None, stream, None, None)
    if not start or not events or events[0]["message"] != start:
        return original(stream, [{**event, "message": event["message"].replace("\0", "\n")} for event in events])
    unused.set(stream)
    lines = [event["message"].replace("\0", "\n") for event in events[1:]]
    status = status_of(lines)
    told = [as_logged(line + (status if line.startswith("REPORT ") else ""), logging, request_id) for line in lines]
    return original(own, [{**event, "message": line} for event, line in zip(events[1:], told) if line])


def status_of(lines):
    """What the report of a run says behind its numbers when the runtime, not the code, has failed."""
    for line in lines:
        if "Task timed out after" in line:
            return "\tStatus: timeout"
        found = re.match(r"\[ERROR\] (Runtime\.\w+):", line)
        if found:
            return f"\tStatus: error\tError Type: {found[1]}"
    return ""


def as_logged(line, logging, request_id):
    """A line of text as the function's log has it; None where its level leaves it out."""
    if logging["LogFormat"] != "JSON":
        return line
    now = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) + ".000Z"
    found = re.match(r"(START|END|REPORT) RequestId: (\S+)", line)
    if found:
        return of_platform(found[1], line, logging["SystemLogLevel"], now, request_id)
    crash = re.match(r"\[ERROR\] ([\w.]+): (.*)(?:\n((?:.|\n)*))?", line)
    if crash:
        trace = [part + "\n" for part in (crash[3] or "").splitlines() if part.startswith("  ")]
        return json.dumps({"timestamp": now, "log_level": "ERROR", "errorMessage": crash[2], "errorType": crash[1],
                           "requestId": request_id, "stackTrace": trace})
    said = re.match(r"\[(\w+)\]\t(\S+)\t(\S*)\t((?:.|\n)*)", line)
    if said:  # by a logger; what is printed is logged as it is
        level = {"WARNING": "WARN", "CRITICAL": "FATAL"}.get(said[1], said[1])
        if LEVELS.index(level) < LEVELS.index(logging["ApplicationLogLevel"]):
            return None
        return json.dumps({"timestamp": said[2], "level": said[1], "message": said[4], "logger": "root",
                           "requestId": request_id})
    return line


def of_platform(what, line, level, now, request_id):
    status = (re.search(r"\tStatus: (\w+)", line) or [0, "success"])[1]
    if what == "END" or level == "WARN" and (what == "START" or status == "success"):
        return None
    record = {"requestId": request_id}
    if what == "REPORT":
        record["metrics"] = {"durationMs": float((re.search(r"Duration: (\d+)", line) or [0, 0])[1])}
        record["status"] = status
        kind = re.search(r"\tError Type: (\S+)", line)
        record.update({"errorType": kind[1]} if kind else {})
    else:
        record["version"] = line.rsplit(" ", 1)[-1]
    return json.dumps({"time": now, "type": f"platform.{what.lower()}", "record": record})
