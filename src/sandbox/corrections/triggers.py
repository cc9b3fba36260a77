"""Kinesis triggers: made only if the function's role can read the stream, and each on a thread of its own, so that one
slow function holds up no other account.
"""
import contextvars
import time

from ministack.core.concurrency import esm_wake, spawn_background
from ministack.core.responses import get_account_id, request_scope
from ministack.services import kinesis, lambda_svc as fn

from .fit import expect_all, wrap
from .functions import checked, refused_role, session_of
from .roles import assumable, refused

expect_all(fn, "_kinesis_positions _esm_backoff_until", _resolve_name="name_or_arn",
           _get_func_record_for_qualifier="name qualifier")
expect_all(kinesis, "_streams")

CANNOT_ACCESS = ("Cannot access stream {}. Please ensure the role can perform the GetRecords, GetShardIterator, "
                 "DescribeStream, ListShards, and ListStreams Actions on your stream in IAM.")


def refused_read(role, stream):
    """Why this role cannot read this stream; None when it can."""
    each = (refused(role, session_of(None), f"kinesis:{action}", stream)
            for action in ("DescribeStream", "GetShardIterator", "GetRecords", "ListShards"))
    return next(filter(None, each), None)


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


@wrap(fn, "_create_esm", "data")
def create_esm(original, data):
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
