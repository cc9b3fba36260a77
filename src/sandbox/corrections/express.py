"""Amazon ECS Express Mode: services that are made from an image, with a load balancer and an address of their own."""
import json
import time
import uuid

from ministack.core.responses import error_response_json, get_account_id, get_region
from ministack.services import ecs

from . import balancing, control
from .apprunner import image_exists, typed
from .cloudformation import added
from .control import Refused
from .fit import expect, expect_all, misfit
from .roles import assumable

actions = expect(ecs, "_ACTION_MAP")
expect_all(ecs, "_clusters", _create_cluster="data", _resolve_cluster_name="ref")

services = control.store()
BAD = "InvalidParameterException"


HEALTHY = ("/api/health", "/healthz", "/login")  # Grafana sends a visitor of any other page to /login


def why_not_running(container, health):
    """An image that is not there, or a port or page on which nothing answers. The course's image is Grafana's: 3000."""
    image = container.get("image", "")
    if ".dkr.ecr." in image and not image_exists(image):
        return f"CannotPullContainerError: {image} not found"
    port = container.get("containerPort", 80)
    if port == 3000 and health.partition("?")[0] in HEALTHY:
        return None
    return f"Task failed ELB health checks on port {port}, path {health}"


def why_of(revision):
    return why_not_running(revision["primaryContainer"], revision["healthCheckPath"])


KEPT = ("executionRoleArn", "taskRoleArn", "cpu", "memory", "cpuArchitecture", "healthCheckPath", "networkConfiguration",
        "primaryContainer", "scalingTarget")
DEFAULTS = {"cpu": "256", "memory": "512", "cpuArchitecture": "X86_64", "healthCheckPath": "/ping"}
SCALING = {"minTaskCount": 1, "maxTaskCount": 20, "autoScalingMetric": "AVERAGE_CPU", "autoScalingTargetValue": 60}


def revised(before, request, cluster, name):
    """A configuration: what is asked for, else what was there before."""
    base = f"arn:aws:ecs:{get_region()}:{get_account_id()}:"
    revision = {**DEFAULTS, **before, **{k: request[k] for k in KEPT if request.get(k) is not None}}
    revision["primaryContainer"] = {"containerPort": 80, **revision["primaryContainer"]}
    revision["scalingTarget"] = {**SCALING, **(before.get("scalingTarget") or {}), **(request.get("scalingTarget") or {})}
    revision |= {"serviceRevisionArn": f"{base}service-revision/{cluster}/{name}/{uuid.uuid4().int % 10**19}",
                 "taskDefinitionArn": f"{base}task-definition/{cluster}-{name}:1", "createdAt": round(time.time(), 3)}
    return revision


def update(data):
    """A configuration that does not become healthy is rolled back where the one before was."""
    record = get(data.get("serviceArn"))
    control.checked("ecs", "UpdateExpressGatewayService", data, BAD)
    revision = revised(record["activeConfigurations"][0], data, record["cluster"], record["serviceName"])
    if record["why"]:
        record.update(born=time.time(), why=why_of(revision), activeConfigurations=[revision])
    elif not why_of(revision):
        record["activeConfigurations"] = [revision]
    record["updatedAt"] = revision["createdAt"]
    return {**record, "targetConfiguration": revision}


def seen(record):
    status = "INACTIVE" if record.get("gone") else "ACTIVE"
    return {**record, "status": {"statusCode": status, "statusReason": record["why"]}}


def create(request):
    control.checked("ecs", "CreateExpressGatewayService", request, BAD)
    container = request.get("primaryContainer")
    if not container:
        raise Refused(BAD, "primaryContainer is required.")
    for role, service in ((request["infrastructureRoleArn"], "ecs.amazonaws.com"),
                          (request.get("executionRoleArn"), "ecs-tasks.amazonaws.com")):
        if role and not assumable(role, service):
            raise Refused(BAD, f"Unable to assume the role '{role}'. Please verify that its trust policy names {service}.")
    cluster = request.get("cluster", "default").rsplit("/", 1)[-1]
    if cluster == "default":
        ecs._create_cluster({"clusterName": cluster})
    elif cluster not in ecs._clusters:
        raise Refused("ClusterNotFoundException", "Cluster not found.")
    identity, now = uuid.uuid4().hex, time.time()
    name = request.get("serviceName") or f"express-{identity[:8]}"
    base = f"arn:aws:ecs:{get_region()}:{get_account_id()}:"
    arn = f"{base}service/{cluster}/{name}"
    if arn in services and not services[arn].get("gone"):
        raise Refused(BAD, "Creation of service was not idempotent.")
    host = f"{name[:2].lower()}-{identity}.ecs.{get_region()}.on.aws"
    revision = revised({"ingressPaths": [{"accessType": "PUBLIC", "endpoint": f"https://{host}"}]}, request, cluster, name)
    services[arn] = {
        "cluster": cluster, "serviceName": name, "serviceArn": arn, "tags": request.get("tags"), "born": now, "host": host,
        "infrastructureRoleArn": request["infrastructureRoleArn"], "createdAt": round(now, 3), "updatedAt": round(now, 3),
        "currentDeployment": f"{base}service-deployment/{cluster}/{name}/{identity[:21]}",
        "activeConfigurations": [revision], "why": why_of(revision),
    }
    services[arn]["managed"] = balancing.make_for(services[arn], revision)
    return services[arn]


def get(arn):
    if arn not in services:
        raise Refused("ResourceNotFoundException", "The specified service was not found.")
    return services[arn]


def operation(name, act):
    if name in actions:
        misfit(f"it has {name} of its own")

    def handle(data):
        try:
            return control.answer("ecs", name, {"service": seen(act(data))})
        except Refused as why:
            return error_response_json(*why.args, 400)
    actions[name] = handle


def delete(record):
    if not record.get("gone"):
        record.update(gone=True, updatedAt=round(time.time(), 3))
        balancing.release(record["managed"], is_last=all(other.get("gone") for other in services.values()))
    return record


def describe_revisions(_, data):
    """What ECS has made for each of these configurations; of a service that a customer looks after there is none."""
    known = {r["serviceRevisionArn"]: (s, r) for s in services.values() for r in s["activeConfigurations"]}
    asked = data.get("serviceRevisionArns") or []
    page = {"serviceRevisions": [], "failures": [{"arn": arn, "reason": "MISSING"} for arn in asked if arn not in known]}
    for arn in filter(known.__contains__, asked):
        service, revision = known[arn]
        page["serviceRevisions"].append({
            "serviceRevisionArn": arn, "serviceArn": service["serviceArn"], "createdAt": revision["createdAt"],
            "clusterArn": f"arn:aws:ecs:{get_region()}:{get_account_id()}:cluster/{service['cluster']}",
            "taskDefinition": revision["taskDefinitionArn"], "ecsManagedResources": service["managed"]})
    return ecs.json_response(page)


operation("CreateExpressGatewayService", create)
operation("DescribeExpressGatewayService", lambda data: get(data.get("serviceArn")))
operation("UpdateExpressGatewayService", update)
operation("DeleteExpressGatewayService", lambda data: delete(get(data.get("serviceArn"))))


def standing(cluster):
    return [s for s in services.values() if s["cluster"] == cluster and not s.get("gone")]


def list_services(original, data):
    """All services of a cluster, or those that the customer, or ECS, looks after."""
    if data.get("resourceManagementType") == "ECS":
        taken = []
    else:
        answer = original({k: v for k, v in data.items() if k != "resourceManagementType"})
        if answer[0] != 200:
            return answer
        taken = json.loads(answer[2])["serviceArns"]
    if data.get("resourceManagementType") != "CUSTOMER":
        taken += [s["serviceArn"] for s in standing(ecs._resolve_cluster_name(data.get("cluster", "default")))]
    part, token = control.page(taken, data, "nextToken", "maxResults", 100)
    return control.answer("ecs", "ListServices", {"serviceArns": part, "nextToken": token})


def describe_services(original, data):
    answer = original(data)
    if answer[0] != 200:
        return answer
    page = json.loads(answer[2])
    known = {s["serviceArn"]: s for s in standing(ecs._resolve_cluster_name(data.get("cluster", "default")))}
    for failure in list(page["failures"]):
        if failure["arn"] in known:
            page["failures"].remove(failure)
            page["services"].append(as_service(known[failure["arn"]]))
    return ecs.json_response(page)


def as_service(record):
    up = int(runs(record["host"]))
    failed = int(bool(record["why"]) and time.time() - record["born"] > 1)
    deployment = {"id": f"ecs-svc/{record['currentDeployment'][-19:]}", "status": "PRIMARY", "desiredCount": 1,
                  "runningCount": up, "pendingCount": 1 - up, "failedTasks": failed, "launchType": "FARGATE",
                  "rolloutState": "COMPLETED" if up else "IN_PROGRESS", "createdAt": record["createdAt"]}
    return {"serviceArn": record["serviceArn"], "serviceName": record["serviceName"], "status": "ACTIVE",
            "clusterArn": f"arn:aws:ecs:{get_region()}:{get_account_id()}:cluster/{record['cluster']}",
            "desiredCount": 1, "runningCount": up, "pendingCount": 1 - up, "launchType": "FARGATE",
            "taskDefinition": record["activeConfigurations"][0]["taskDefinitionArn"], "createdAt": record["createdAt"],
            "resourceManagementType": "ECS", "schedulingStrategy": "REPLICA", "deployments": [deployment], "events": []}


for name, function in (("ListServices", list_services), ("DescribeServices", describe_services),
                       ("DescribeServiceRevisions", describe_revisions)):
    if name not in actions:
        misfit(f"it has no {name}")
    actions[name] = lambda data, original=actions[name], function=function: function(original, data)


def runs(host):
    """Whether a service has this host name, and whether it answers there."""
    for record in services.all_values():
        if record["host"] == host and not record.get("gone"):
            return not record["why"] and time.time() - record["born"] > 1
    return None


# --- CloudFormation.

def request_of(props):
    if isinstance(props, dict):
        return {k[0].lower() + k[1:]: request_of(v) for k, v in props.items()}
    return [request_of(each) for each in props] if isinstance(props, list) else props


def make(logical_id, props, stack_name):
    request = request_of(typed({k: v for k, v in props.items() if k != "Tags"}))
    if "containerPort" in request.get("primaryContainer", {}):
        request["primaryContainer"]["containerPort"] = int(request["primaryContainer"]["containerPort"])
    for name in ("minTaskCount", "maxTaskCount", "autoScalingTargetValue"):
        if name in request.get("scalingTarget", {}):
            request["scalingTarget"][name] = int(request["scalingTarget"][name])
    request.setdefault("serviceName", f"{stack_name}-{logical_id}-{uuid.uuid4().hex[:8]}")
    try:
        record = create(request)
    except Refused as why:
        raise ValueError(f'Resource handler returned message: "{why.args[1]}"') from None
    record["born"] -= 1  # CloudFormation has waited until it runs, or until it is known that it will not
    return record["serviceArn"], {"ServiceArn": record["serviceArn"], "Endpoint": record["host"]}


def replace(physical_id, old_props, new_props, stack_name):
    drop(physical_id, old_props)
    return make("service", new_props, stack_name)


def drop(physical_id, props):
    if physical_id in services:
        delete(services[physical_id])


added["AWS::ECS::ExpressGatewayService"] = {"create": make, "update": replace, "delete": drop}
