"""Operations that moto has no answer to, made of what it has: its own judgment of patterns and of policies."""

import json

from moto.core.responses import ActionResult
from moto.events.models import EventPattern
from moto.events.responses import EventsHandler
from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.iam.responses import IamResponse


def add():
    EventsHandler.test_event_pattern = test_event_pattern
    IamResponse.simulate_principal_policy = simulate_principal_policy


def test_event_pattern(self):
    pattern = EventPattern.load(self._get_param("EventPattern"))
    result = pattern.matches_event(json.loads(self._get_param("Event")))
    return json.dumps({"Result": result}), self.response_headers


def simulate_principal_policy(self):
    role = self._get_param("PolicySourceArn").split("/")[-1]
    self.backend.get_role(role)
    attached, _ = self.backend.list_attached_role_policies(role)
    inline = (self.backend.get_role_policy(role, name)[1] for name in self.backend.list_role_policies(role))
    policies = [IAMPolicy(policy) for policy in [*attached, *inline]]
    [resource] = self._get_param("ResourceArns") or ["*"]
    results = []
    for action in self._get_param("ActionNames"):
        said = {policy.is_action_permitted(action, resource) for policy in policies}
        decision = "implicitDeny"
        if PermissionResult.DENIED in said:
            decision = "explicitDeny"
        elif PermissionResult.PERMITTED in said:
            decision = "allowed"
        results.append({"EvalActionName": action, "EvalResourceName": resource, "EvalDecision": decision})
    return ActionResult({"EvaluationResults": results, "IsTruncated": False})
