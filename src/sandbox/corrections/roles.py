"""IAM: what AWS's own policies allow, who may use a role, and what a service may do with it."""
import json
import re
import threading

from ministack.core import iam_actions, iam_evaluator as iam
from ministack.services import iam as iam_store, sts

from .fit import expect_all, wrap
from .managed import ARNS

expect_all(iam_store, "_roles _IAM_HANDLERS", _lookup_policy="arn", _p="params key default", _error="status code message ns",
           _is_aws_managed_arn="arn")
expect_all(iam, "EvalContext", evaluate="ctx policies limits", _gather_role_policies="role_name account_id",
           _permissions_boundary="store name account_id", _service_principal_matches="principal service",
           evaluate_resource_policy="doc ctx service named_only direct_only")
expect_all(iam_actions, "", identity_denial_message="action principal_arn resource explicit_deny")

PREFIXES = {"apigatewayadministrator": "apigateway", "cloudwatchlogs": "logs", "ec2containerregistry": "ecr",
            "eventbridge": "events", "kinesisfirehose": "firehose", "stepfunctions": "states"}


beginning = threading.Lock()


@wrap(sts, "register_session", "access_key session")
def register_session(original, access_key, session):
    """MiniStack goes through all sessions at each new one. Functions start in threads, and one that begins meanwhile would
    fail there, as no function on AWS does, and take those that start beside it along."""
    with beginning:
        return original(access_key, session)


@wrap(iam_store, "_autovivify_aws_managed_policy", "arn")
def unknown_managed_policy(original, arn):
    """MiniStack lets a policy of AWS that it does not know exist and allow everything. Here AWS has it, and the name says what
    it allows."""
    if arn not in ARNS:
        return None
    record = original(arn)
    name = re.sub(r"_?v\d+$", "", arn.rsplit("/", 1)[-1], flags=re.I)
    words = re.fullmatch(r"(?:Amazon|AWS)?(.*?)_?(FullAccess|ReadOnlyAccess|)", name)
    service = PREFIXES.get(words[1].lower(), words[1].lower())
    verbs = {"FullAccess": ["*"], "ReadOnlyAccess": ["Get*", "List*", "Describe*", "BatchGet*", "Query", "Scan"]}
    actions = [f"{service}:{verb}" for verb in verbs.get(words[2], [])]
    effect = "Deny" if name == "AWSDenyAll" else "Allow"
    actions = ["*"] if name == "AWSDenyAll" else actions
    statements = [{"Effect": effect, "Action": actions, "Resource": "*"}] if actions else []
    record["Versions"]["v1"]["Document"] = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return record


NOT_THERE = "Policy {} does not exist or is not attachable."


def attaching(original, p):
    arn = iam_store._p(p, "PolicyArn")
    there = iam_store._lookup_policy(arn)
    return original(p) if there else iam_store._error(404, "NoSuchEntity", NOT_THERE.format(arn))


for entity in ("Role", "User", "Group"):
    operation = f"_attach_{entity.lower()}_policy"
    wrap(iam_store, operation, "p")(attaching)
    iam_store._IAM_HANDLERS[f"Attach{entity}Policy"] = getattr(iam_store, operation)


@wrap(iam_store, "attach_managed_policy", "entity policy_arn")
def attach_managed_policy(original, entity, policy_arn):
    """By CloudFormation, which does not ask the API."""
    if not iam_store._lookup_policy(policy_arn):
        raise ValueError(f'Resource handler returned message: "{NOT_THERE.format(policy_arn)}"')
    return original(entity, policy_arn)


@wrap(iam, "_gather_role_policies", "role_name account_id")
def gather_role_policies(original, role_name, account_id):
    """The simulator takes a role's path for a part of its name."""
    return original(role_name.rsplit("/", 1)[-1], account_id)


@wrap(iam, "_gather_user_policies", "user_name account_id")
def gather_user_policies(original, user_name, account_id):
    return original(user_name.rsplit("/", 1)[-1], account_id)


@wrap(iam, "evaluate_trust_policy", "trust_doc caller_arn ctx")
def assumed(original, trust_doc, caller_arn, ctx=None):
    """MiniStack finds a role by the last part of its ARN, and lets the root user in, whom AWS never does; see
    https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    """
    if ctx is not None and ctx.action == "sts:AssumeRole":
        parts = ctx.resource_arn.split(":")
        role = iam_store._roles.get_scoped(parts[4], None, parts[-1].rsplit("/", 1)[-1]) if len(parts) > 5 else None
        if caller_arn.endswith(":root") or (role or {}).get("Arn") != ctx.resource_arn:
            return False
    return original(trust_doc, caller_arn, ctx)


def as_list(value):
    return value if isinstance(value, list) else [] if value is None else [value]


def assumable(arn, service="lambda.amazonaws.com"):
    """Whether the role is there and its trust policy names the service."""
    parts = (arn or "").split(":")
    role = iam_store._roles.get_scoped(parts[4], None, arn.rsplit("/", 1)[-1]) if len(parts) > 5 else None
    trust = (role or {}).get("AssumeRolePolicyDocument") or {}
    return {s.get("Effect") for s in as_list((json.loads(trust) if isinstance(trust, str) else trust).get("Statement"))
            if iam._service_principal_matches(s.get("Principal"), service)
            and {"sts:AssumeRole", "sts:*", "*"} & set(as_list(s.get("Action")))} == {"Allow"}


def refused(role, session, action, resource):
    """Why a session of this role may not do this, in the words of AWS; None when it may."""
    account, name = role.split(":")[4], role.rsplit("/", 1)[-1]
    caller = f"arn:aws:sts::{account}:assumed-role/{name}/{session}"
    context = iam.EvalContext(principal_arn=caller, principal_type="AssumedRole", principal_account=account,
                              action=action, resource_arn=resource, region=resource.split(":")[3])
    decision = iam.evaluate(context, iam._gather_role_policies(name, account),
                            *iam._permissions_boundary(iam_store._roles, name, account)).decision
    if decision == "Allow":
        return None
    return iam_actions.identity_denial_message(action, caller, resource, decision == "Deny")


def service_allowed(policy, service, action, resource, source):
    """Whether a resource's own policy lets an AWS service do this on behalf of `source`."""
    context = iam.EvalContext(principal_arn="*", principal_type="Service", principal_account="", action=action,
                              resource_arn=resource, region=resource.split(":")[3], service_context={
                                  "aws:sourcearn": source, "aws:sourceaccount": source.split(":")[4]})
    return iam.evaluate_resource_policy(policy, context, service=service).decision
