"""AWS App Runner: services that are made from an image in ECR."""
import re
import time
import uuid

from ministack.core.responses import error_response_json, get_account_id, get_region
from ministack.services import ecr

from . import control
from .cloudformation import added
from .control import Refused
from .fit import expect_all, wrap
from .roles import assumable

expect_all(ecr, "_repositories _images", _find_image="repo_name image_id")

services, operations = control.store(), control.store()
SCALING = "autoscalingconfiguration/DefaultConfiguration/1/00000000000000000000000000000001"  # that of every account
BAD = "InvalidRequestException"


def image_exists(image):
    """Whether this account's ECR has an image, by its address."""
    found = re.fullmatch(r"\d{12}\.dkr\.ecr\.[\w-]+\.amazonaws\.com(?:\.cn)?/([^:@]+)(?::([\w.-]+)|@(sha256:\w+))?", image)
    images = ecr._images.get(found[1], []) if found else []
    return any((found[2] or "latest") in i.get("imageTags", []) or i["imageDigest"] == found[3] for i in images)


@wrap(ecr, "_describe_images", "data")
def describe_images(original, data):
    """Who asks for an image by its tag or digest is told that it is not there:
    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html."""
    name = data.get("repositoryName", "")
    for asked in data.get("imageIds") or () if name in ecr._repositories else ():
        if not ecr._find_image(name, asked):
            said = ", ".join(f"{key}:'{asked.get(key, 'null')}'" for key in ("imageDigest", "imageTag"))
            return error_response_json("ImageNotFoundException", f"The image with imageId {{{said}}} does not exist within "
                                       f"the repository with name '{name}' in the registry with id '{get_account_id()}'", 400)
    return original(data)


def why_not_running(source):
    """What ends a deployment: no image, or nothing that listens on the port. The course's image is Grafana's: 3000."""
    repository = source.get("ImageRepository") or {}
    if repository.get("ImageRepositoryType") == "ECR" and not image_exists(repository.get("ImageIdentifier", "")):
        return "Failed to pull your application image."
    port = (repository.get("ImageConfiguration") or {}).get("Port", "8080")
    return None if port == "3000" else f"Health check failed on protocol `TCP`[Port: '{port}']."


def seen(record):
    end = "CREATE_FAILED" if record["why"] else "PAUSED" if record.get("paused") else "RUNNING"
    return {**record, "Status": record.get("Gone") or control.state(record, ("OPERATION_IN_PROGRESS", 0), (end, 1))}


def create(request):
    control.checked("apprunner", "CreateService", request, BAD)
    source, name = request["SourceConfiguration"], request["ServiceName"]
    repository = source.get("ImageRepository") or {}
    role = (source.get("AuthenticationConfiguration") or {}).get("AccessRoleArn")
    if any(s["ServiceName"] == name and seen(s)["Status"] != "DELETED" for s in services.values()):
        raise Refused(BAD, f"Service with the provided name already exists: {name}.")
    if repository.get("ImageRepositoryType") == "ECR":
        if not role:
            raise Refused(BAD, "Authentication configuration is invalid.")
        if not assumable(role, "build.apprunner.amazonaws.com"):
            raise Refused(BAD, f"Error in assuming access role {role}.")
    identity, now = uuid.uuid4().hex, time.time()
    record = {
        "ServiceName": name, "ServiceId": identity, "CreatedAt": round(now, 3), "UpdatedAt": round(now, 3), "born": now,
        "ServiceArn": f"arn:aws:apprunner:{get_region()}:{get_account_id()}:service/{name}/{identity}",
        "ServiceUrl": f"{identity[:10]}.{get_region()}.awsapprunner.com", "SourceConfiguration": source,
        "InstanceConfiguration": {"Cpu": "1024", "Memory": "2048", **(request.get("InstanceConfiguration") or {})},
        "HealthCheckConfiguration": request.get("HealthCheckConfiguration") or {
            "Protocol": "TCP", "Path": "/", "Interval": 5, "Timeout": 2, "HealthyThreshold": 1, "UnhealthyThreshold": 5},
        "AutoScalingConfigurationSummary": {
            "AutoScalingConfigurationName": "DefaultConfiguration", "AutoScalingConfigurationRevision": 1,
            "AutoScalingConfigurationArn": f"arn:aws:apprunner:{get_region()}:{get_account_id()}:{SCALING}"},
        "NetworkConfiguration": {"EgressConfiguration": {"EgressType": "DEFAULT"}, "IpAddressType": "IPV4",
                                 "IngressConfiguration": {"IsPubliclyAccessible": True},
                                 **(request.get("NetworkConfiguration") or {})},
        "why": why_not_running(source), "OperationId": str(uuid.uuid4()),
    }
    services[record["ServiceArn"]] = record
    return record


def get(arn):
    if arn not in services:
        raise Refused("ResourceNotFoundException", f"Service not found for ARN {arn}.")
    return services[arn]


def change(record, **changes):
    """One that runs, or is paused, becomes something else. It takes a moment."""
    record.update(changes, born=time.time(), UpdatedAt=round(time.time(), 3), OperationId=str(uuid.uuid4()))
    return record


def expect_status(record, status):
    if seen(record)["Status"] != status:
        raise Refused("InvalidStateException", f"Service cannot be changed in the current state: {seen(record)['Status']}.")


def update(record, request):
    """A deployment that fails is rolled back, and what ran before runs on."""
    control.checked("apprunner", "UpdateService", request, BAD)
    expect_status(record, "RUNNING")
    wanted = {k: v for k, v in request.items() if k.endswith("Configuration")}
    if why_not_running(wanted.get("SourceConfiguration", record["SourceConfiguration"])):
        wanted = {}
    if "NetworkConfiguration" in wanted:
        wanted["NetworkConfiguration"] = {**record["NetworkConfiguration"], **wanted["NetworkConfiguration"]}
    return change(record, **wanted, answers=True)


def pause(record):
    expect_status(record, "RUNNING")
    return change(record, paused=True, answers=False)


def resume(record):
    expect_status(record, "PAUSED")
    return change(record, paused=False)


CHANGES = {"UpdateService": update, "PauseService": lambda record, _: pause(record),
           "ResumeService": lambda record, _: resume(record)}


def delete(record):
    record.update(Gone="DELETED", DeletedAt=round(time.time(), 3), UpdatedAt=round(time.time(), 3))


def scaling(request):
    """The one configuration that AWS makes: https://docs.aws.amazon.com/apprunner/latest/dg/manage-autoscaling.html."""
    arn = request.get("AutoScalingConfigurationArn", "")
    if not arn.endswith(SCALING):
        raise Refused("ResourceNotFoundException", f"Autoscaling configuration not found for ARN {arn}.")
    return {"AutoScalingConfigurationArn": arn, "AutoScalingConfigurationName": "DefaultConfiguration", "Latest": True,
            "AutoScalingConfigurationRevision": 1, "Status": "ACTIVE", "MaxConcurrency": 100, "MinSize": 1, "MaxSize": 25,
            "IsDefault": True}


def dispatch(operation, request):
    if operation == "CreateService":
        record = create(request)
        return control.answer("apprunner", operation, {"Service": seen(record), "OperationId": record["OperationId"]})
    if operation == "ListServices":
        found = [seen(s) for s in services.values() if not s.get("Gone")]
        part, token = control.page(found, request, "NextToken", "MaxResults", 20)
        return control.answer("apprunner", operation, {"ServiceSummaryList": part, "NextToken": token})
    if operation == "ListTagsForResource":
        return control.answer("apprunner", operation, {"Tags": []})
    if operation == "DescribeAutoScalingConfiguration":
        return control.answer("apprunner", operation, {"AutoScalingConfiguration": scaling(request)})
    if operation not in ("DescribeService", "DeleteService", "ListOperations", *CHANGES):
        raise Refused("UnknownOperationException", f"{operation} is not in the sandbox")
    record = get(request.get("ServiceArn"))
    if operation == "ListOperations":
        status = {"OPERATION_IN_PROGRESS": "IN_PROGRESS", "CREATE_FAILED": "FAILED"}.get(seen(record)["Status"], "SUCCEEDED")
        return control.answer("apprunner", operation, {"OperationSummaryList": [{
            "Id": record["OperationId"], "Type": "CREATE_SERVICE", "Status": status, "TargetArn": record["ServiceArn"],
            "StartedAt": record["CreatedAt"], "UpdatedAt": record["UpdatedAt"]}]})
    if operation in CHANGES:
        record = CHANGES[operation](record, request)
        return control.answer("apprunner", operation, {"Service": seen(record), "OperationId": record["OperationId"]})
    if operation == "DeleteService":
        delete(record)
    return control.answer("apprunner", operation, {"Service": seen(record), "OperationId": str(uuid.uuid4())})


control.register("apprunner", "AppRunner", dispatch)


def runs(host):
    """Whether a service has this host name, and whether it answers there."""
    for record in services.all_values():
        if record["ServiceUrl"] == host and not record.get("Gone"):
            if not record["NetworkConfiguration"]["IngressConfiguration"].get("IsPubliclyAccessible", True):
                return None  # it has a name in the VPC only
            return seen(record)["Status"] == "RUNNING" or record.get("answers", False)
    return None


# --- CloudFormation.

def make(logical_id, props, stack_name):
    try:
        record = create({**{k: v for k, v in typed(props).items() if k != "Tags"},
                         "ServiceName": props.get("ServiceName") or f"{stack_name}-{logical_id}-{uuid.uuid4().hex[:8]}"[:40]})
    except Refused as why:
        raise ValueError(f'Resource handler returned message: "{why.args[1]}"') from None
    record["born"] -= 1  # CloudFormation has waited until it runs, or until it is known that it will not
    return record["ServiceArn"], {k: record[k] for k in ("ServiceArn", "ServiceId", "ServiceUrl")} | {"Status": "RUNNING"}


def typed(value, name=""):
    """A template may write numbers and booleans as texts, and texts as numbers."""
    if isinstance(value, dict):
        return {k: typed(v, k) for k, v in value.items()}
    if name in ("Port", "Cpu", "Memory"):
        return str(value)
    if name in ("AutoDeploymentsEnabled", "IsPubliclyAccessible", "ObservabilityEnabled"):
        return str(value).lower() == "true"
    return int(value) if name in ("Interval", "Timeout", "HealthyThreshold", "UnhealthyThreshold") else value


def replace(physical_id, old_props, new_props, stack_name):
    drop(physical_id, old_props)
    return make("service", new_props, stack_name)


def drop(physical_id, props):
    if physical_id in services:
        delete(services[physical_id])


added["AWS::AppRunner::Service"] = {"create": make, "update": replace, "delete": drop}
