"""Step Functions' tasks: calling a function in the machine's name, and waiting for somebody to return the token."""
import json
import uuid

from ministack.core import iam_actions
from ministack.core.responses import error_response_json, get_account_id
from ministack.services import lambda_svc as fn, stepfunctions as machines

from .fit import expect_all, wrap
from .machines import SERVICE, execution_of, machine_of, token_of
from .roles import assumable, refused

expect_all(machines, "_executions _task_tokens _ExecutionError _add_event")
expect_all(fn, "", _get_func_record_for_ref="function_ref")

waiting = {}  # a task's token -> the ARN of its execution, while it waits
given = {}  # every token -> the ARN of its machine


@wrap(machines, "_resolve_lambda_function_ref", "value optimized")
def resolve(original, value, optimized):
    """Who calls a function of another account needs its policy as well; no function of the sandbox has one."""
    parts = value.split(":") if isinstance(value, str) and value.startswith("arn:") else []
    if optimized and len(parts) > 6 and parts[4] != get_account_id():
        role = (machine_of(execution_of.get() or {}) or {}).get("roleArn", "")
        caller = f"arn:aws:sts::{get_account_id()}:assumed-role/{role.rsplit('/', 1)[-1]}/{uuid.uuid4().hex[:32]}"
        raise machines._ExecutionError("Lambda.AWSLambdaException", (
            f"User: {caller} is not authorized to perform: lambda:InvokeFunction on resource: {value} because no "
            f"resource-based policy allows the lambda:InvokeFunction action (Service: AWSLambda; Status Code: 403; "
            f"Error Code: AccessDeniedException; Request ID: {uuid.uuid4()}; Proxy: null)"))
    return original(value, optimized)


def may_not_invoke(function):
    """Why the machine's role may not call this function, as the task's error says it; None when it may."""
    machine = machine_of(execution_of.get() or {})
    record = fn._get_func_record_for_ref(function)[1]
    if not machine or not record:
        return None
    role, arn = machine.get("roleArn", ""), function if function.startswith("arn:") else record["FunctionArn"]
    if not assumable(role, SERVICE):
        return f"The role {role} is not authorized to be assumed by the state machine"
    why = refused(role, uuid.uuid4().hex[:32], "lambda:InvokeFunction", arn)
    return why and (f"{why} (Service: AWSLambda; Status Code: 403; Error Code: AccessDeniedException; "
                    f"Request ID: {uuid.uuid4()}; Proxy: null)")


@wrap(machines, "_call_lambda", "func_ref event")
def call_lambda(original, func_ref, event):
    token = token_of.get()
    token_of.set(None)
    try:
        why = may_not_invoke(func_ref)
        if why:
            raise machines._ExecutionError("Lambda.AWSLambdaException", why)
        result = original(func_ref, event)
    except machines._ExecutionError as error:
        if '"TooManyRequestsException"' in error.cause:  # MiniStack gives it no name that a Retry could mean
            error.error = "Lambda.TooManyRequestsException"
        task = machines._task_tokens.get(token) if token else None
        if task:  # who cannot even be told the token will never return it: the task ends here
            task["error"] = {"Error": error.error, "Cause": error.cause}
            task["event"].set()
        raise
    if token:
        submitted = {"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": result}
        machines._add_event(execution_of.get(), "TaskSubmitted", {"taskSubmittedEventDetails": {
            "resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "output": json.dumps(submitted)}})
    return result


@wrap(machines, "_invoke_with_callback", "resource input_data token state_def")
def invoke_with_callback(original, resource, input_data, token, state_def):
    execution = execution_of.get() or {}
    waiting[token], given[token] = execution.get("executionArn"), execution.get("stateMachineArn")
    token_of.set(token)
    try:
        return original(resource, input_data, token, state_def)
    finally:
        waiting.pop(token, None)
        token_of.set(None)


@wrap(machines, "_stop_execution", "data")
def stop_execution(original, data):
    answer = original(data)
    for token in [t for t, arn in list(waiting.items()) if arn == data.get("executionArn")] if answer[0] == 200 else ():
        task = machines._task_tokens.pop(token, None)
        if task:
            task["event"].set()  # the thread that waits can go
    return answer


@wrap(machines, "_fail_execution", "execution error cause")
def fail_execution(original, execution, error, cause):
    return original(execution, error, cause) if execution["status"] == "RUNNING" else None


def returning(original, data):
    """A token that is no token, and one whose task is over, are different errors on AWS."""
    token = data.get("taskToken")
    if token in machines._task_tokens:
        return original(data)
    try:
        uuid.UUID(token)
    except (ValueError, TypeError, AttributeError):
        return error_response_json("InvalidToken", "Invalid Token: 'Invalid token'", 400)
    return error_response_json("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'", 400)


@wrap(machines, "_send_task_success", "data")
def send_task_success(original, data):
    try:
        json.loads(data.get("output", ""))
    except (ValueError, TypeError):
        return error_response_json("InvalidOutput", "Invalid Output: 'INVALID_JSON'", 400)
    return returning(original, data)


wrap(machines, "_send_task_failure", "data")(returning)
wrap(machines, "_send_task_heartbeat", "data")(returning)


@wrap(iam_actions, "extract_resource_arn", "service method path headers body query_params region account_id")
def extract_resource_arn(original, service, method, path, headers, body, *args):
    """Returning a token is allowed on the machine whose execution waits for it."""
    if service == "states" and ".SendTask" in headers.get("x-amz-target", ""):
        try:
            return given.get(json.loads(body).get("taskToken")) or "*"
        except (ValueError, AttributeError, TypeError):
            return "*"
    return original(service, method, path, headers, body, *args)
