"""A lab's template, made by plain calls of AWS's API.

moto's own CloudFormation has no bucket policies, subscriptions or stages, and stops at a rule that refers to a bus. What
moto has no service for (Personalize, App Runner, ECS Express Mode) is left out.
"""

import io
import json
import os
import re
import uuid
import zipfile

import boto3

LEFT_OUT = ("AWS::Personalize::", "AWS::AppRunner::", "AWS::ECS::", "Custom::Training")


class Stack:
    def __init__(self, endpoint, keys, account, region, name, template):
        self.endpoint, self.keys, self.account, self.region, self.name = endpoint, keys, account, region, name
        self.clients = {}
        self.template = template
        self.resources = template["Resources"]
        self.values = {
            "AWS::AccountId": account,
            "AWS::Partition": "aws",
            "AWS::Region": region,
            "AWS::StackName": name,
            "AWS::URLSuffix": "amazonaws.com",
        }
        self.values |= {k: p["Default"] for k, p in template.get("Parameters", {}).items()}
        # What was made: its Ref, and its attributes.
        self.made = {}

    def client(self, service):
        if service not in self.clients:
            secrets = {"aws_" + name: value for name, value in self.keys.items()}
            where = {"endpoint_url": self.endpoint, "region_name": self.region}
            self.clients[service] = boto3.client(service, **where, **secrets)
        return self.clients[service]

    def deploy(self):
        for name, resource in self.resources.items():
            if not resource["Type"].startswith(LEFT_OUT) and self.wanted(resource):
                self.make(name)

    def wanted(self, resource):
        condition = resource.get("Condition")
        return condition is None or self.holds(self.template["Conditions"][condition])

    def holds(self, condition):
        one, other = (self.value(side) for side in condition["Fn::Equals"])
        return one == other

    def make(self, name):
        if name not in self.made:
            resource = self.resources[name]
            if resource["Type"].startswith(LEFT_OUT):
                return None, {"TrackingId": "left-out"}
            before = resource.get("DependsOn", [])
            for other in [before] if isinstance(before, str) else before:
                self.make(other)
            how = MAKERS[resource["Type"]]
            self.made[name] = how(self, name, self.value(resource.get("Properties", {})))
        return self.made[name]

    def value(self, value):
        """Without CloudFormation's functions."""
        match value:
            case {"Ref": "AWS::NoValue"}:
                return None
            case {"Ref": name}:
                return self.ref(name)
            case {"Fn::GetAtt": [name, attribute]}:
                return self.make(name)[1][attribute]
            case {"Fn::Sub": text}:
                return re.sub(r"\$\{([^}!]+)\}", lambda found: str(self.named(found[1])), text)
            case {"Fn::If": [condition, yes, no]}:
                return self.value(yes if self.holds(self.template["Conditions"][condition]) else no)
            case dict():
                values = {k: self.value(v) for k, v in value.items()}
                return {k: v for k, v in values.items() if v is not None}
            case list():
                return [v for v in map(self.value, value) if v is not None]
        return value

    def ref(self, name):
        return self.values[name] if name in self.values else self.make(name)[0]

    def named(self, name):
        head, _, attribute = name.partition(".")
        return self.make(head)[1][attribute] if attribute else self.ref(name)

    def new_name(self, name):
        return f"{self.name}-{name}-{uuid.uuid4().hex[:12]}"


def text(document):
    return document if isinstance(document, str) else json.dumps(document)


def bucket(stack, name, wanted):
    s3, name = stack.client("s3"), stack.new_name(name).lower()
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": stack.region})
    return name, {"Arn": f"arn:aws:s3:::{name}"}


def bucket_policy(stack, name, wanted):
    stack.client("s3").put_bucket_policy(Bucket=wanted["Bucket"], Policy=text(wanted["PolicyDocument"]))
    return name, {}


def files(stack, name, wanted):
    """Runs the template's function here, with its answer put where CloudFormation has it put: into a bucket."""
    [function] = [r for r in stack.resources.values() if "FILES = " in str(r.get("Properties", {}).get("Code"))]
    here = {"AWS_" + name.upper(): value for name, value in stack.keys.items()}
    here |= {"AWS_ENDPOINT_URL": stack.endpoint, "AWS_DEFAULT_REGION": stack.region}
    before = dict(os.environ)
    os.environ.update(here)
    try:
        answers = stack.new_name("answers").lower()
        where = {"LocationConstraint": stack.region}
        s3 = stack.client("s3")
        s3.create_bucket(Bucket=answers, CreateBucketConfiguration=where)
        event = {"StackId": stack.name, "RequestId": "1", "LogicalResourceId": name, "RequestType": "Create"}
        event |= {"ResourceProperties": wanted, "ResponseURL": f"{stack.endpoint}/{answers}/answer"}
        code = {}
        exec(function["Properties"]["Code"]["ZipFile"], code)
        code["lambda_handler"](event, None)
        answer = json.load(s3.get_object(Bucket=answers, Key="answer")["Body"])
        assert answer["Status"] == "SUCCESS", answer
        s3.delete_object(Bucket=answers, Key="answer")
        s3.delete_bucket(Bucket=answers)
    finally:
        os.environ.clear()
        os.environ.update(before)
    return answer["PhysicalResourceId"], {}


def role(stack, name, wanted):
    iam, name = stack.client("iam"), stack.new_name(name)
    trust = text(wanted["AssumeRolePolicyDocument"])
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    for policy in wanted.get("ManagedPolicyArns", []):
        iam.attach_role_policy(RoleName=name, PolicyArn=policy)
    for policy in wanted.get("Policies", []):
        document = text(policy["PolicyDocument"])
        iam.put_role_policy(RoleName=name, PolicyName=policy["PolicyName"], PolicyDocument=document)
    return name, {"Arn": arn}


def policy(stack, name, wanted):
    for role in wanted["Roles"]:
        document = text(wanted["PolicyDocument"])
        stack.client("iam").put_role_policy(RoleName=role, PolicyName=wanted["PolicyName"], PolicyDocument=document)
    return name, {}


def stream(stack, name, wanted):
    kinesis, name = stack.client("kinesis"), stack.new_name(name)
    kinesis.create_stream(StreamName=name, **wanted)
    return name, {"Arn": kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]}


def table(stack, name, wanted):
    name = wanted.pop("TableName", stack.new_name(name))
    if "StreamSpecification" in wanted:
        wanted["StreamSpecification"]["StreamEnabled"] = True
    made = stack.client("dynamodb").create_table(TableName=name, **wanted)["TableDescription"]
    return name, {"Arn": made["TableArn"], "StreamArn": made.get("LatestStreamArn")}


def function(stack, name, wanted):
    name = wanted.pop("FunctionName", stack.new_name(name))
    wanted.pop("ReservedConcurrentExecutions", None)
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.py", wanted.pop("Code")["ZipFile"])
    made = stack.client("lambda").create_function(FunctionName=name, Code={"ZipFile": code.getvalue()}, **wanted)
    return name, {"Arn": made["FunctionArn"]}


def trigger(stack, name, wanted):
    return stack.client("lambda").create_event_source_mapping(**wanted)["UUID"], {}


def repository(stack, name, wanted):
    ecr = stack.client("ecr")
    made = ecr.create_repository(repositoryName=wanted.get("RepositoryName") or stack.new_name(name).lower())["repository"]
    return made["repositoryName"], {"Arn": made["repositoryArn"], "RepositoryUri": made["repositoryUri"]}


def image(stack, name, wanted):
    kind = "application/vnd.oci.image."
    config = {"mediaType": kind + "config.v1+json", "digest": "sha256:" + "0" * 64, "size": 2}
    manifest = {"schemaVersion": 2, "mediaType": kind + "manifest.v1+json", "layers": [], "config": config}
    stack.client("ecr").put_image(
        repositoryName=wanted["Repository"], imageTag=wanted["Tag"], imageManifest=json.dumps(manifest)
    )
    return name, {}


def bus(stack, name, wanted):
    return wanted["Name"], {"Arn": stack.client("events").create_event_bus(Name=wanted["Name"])["EventBusArn"]}


def rule(stack, name, wanted):
    events, name = stack.client("events"), stack.new_name(name)
    targets = wanted.pop("Targets", [])
    wanted["EventPattern"] = text(wanted["EventPattern"])
    arn = events.put_rule(Name=name, **wanted)["RuleArn"]
    if targets:
        events.put_targets(Rule=name, EventBusName=wanted.get("EventBusName", "default"), Targets=targets)
    return name, {"Arn": arn}


def log_group(stack, name, wanted):
    logs, name = stack.client("logs"), wanted["LogGroupName"]
    logs.create_log_group(logGroupName=name)
    if "RetentionInDays" in wanted:
        logs.put_retention_policy(logGroupName=name, retentionInDays=wanted["RetentionInDays"])
    return name, {"Arn": f"arn:aws:logs:{stack.region}:{stack.account}:log-group:{name}:*"}


def log_policy(stack, name, wanted):
    document = text(wanted["PolicyDocument"])
    stack.client("logs").put_resource_policy(policyName=wanted["PolicyName"], policyDocument=document)
    return wanted["PolicyName"], {}


def topic(stack, name, wanted):
    name = wanted.pop("TopicName", stack.new_name(name))
    attributes = {k: str(v).lower() if isinstance(v, bool) else v for k, v in wanted.items()}
    arn = stack.client("sns").create_topic(Name=name, Attributes=attributes)["TopicArn"]
    return arn, {"TopicArn": arn, "TopicName": name}


def subscription(stack, name, wanted):
    return stack.client("sns").subscribe(**wanted)["SubscriptionArn"], {}


def machine(stack, name, wanted):
    name = stack.new_name(name)
    definition = wanted["DefinitionString"]
    for key, value in wanted.get("DefinitionSubstitutions", {}).items():
        definition = definition.replace("${%s}" % key, value)
    states = stack.client("stepfunctions")
    arn = states.create_state_machine(
        name=name, definition=definition, roleArn=wanted["RoleArn"], type=wanted["StateMachineType"]
    )["stateMachineArn"]
    return arn, {"Arn": arn, "Name": name}


def api(stack, name, wanted):
    gateway = stack.client("apigateway")
    made = gateway.create_rest_api(name=wanted["Name"], endpointConfiguration={"types": ["REGIONAL"]})["id"]
    [root] = [r["id"] for r in gateway.get_resources(restApiId=made)["items"] if r["path"] == "/"]
    return made, {"RootResourceId": root}


def resource(stack, name, wanted):
    made = stack.client("apigateway").create_resource(
        restApiId=wanted["RestApiId"], parentId=wanted["ParentId"], pathPart=wanted["PathPart"]
    )
    return made["id"], {}


def method(stack, name, wanted):
    gateway = stack.client("apigateway")
    where = {"restApiId": wanted["RestApiId"], "resourceId": wanted["ResourceId"], "httpMethod": wanted["HttpMethod"]}
    gateway.put_method(**where, authorizationType=wanted["AuthorizationType"])
    for answer in wanted.get("MethodResponses", []):
        gateway.put_method_response(**where, statusCode=answer["StatusCode"])
    into = wanted["Integration"]
    answers = into.pop("IntegrationResponses", [])
    fields = {k[0].lower() + k[1:]: v for k, v in into.items()}
    gateway.put_integration(**where, **fields)
    for answer in answers:
        gateway.put_integration_response(**where, statusCode=answer["StatusCode"])
    return name, {}


def deployment(stack, name, wanted):
    return stack.client("apigateway").create_deployment(restApiId=wanted["RestApiId"])["id"], {}


def stage(stack, name, wanted):
    stack.client("apigateway").create_stage(
        restApiId=wanted["RestApiId"], stageName=wanted["StageName"], deploymentId=wanted["DeploymentId"]
    )
    return wanted["StageName"], {}


MAKERS = {
    "AWS::ApiGateway::Deployment": deployment,
    "AWS::ApiGateway::Method": method,
    "AWS::ApiGateway::Resource": resource,
    "AWS::ApiGateway::RestApi": api,
    "AWS::ApiGateway::Stage": stage,
    "AWS::DynamoDB::Table": table,
    "AWS::ECR::Repository": repository,
    "AWS::Events::EventBus": bus,
    "AWS::Events::Rule": rule,
    "AWS::IAM::Policy": policy,
    "AWS::IAM::Role": role,
    "AWS::Kinesis::Stream": stream,
    "AWS::Lambda::EventSourceMapping": trigger,
    "AWS::Lambda::Function": function,
    "AWS::Logs::LogGroup": log_group,
    "AWS::Logs::ResourcePolicy": log_policy,
    "AWS::S3::Bucket": bucket,
    "AWS::S3::BucketPolicy": bucket_policy,
    "AWS::SNS::Subscription": subscription,
    "AWS::SNS::Topic": topic,
    "AWS::StepFunctions::StateMachine": machine,
    "Custom::Files": files,
    "Custom::Image": image,
}
