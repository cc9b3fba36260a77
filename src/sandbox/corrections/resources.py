"""IAM: the resource that a call is about, where MiniStack looks for it elsewhere than AWS does.

By the Service Authorization Reference.
"""
import json

from ministack.core import iam_actions

from .fit import wrap

# What tells the resource of a call that names it by ARN, where MiniStack does not know that.
NAMED = {
    ("apprunner", "DescribeService"): "ServiceArn", ("apprunner", "DeleteService"): "ServiceArn",
    ("apprunner", "DescribeAutoScalingConfiguration"): "AutoScalingConfigurationArn",
    ("ecs", "DescribeExpressGatewayService"): "serviceArn", ("ecs", "DeleteExpressGatewayService"): "serviceArn",
    ("states", "DescribeMapRun"): "mapRunArn",
}
# Those of Personalize that describe or delete a thing name it by the thing's own ARN.
NAMED |= {("personalize", verb + noun): noun[0].lower() + noun[1:] + "Arn" for verb in ("Describe", "Delete")
          for noun in ("DatasetGroup", "Schema", "Dataset", "DatasetImportJob", "Solution", "SolutionVersion", "Campaign",
                       "Recommender", "EventTracker")}
# The same for a call that names several: they are one student's, so the first tells.
LISTED = {("ecs", "DescribeServices"): "services", ("ecs", "DescribeServiceRevisions"): "serviceRevisionArns"}


@wrap(iam_actions, "extract_resource_arn", "service method path headers body query_params region account_id")
def extract_resource_arn(original, service, method, path, headers, body, query_params, region, account_id):
    operation = next((v for k, v in headers.items() if k.lower() == "x-amz-target"), "").rpartition(".")[2]
    if operation in ("ListTargetsByRule", "RemoveTargets"):
        request = json.loads(body or b"{}")
        bus = str(request.get("EventBusName") or "default").rpartition("/")[2]
        rule = request.get("Rule", "")
        return f"arn:aws:events:{region}:{account_id}:rule/" + (rule if bus == "default" else f"{bus}/{rule}")
    if operation == "DeleteEventBus":
        return f"arn:aws:events:{region}:{account_id}:event-bus/" + json.loads(body or b"{}").get("Name", "")
    if operation == "DescribeLogGroups":
        # Of a list, IAM asks about the group without a name: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/
        # iam-access-control-overview-cwl.html.
        return f"arn:aws:logs:{region}:{account_id}:log-group::log-stream:"
    if (service, operation) in NAMED:
        return json.loads(body or b"{}").get(NAMED[service, operation], "*")
    if (service, operation) == ("states", "ListExecutions"):
        request = json.loads(body or b"{}")
        return request.get("mapRunArn") or request.get("stateMachineArn") or "*"
    if (service, operation) in LISTED:
        return (json.loads(body or b"{}").get(LISTED[service, operation]) or ["*"])[0]
    if (service, operation) == ("firehose", "DescribeDeliveryStream"):
        return f"arn:aws:firehose:{region}:{account_id}:deliverystream/{json.loads(body or b'{}').get('DeliveryStreamName')}"
    if service == "ecr" and operation in ("DescribeRepositories", "DescribeImages"):
        request = json.loads(body or b"{}")
        # Of a list, IAM asks about `repository/*` itself.
        name = request.get("repositoryName") or next(iter(request.get("repositoryNames") or []), "*")
        return f"arn:aws:ecr:{region}:{account_id}:repository/{name}"
    source = query_params.get("PolicySourceArn")
    if service == "iam" and source:
        return source[0] if isinstance(source, list) else source
    return original(service, method, path, headers, body, query_params, region, account_id)
