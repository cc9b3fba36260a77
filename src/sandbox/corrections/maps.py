"""Step Functions: a Distributed Map does its work in the name of the machine's role, and writes its results to S3.

https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
"""
import contextvars
import copy
import json
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor, wait

from ministack.core.responses import now_iso
from ministack.services import s3, stepfunctions as machines

from .fit import expect_all, wrap
from .machines import context_of, execution_of, fail_state, machine_of, must_reach, reaches
from .roles import refused

expect_all(machines, "_executions _map_runs _ExecutionError", _resolve_params_obj="template data ctx",
           _resolve_path_or_ctx="path data ctx", _run_sub_machine="states start_at input_data execution ctx",
           _apply_result_selector="state_def data", _apply_result_path="state_def original result",
           _apply_output_path="state_def data ctx", _next_or_end="state_def")
expect_all(s3, "", _put_object="bucket_name key body headers")

LARGEST = 256 * 1024  # bytes of a state's output
AT_ONCE = 64  # where the machine sets no limit; AWS starts ten thousand
ENDED = {"SUCCEEDED": "succeeded", "FAILED": "failed", "ABORTED": "aborted"}


def allow(execution, error, action, resource):
    """Ends the state with this error when the machine's role may not do that."""
    role = (machine_of(execution) or {}).get("roleArn", "")
    why = refused(role, uuid.uuid4().hex[:32], action, resource)
    if why:
        about = f"Service: {'S3' if action.startswith('s3:') else 'Sfn'}, Status Code: 403, Request ID: {uuid.uuid4()}"
        raise machines._ExecutionError(error, f"{why} ({about})")


def target(template, effective, ctx):
    parameters = template.get("Parameters") or template.get("Arguments") or {}
    must_reach(parameters, effective, ctx)
    return machines._resolve_params_obj(parameters, effective, ctx)


@wrap(machines, "_read_map_items", "reader effective ctx")
def read_map_items(original, reader, effective, ctx):
    where, bucket = target(reader, effective, ctx), "arn:aws:s3:::"
    if reader.get("Resource", "").endswith("listObjectsV2"):
        action, resource = "s3:ListBucket", f"{bucket}{where.get('Bucket')}"
    else:
        action, resource = "s3:GetObject", f"{bucket}{where.get('Bucket')}/{where.get('Key')}"
    allow(machines._executions[ctx["Execution"]["Id"]], "States.ItemReaderFailed", action, resource)
    try:
        return original(reader, effective, ctx)
    except (ValueError, LookupError) as error:
        raise machines._ExecutionError("States.ItemReaderFailed", f"The items cannot be read: {error}") from None


# --- The run and its children.

def limit(state, effective, ctx):
    """How many children at once; 0 is as many as there are."""
    path = state.get("MaxConcurrencyPath")
    if path is None:
        return int(state.get("MaxConcurrency") or 0)
    found = machines._resolve_path_or_ctx(path, effective, ctx) if reaches(path, effective) else None
    if not isinstance(found, int) or isinstance(found, bool) or found < 0:
        fail_state(ctx, f"The MaxConcurrencyPath field refers to value '{found}' which is not a valid non-negative integer: "
                        f"{path}")
    return found


class Run:
    """A Map Run, as the API shows it in MiniStack's own store, and its children."""

    def __init__(self, state, execution, at_once):
        self.execution, self.lock = execution, threading.Lock()
        machine = execution["stateMachineArn"]
        self.below = "{}/" + (state.get("Label") or str(uuid.uuid4()))
        self.kind = machine.split(":")[-1]
        self.stem = machine.rsplit(":", 2)[0]
        self.id = str(uuid.uuid4())
        self.shown = {
            "mapRunArn": f"{self.stem}:mapRun:{self.below.format(self.kind)}:{self.id}",
            "executionArn": execution["executionArn"], "status": "RUNNING", "startDate": now_iso(),
            "maxConcurrency": at_once, "redriveCount": 0,
            "toleratedFailurePercentage": float(state.get("ToleratedFailurePercentage") or 0),
            "toleratedFailureCount": int(state.get("ToleratedFailureCount") or 0),
            "itemCounts": counts(0), "executionCounts": counts(0), "_stateMachineArn": self.below.format(machine),
        }
        self.arn = self.shown["mapRunArn"]
        machines._map_runs[self.arn] = self.shown
        machines._add_event(execution, "MapRunStarted", {"mapRunStartedEventDetails": {"mapRunArn": self.arn}})

    def count(self, **changes):
        with self.lock:
            for counted in (self.shown["itemCounts"], self.shown["executionCounts"]):
                for name, by in changes.items():
                    counted[name] += by

    def end(self, status, **details):
        self.shown.update(status=status, stopDate=now_iso())
        kind = status.capitalize()
        about = {f"mapRun{kind}EventDetails": details} if details else None
        machines._add_event(self.execution, f"MapRun{kind}", about)

    def child(self, given):
        name = str(uuid.uuid4())
        child = {
            "executionArn": f"{self.stem}:execution:{self.below.format(self.kind)}:{name}", "name": name,
            "stateMachineArn": self.shown["_stateMachineArn"], "mapRunArn": self.arn, "status": "RUNNING",
            "startDate": now_iso(), "stopDate": None, "input": json.dumps(given), "inputDetails": {"included": True},
            "output": None, "outputDetails": {"included": True}, "events": [], "mockAttempts": {},
            "testCase": self.execution.get("testCase"),
        }
        machines._executions[child["executionArn"]] = child
        machines._add_event(child, "ExecutionStarted", {"executionStartedEventDetails": {
            "input": child["input"], "roleArn": (machine_of(child) or {}).get("roleArn", "")}})
        self.count(pending=-1, running=1)
        return child

    def end_child(self, child, status, **details):
        """Only once: who was stopped stays so, whatever still comes of it."""
        with self.lock:
            if child["status"] != "RUNNING":
                return
            child.update(status=status, stopDate=now_iso(), **details)
        self.count(running=-1, **{ENDED[status]: 1})
        about = {name: value for name, value in details.items() if value is not None}
        machines._add_event(child, f"Execution{status.capitalize()}", {
            f"execution{status.capitalize()}EventDetails": about})


def counts(pending):
    names = "running succeeded failed timedOut aborted resultsWritten failuresNotRedrivable pendingRedrive".split()
    return {**dict.fromkeys(names, 0), "pending": pending, "total": pending}


running = {}  # the ARN of a run -> the run, while it runs


@wrap(machines, "_run_distributed_map", "state_def raw_input effective iterator execution ctx")
def run_distributed_map(original, state, raw_input, effective, iterator, execution, ctx):
    context_of.set(ctx)
    run = Run(state, execution, limit(state, effective, ctx))
    running[run.arn] = run
    try:
        result = results(run, state, effective, iterator, ctx)
    except machines._ExecutionError as error:
        if execution["status"] == "RUNNING":
            run.end("FAILED", error=error.error, cause=error.cause)
        raise
    finally:
        running.pop(run.arn, None)
    if execution["status"] != "RUNNING":
        return raw_input, None
    run.end("SUCCEEDED")
    output = machines._apply_result_path(state, raw_input, machines._apply_result_selector(state, result))
    output = machines._apply_output_path(state, output, ctx)
    if len(json.dumps(output, ensure_ascii=False).encode()) > LARGEST:
        raise machines._ExecutionError("States.DataLimitExceeded", (
            f"The state/task '{ctx['State']['Name']}' returned a result with a size exceeding the maximum number of "
            "bytes service limit."))
    return output, machines._next_or_end(state)


def results(run, state, effective, iterator, ctx):
    """Runs the children; gives the state's result."""
    execution = run.execution
    if state.get("ItemReader"):
        items = machines._read_map_items(state["ItemReader"], effective, ctx)
    else:
        items = machines._resolve_path_or_ctx(state.get("ItemsPath", "$"), effective, ctx)
    items = items if isinstance(items, list) else [items]
    run.shown.update(itemCounts=counts(len(items)), executionCounts=counts(len(items)))
    if items:
        allow(execution, "States.Permissions", "states:StartExecution", execution["stateMachineArn"])
        # AWS counts it among the least that a run needs, and does not say what for: here the run does not begin without.
        # https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html#iam-policy-run-dist-map
        allow(execution, "States.Permissions", "states:DescribeExecution", execution["executionArn"])
    selector, children = state.get("ItemSelector") or state.get("Parameters"), [None] * len(items)

    def one(index, item):
        if execution["status"] != "RUNNING":
            return  # it was stopped: who waits stays pending
        about = copy.deepcopy(ctx)
        about["Map"] = {"Item": {"Index": index, "Value": item}}
        given = machines._resolve_params_obj(selector, effective, about) if selector else item
        child = children[index] = run.child(given)
        about = {**about, "Execution": {"Id": child["executionArn"], "Input": given, "Name": child["name"],
                                        "StartTime": child["startDate"]},
                 "StateMachine": {"Id": child["stateMachineArn"], "Name": run.below.format(run.kind)}}
        execution_of.set(child)
        context_of.set(about)
        try:
            output = machines._run_sub_machine(iterator.get("States", {}), iterator.get("StartAt"), given, child, about)
            run.end_child(child, "SUCCEEDED", output=json.dumps(output))
        except Exception as problem:
            error = getattr(problem, "error", "States.Runtime"), getattr(problem, "cause", str(problem))
            run.end_child(child, "FAILED", error=error[0], cause=error[1])

    with ThreadPoolExecutor(max_workers=run.shown["maxConcurrency"] or min(len(items), AT_ONCE) or 1) as pool:
        wait([pool.submit(contextvars.copy_context().run, one, *each) for each in enumerate(items)])
    if execution["status"] != "RUNNING":
        return None
    written = written_results(run, state, children, effective, ctx)
    failed = sum(child["status"] == "FAILED" for child in children)
    bounds = [failed > run.shown["toleratedFailureCount"]] if "ToleratedFailureCount" in state else []
    if "ToleratedFailurePercentage" in state:
        bounds.append(failed * 100 > run.shown["toleratedFailurePercentage"] * len(items))
    if failed and (any(bounds) or not bounds):
        raise machines._ExecutionError("States.ExceedToleratedFailureThreshold",
                                       "The specified tolerated failure threshold was exceeded")
    return written


# --- What is made of the results.

def whole(child):
    """A child with all that is known of it."""
    names = {name[0].upper() + name[1:]: child.get(name) for name in (
        "executionArn input name output startDate stateMachineArn status stopDate error cause").split()}
    redrivable = child["status"] != "SUCCEEDED"
    return {**{name: value for name, value in names.items() if value is not None}, "InputDetails": {"Included": True},
            "OutputDetails": {"Included": True}, "RedriveCount": 0,
            "RedriveStatus": "REDRIVABLE" if redrivable else "NOT_REDRIVABLE"}


def formed(children, transformation):
    """Of a child that failed everything is kept, whatever the transformation."""
    formed = []
    for child in children:
        plain = transformation != "NONE" and child["status"] == "SUCCEEDED"
        entry = json.loads(child["output"]) if plain else whole(child)
        formed += entry if transformation == "FLATTEN" and plain and isinstance(entry, list) else [entry]
    return formed


def written_results(run, state, children, effective, ctx):
    writer = state.get("ResultWriter") or {}
    config = writer.get("WriterConfig") or {}
    if not writer.get("Resource"):
        return formed(children, config.get("Transformation", "COMPACT"))
    where, kind = target(writer, effective, ctx), config.get("OutputType", "JSON")
    bucket, prefix = where.get("Bucket", ""), "/".join(filter(None, [where.get("Prefix", "").rstrip("/"), run.id]))

    def put(name, text):
        key, body = f"{prefix}/{name}", text.encode()
        allow(run.execution, "States.ResultWriterFailed", "s3:PutObject", f"arn:aws:s3:::{bucket}/{key}")
        status, _, answer = s3._put_object(bucket, key, body, {"content-type": "application/json"})
        if status != 200:
            raise machines._ExecutionError("States.ResultWriterFailed", f"{bucket}/{key}: {answer}")
        return {"Key": key, "Size": len(body)}

    files = {"FAILED": [], "PENDING": [], "SUCCEEDED": []}
    for status in ("SUCCEEDED", "FAILED"):
        entries = formed([c for c in children if c["status"] == status], config.get("Transformation", "NONE"))
        if entries:
            text = "\n".join(map(json.dumps, entries)) if kind == "JSONL" else json.dumps(entries)
            files[status].append(put(f"{status}_0.{kind.lower()}", text))
    manifest = {"DestinationBucket": bucket, "MapRunArn": run.arn, "ResultFiles": files}
    key = put("manifest.json", json.dumps(manifest))["Key"]
    run.count(resultsWritten=len(children))
    return {"MapRunArn": run.arn, "ResultWriterDetails": {"Bucket": bucket, "Key": key}}


# --- A run that is stopped takes its children with it.

@wrap(machines, "_stop_execution", "data")
def stop_execution(original, data):
    answer = original(data)
    for run in [run for run in list(running.values()) if run.shown["executionArn"] == data.get("executionArn")]:
        if answer[0] == 200 and run.shown["status"] == "RUNNING":
            run.end("ABORTED")
            for child in list(machines._executions.values()):
                if child.get("mapRunArn") == run.arn:
                    run.end_child(child, "ABORTED")
    return answer


@wrap(machines, "_scaled_sleep", "seconds")
def scaled_sleep(original, seconds):
    """Who was stopped while waiting makes no further attempt."""
    original(seconds)
    if (execution_of.get() or {}).get("status") == "ABORTED":
        raise machines._ExecutionError("States.Aborted", "The execution was stopped")
