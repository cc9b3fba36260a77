"""EventBridge: entries that AWS refuses, and the two targets of the course's rules, a log group and a state machine."""
import json
import time
import uuid

from ministack.core.arn import parse_arn
from ministack.core.responses import get_account_id, get_region, json_response
from ministack.services import cloudwatch_logs as logs, eventbridge as events, stepfunctions as machines

from .fit import expect_all, wrap
from .roles import assumable, refused, service_allowed

expect_all(events, "", _pattern_event_view="event", _apply_input_transformer="transformer rule view")
expect_all(logs, "_log_groups _resource_policies _log_group_policies", _create_log_stream="data", _put_log_events="data",
           _make_group_arn_no_star="name")
expect_all(machines, "_state_machines", _start_execution="data", _resolve_state_machine_arn="arn")

SERVICE = "events.amazonaws.com"


def refused_entry(entry):
    """An entry's error, as PutEvents answers it: the call itself succeeds."""
    for name in ("Source", "DetailType", "Detail"):
        if not entry.get(name):
            return "InvalidArgument", f"Parameter {name} is not valid. Reason: {name} is a required argument."
    try:
        if isinstance(json.loads(entry["Detail"]), dict):
            return None
    except (ValueError, TypeError):
        pass
    return "MalformedDetail", "Detail is malformed."


@wrap(events, "_list_rules", "data")
def list_rules(original, data):
    """A rule in a list has no creator: DescribeRule alone names one."""
    answer = original(data)
    if answer[0] != 200:
        return answer
    listed = json.loads(answer[2])
    for rule in listed["Rules"]:
        rule.pop("CreatedBy", None)
    return json_response(listed)


@wrap(events, "_put_events", "data allow_aws_source")
def put_events(original, data, allow_aws_source=False):
    entries = data.get("Entries") or []
    errors = [refused_entry(entry) for entry in entries]
    answer = original({**data, "Entries": [e for e, why in zip(entries, errors) if not why]}, allow_aws_source)
    if answer[0] != 200 or not any(errors):
        return answer
    taken = json.loads(answer[2])
    rest = iter(taken["Entries"])
    return json_response({
        "FailedEntryCount": taken["FailedEntryCount"] + sum(map(bool, errors)),
        "Entries": [{"ErrorCode": why[0], "ErrorMessage": why[1]} if why else next(rest) for why in errors]})


def payload(target, rule, view):
    """What this target gets of an event."""
    if target.get("InputTransformer"):
        return events._apply_input_transformer(target["InputTransformer"], rule, view)
    if target.get("Input"):
        return target["Input"]
    found = view.event_with_detail()
    for part in (target.get("InputPath") or "$").split(".")[1:]:
        found = found.get(part) if isinstance(found, dict) else None
    return json.dumps(found)


@wrap(events, "_invoke_target", "target event rule view")
def invoke_target(original, target, event, rule, view=None):
    arn = target.get("Arn", "")
    if arn.split(":")[2:3] not in (["logs"], ["states"]):
        return original(target, event, rule, view)
    spec = parse_arn(arn)
    if (spec.account_id, spec.region) != (get_account_id(), get_region()):
        return None
    text = payload(target, rule, view or events._pattern_event_view(event))
    return (write if spec.service == "logs" else start)(target, event, rule, text)


def write(target, event, rule, text):
    """Into the log group, if a resource policy of CloudWatch Logs lets EventBridge do so. No role plays a part."""
    name = target["Arn"].split(":log-group:")[-1].removesuffix(":*")
    if name not in logs._log_groups:
        return
    stream = str(uuid.uuid5(uuid.NAMESPACE_URL, rule["Arn"]))
    arn = f"{logs._make_group_arn_no_star(name)}:log-stream:{stream}"
    policies = [*logs._resource_policies.values(), *filter(None, [logs._log_group_policies.get(name)])]
    for verb in ("CreateLogStream", "PutLogEvents"):
        found = {service_allowed(p["policyDocument"], SERVICE, f"logs:{verb}", arn, rule["Arn"]) for p in policies}
        if "Deny" in found or "Allow" not in found:
            return
    message, moment = text, int(time.time() * 1000)
    if target.get("InputTransformer"):  # its template has to be {"timestamp": …, "message": …}
        try:
            message = json.loads(text)["message"]
        except (ValueError, TypeError, KeyError):
            return
    logs._create_log_stream({"logGroupName": name, "logStreamName": stream})
    logs._put_log_events({"logGroupName": name, "logStreamName": stream,
                          "logEvents": [{"timestamp": moment, "message": message}]})


def start(target, event, rule, text):
    """An execution in the name of the target's role, called after the event."""
    role, machine = target.get("RoleArn", ""), machines._resolve_state_machine_arn(target["Arn"])
    if machine and assumable(role, SERVICE) and not refused(role, event["EventId"][:16], "states:StartExecution", machine):
        machines._start_execution({"stateMachineArn": target["Arn"], "input": text,
                                   "name": f"{event['EventId']}_{uuid.uuid4()}"})


@wrap(events, "_validate_target_arn", "target")
def validate_target_arn(original, target):
    refusal = original(target)
    if not refusal and target["Arn"].split(":")[2] == "states" and not target.get("RoleArn"):
        return events.error_response_json("ValidationException", f"RoleArn is required for target {target['Arn']}.", 400)
    return refusal
