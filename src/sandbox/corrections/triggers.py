"""Kinesis triggers: made only if the function's role can read the stream, also by a consumer of its own; each on a thread of
its own, so that one slow function holds up no other account; and as slow as their batching windows make them.
"""
import contextvars
import time

from ministack.core.concurrency import esm_wake, spawn_background
from ministack.core.responses import error_response_json, get_account_id, request_scope
from ministack.services import kinesis, lambda_svc as fn

from .fit import expect_all, wrap
from .functions import checked, refused_role, session_of
from .roles import assumable, refused

expect_all(fn, "_kinesis_positions _esm_backoff_until _esms", _resolve_name="name_or_arn",
           _get_func_record_for_qualifier="name qualifier", _resolve_existing_esm_function="function_ref")
expect_all(kinesis, "_streams _consumers")

CANNOT_ACCESS = ("Cannot access stream {}. Please ensure the role can perform the GetRecords, GetShardIterator, "
                 "DescribeStream, ListShards, and ListStreams Actions on your stream in IAM.")


def stream_of(source):
    """The stream that is read by it, or by this consumer of it with enhanced fan-out."""
    return source.split("/consumer/", 1)[0] if source.split(":")[2:3] == ["kinesis"] else source


def refused_read(role, source):
    """Why this role cannot read this stream, or by this consumer; None when it can."""
    stream = stream_of(source)
    needed = [(action, stream) for action in ("DescribeStream", "ListShards")]
    needed += [(action, stream) for action in ("GetShardIterator", "GetRecords") if source == stream]
    needed += [("SubscribeToShard", source)] * (source != stream)
    each = (refused(role, session_of(None), f"kinesis:{action}", resource) for action, resource in needed)
    return next(filter(None, each), None)


@wrap(fn, "_validate_event_source_arn", "event_source_arn")
def validate_event_source_arn(original, event_source_arn):
    return original(stream_of(event_source_arn))


def refused_trigger(data):
    """Why AWS makes no trigger of this; None when it does."""
    source = data.get("EventSourceArn", "")
    stream = stream_of(source)
    func, _ = fn._get_func_record_for_qualifier(fn._resolve_name(data.get("FunctionName", "")), None)
    if func and stream.split(":")[2:5:2] == ["kinesis", get_account_id()]:
        data.setdefault("BatchSize", 100)
        found = kinesis._streams.get_scoped(*stream.split(":")[4:2:-1], stream.rsplit("/", 1)[-1])
        if not found or found.get("StreamARN") != stream:
            return f"Stream not found: {stream}"
        if source != stream and source not in kinesis._consumers:
            return f"Consumer not found: {source}"
        role = func["config"].get("Role", "")
        if not assumable(role) or refused_read(role, source):
            return CANNOT_ACCESS.format(stream)
    return None


def already(data):
    """The trigger that this function has on this source already; None where it has none."""
    *function, missing = fn._resolve_existing_esm_function(data.get("FunctionName", ""))
    asked = [data.get("EventSourceArn"), *function]
    same = (esm for esm in fn._esms.values()
            if [esm["EventSourceArn"], esm["FunctionName"], esm.get("Qualifier")] == asked)
    return None if missing else next(same, None)


@wrap(fn, "_create_esm", "data")
def create_esm(original, data):
    there = already(data)
    if there:
        source, name = there["EventSourceArn"], there["FunctionName"]
        return error_response_json(
            "ResourceConflictException",
            f'The event source arn (" {source} ") and function (" {name} ") provided mapping already exists. '
            f"Please update or delete the existing mapping with UUID {there['UUID']}", 409)
    made = checked(refused_trigger)(original, data)
    esm_wake.set()  # a new trigger takes up its position now, not at the next tick
    return made


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
        uuid, source = esm["UUID"], esm.get("EventSourceArn", "")
        arn = stream_of(source)
        if arn.split(":")[2:3] != ["kinesis"] or not esm.get("Enabled", True) or uuid in busy:
            continue
        with request_scope(account, region):
            stream = kinesis._streams.get_scoped(arn.split(":")[4], region, arn.rsplit("/", 1)[-1])
            func, _ = fn._get_func_record_for_qualifier(esm["FunctionName"], esm.get("Qualifier"))
            if not stream or not func or fn._esm_backoff_until.get(uuid, 0) > time.time():
                continue
            seen = fn._kinesis_positions.get(uuid)
            new = seen is None or any(len(s["records"]) > seen.get(k, -1) for k, s in stream["shards"].items())
            if new and seen is not None and collects(esm, stream, seen):
                continue
            if not new and time.time() - looked.get(uuid, 0) < LONGEST_PAUSE:
                continue
            looked[uuid] = time.time()  # AWS reads all the time, and says when it no longer may, records or not
            role = func["config"].get("Role", "")
            why = refused_role(func["config"]) or (refused_read(role, source) if arn.split(":")[4] == account else None)
            if why and seen is not None:
                esm["LastProcessingResult"] = f"PROBLEM: {why}"
                fn._esm_backoff_until[uuid] = time.time() + 1
            elif new:
                busy.add(uuid)
                spawn_background(poll_one, original, account, region, esm, thread_name="sandbox-trigger")
    return False


def collects(esm, stream, seen):
    """Whether the trigger waits for more records: its window is not over, and no batch is full."""
    window = int(esm.get("MaximumBatchingWindowInSeconds") or 0)
    waiting = [shard["records"][seen.get(key, 0):] for key, shard in stream["shards"].items()]
    since = min((records[0]["ApproximateArrivalTimestamp"] for records in waiting if records), default=0)
    return time.time() < since + window and all(len(records) < esm.get("BatchSize", 100) for records in waiting)


def poll_one(original, account, region, esm):
    uuid = esm["UUID"]
    try:
        # MiniStack knows no consumers.
        polled = {**esm, "EventSourceArn": stream_of(esm.get("EventSourceArn", ""))}
        only.set((account, region, polled))
        with request_scope(account, region):
            original()
            esm["LastProcessingResult"] = polled["LastProcessingResult"]
            # A batch that fails is tried again, less and less often: each try starts a process.
            failures[uuid] = failures.get(uuid, 0) + 1 if uuid in fn._esm_backoff_until else 0
            if failures[uuid]:
                fn._esm_backoff_until[uuid] = time.time() + min(2 ** (failures[uuid] - 1), LONGEST_PAUSE)
    finally:
        busy.discard(uuid)
        esm_wake.set()
