"""Step Functions: which machines can be made, and what the history of an execution tells."""
import contextvars
import json
import re

from ministack.core.responses import error_response_json, get_region
from ministack.services import stepfunctions as machines

from .cloudformation import creating, refuse
from .fit import expect_all, wrap
from .roles import assumable

expect_all(machines, "_state_machines _executions _ExecutionError")

SERVICE = "states.amazonaws.com"
NOT_ASSUMABLE = ("Neither the global service principal states.amazonaws.com, nor the regional one is authorized to "
                 "assume the provided role.")


def machine_of(execution):
    """The machine of an execution; that of a Distributed Map's child has the state's label behind a slash."""
    return machines._state_machines.get((execution.get("stateMachineArn") or "").partition("/")[0])


# --- What can be made.

def states_of(definition, at=""):
    for name, state in (definition.get("States") or {}).items():
        yield f"{at}/States/{name}", state
        for i, branch in enumerate(state.get("Branches") or []):
            yield from states_of(branch, f"{at}/States/{name}/Branches[{i}]")
        for part in ("ItemProcessor", "Iterator"):
            yield from states_of(state.get(part) or {}, f"{at}/States/{name}/{part}")


def mistake(definition, kind):
    """Why AWS refuses a definition; None when it does not."""
    try:
        tasks = [(at, s.get("Resource", "")) for at, s in states_of(json.loads(definition)) if s.get("Type") == "Task"]
    except (ValueError, AttributeError):
        return "Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION'"
    for at, resource in tasks:
        if not re.fullmatch(r"arn:aws[a-z-]*:\S+", resource):
            what = "Value is not a valid resource ARN"
        elif kind == "EXPRESS" and resource.endswith((".waitForTaskToken", ".sync", ".sync:2")):
            what = "Express state machine does not support " + resource[resource.rindex("."):] + " service integration"
        else:
            continue
        return f"Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: {what} at {at}/Resource'"
    return None


@wrap(machines, "_create_state_machine", "data")
def create_state_machine(original, data):
    why = mistake(data.get("definition"), data.get("type"))
    if why:
        return error_response_json("InvalidDefinition", why, 400)
    if data.get("roleArn") and not assumable(data["roleArn"], SERVICE):
        return error_response_json("AccessDeniedException", NOT_ASSUMABLE, 400)
    return original(data)


@wrap(machines, "_update_state_machine", "data")
def update_state_machine(original, data):
    kind = (machines._state_machines.get(data.get("stateMachineArn")) or {}).get("type")
    why = mistake(data["definition"], kind) if data.get("definition") else None
    return error_response_json("InvalidDefinition", why, 400) if why else original(data)


@creating("AWS::StepFunctions::StateMachine")
def create_by_template(original, logical_id, props, stack_name):
    from ministack.services.cloudformation import provisioners
    refuse(mistake(provisioners._sfn_definition(props), props.get("StateMachineType")))
    refuse(None if assumable(props.get("RoleArn"), SERVICE) else NOT_ASSUMABLE)
    return original(logical_id, props, stack_name)


# --- What can be asked of an Express machine: its executions are in its log, if it has one, and nowhere else.

def standard_only(original, data):
    execution = machines._executions.get(data.get("executionArn")) or {}
    machine = machines._state_machines.get(data.get("stateMachineArn") or execution.get("stateMachineArn")) or {}
    if machine.get("type") == "EXPRESS":
        return error_response_json("StateMachineTypeNotSupported",
                                   "This operation is not supported by this type of state machine", 400)
    return original(data)


for name in ("_list_executions", "_describe_execution", "_get_execution_history"):
    wrap(machines, name, "data")(standard_only)


# --- The history, in AWS's own shapes.

execution_of, parameters_of, token_of, state_of, context_of = (
    contextvars.ContextVar(name, default=None) for name in ("execution", "parameters", "token", "state", "context"))
TASK = ("TaskScheduled", "TaskSubmitted", "TaskSucceeded", "TaskFailed")
INTEGRATION = re.compile(r"arn:aws[a-z-]*:states:::((?:aws-sdk:)?[\w-]+):(.+)")


@wrap(machines, "_execute_task", "state_def raw_input execution ctx")
def execute_task(original, state_def, raw_input, execution, ctx):
    execution_of.set(execution)
    state_of.set(state_def)
    context_of.set(ctx)
    return original(state_def, raw_input, execution, ctx)


@wrap(machines, "_apply_parameters", "state_def data ctx")
def apply_parameters(original, state_def, data, ctx=None):
    waits = state_def.get("Resource", "").endswith(".waitForTaskToken")
    must_reach(state_def.get("Parameters"), data, ctx, () if waits else ("$$.Task.Token",))
    parameters_of.set(original(state_def, data, ctx))
    return parameters_of.get()


@wrap(machines, "_apply_jsonata_arguments", "state_def raw_input ctx")
def apply_arguments(original, state_def, raw_input, ctx=None):
    parameters_of.set(original(state_def, raw_input, ctx))
    return parameters_of.get()


def shaped(kind, given):
    """A task's event: its type, the name of its details and the details."""
    resource, verb = given["resource"], kind.removeprefix("Task")
    found, timeout = INTEGRATION.fullmatch(resource), (state_of.get() or {}).get("TimeoutSeconds")
    limit = {"timeoutInSeconds": timeout} if isinstance(timeout, int) else {}
    if found:
        details = {**given, "resourceType": found[1], "resource": found[2]}
        if verb == "Scheduled":
            details |= {"region": get_region(), "parameters": json.dumps(parameters_of.get()), **limit}
        return kind, f"task{verb}EventDetails", details
    if ":function:" not in resource:
        return kind, f"task{verb}EventDetails", given
    details = {"resource": resource, "input": json.dumps(parameters_of.get()), **limit} if verb == "Scheduled" else {
        name: given[name] for name in ("output", "error", "cause") if name in given}
    return f"LambdaFunction{verb}", f"lambdaFunction{verb}EventDetails", details


@wrap(machines, "_add_event", "execution event_type details")
def add_event(original, execution, event_type, details=None):
    if execution["status"] == "ABORTED" and event_type != "ExecutionAborted":
        return {}  # a wait that ends after its execution was stopped
    if event_type in TASK:
        event_type, name, details = shaped(event_type, next(iter(details.values())))
        event = original(execution, event_type, {name: details})
    else:
        event = original(execution, event_type, details)
    event["previousEventId"] = event["id"] - 1
    if event_type == "TaskScheduled":
        about = {key: details[key] for key in ("resourceType", "resource")}
        machines._add_event(execution, "TaskStarted", {"taskStartedEventDetails": about})
    elif event_type == "LambdaFunctionScheduled":
        machines._add_event(execution, "LambdaFunctionStarted")
    return event


# --- A path that leads nowhere ends the execution, where MiniStack goes on with nothing.

SIMPLE = re.compile(r"\$(\.[A-Za-z_][\w-]*)+")


def reaches(path, data):
    """Whether there is something at a path; True for paths that are more than names."""
    if not isinstance(path, str) or not SIMPLE.fullmatch(path):
        return True
    for name in path.split(".")[1:]:
        if not isinstance(data, dict) or name not in data:
            return False
        data = data[name]
    return True


def paths(template):
    for name, value in template.items() if isinstance(template, dict) else ():
        if isinstance(value, dict):
            yield from paths(value)
        elif name.endswith(".$"):
            yield name, value


def must_reach(template, data, ctx, never=()):
    """Every path of a template leads somewhere, and none of those that never do is in it."""
    for field, path in paths(template):
        if not reaches(path, data) or path in never:
            fail_state(ctx, f"The JSONPath '{path}' specified for the field '{field}' could not be found in the input "
                            f"'{json.dumps(data)}'")


def along(field):
    """The path of a state's field has to lead somewhere."""
    def apply(original, state_def, data, ctx=None):
        path = state_def.get(field)
        if not reaches(path, data):
            fail_state(ctx, f"Invalid path '{path}' : Missing property in path $['{path.split('.')[1]}']")
        return original(state_def, data, ctx)
    return apply


wrap(machines, "_apply_input_path", "state_def data ctx")(along("InputPath"))
wrap(machines, "_apply_output_path", "state_def data ctx")(along("OutputPath"))


@wrap(machines, "_apply_result_selector", "state_def data")
def apply_result_selector(original, state_def, data):
    must_reach(state_def.get("ResultSelector"), data, context_of.get())
    return original(state_def, data)


def fail_state(ctx, why):
    state = (ctx or {}).get("State", {}).get("Name")
    execution = machines._executions.get((ctx or {}).get("Execution", {}).get("Id")) or {"events": []}
    entered = [e["id"] for e in execution["events"] if e["type"].endswith("StateEntered")][-1:] or [0]
    raise machines._ExecutionError("States.Runtime", f"An error occurred while executing the state '{state}' (entered at "
                                                     f"the event id #{entered[0]}). {why}")


@wrap(machines, "_evaluate_rule", "rule data ctx")
def evaluate_rule(original, rule, data, ctx=None):
    variable = rule.get("Variable")
    if "IsPresent" not in rule and not reaches(variable, data):
        fail_state(ctx, f"Invalid path '{variable}': The choice state's condition path references an invalid value.")
    return original(rule, data, ctx)
