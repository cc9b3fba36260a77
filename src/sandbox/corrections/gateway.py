"""API Gateway: a stage serves what was deployed to it, its caller needs no signature, and it can put events."""
import contextvars
import copy
import json
import time
import uuid

from ministack import app
from ministack.core.responses import request_scope
from ministack.services import apigateway_v1 as gateway, eventbridge as events

from . import templates
from .fit import expect_all, wrap, wrap_async
from .roles import assumable, refused

expect_all(gateway, "_rest_apis _resources _stages_v1", _match_recursive="resources parent_id segments params",
           _parse_service_integration_uri="uri", _v1_error="code message status", _header_ci="headers name",
           _gw_error="response_type message",
           _service_integration_response="integration backend_status backend_text accept request_params context")
expect_all(app, "", _parse_execute_api_url="host path")
expect_all(events, "_put_events", _event_bus_name_from_ref="name")


# --- Whoever calls a stage is nobody in particular: the API is found by its id, in whichever account has it.

@wrap_async(app, "_handle_execute_api_request", "host path method headers body query_params raw_path raw_query_string")
async def handle_execute_api_request(original, host, path, *args, **kwargs):
    address = app._parse_execute_api_url(host, path)
    for (account, region, name), _ in gateway._rest_apis.all_items() if address else ():
        if name == address[0]:
            with request_scope(account, region):
                return await original(host, path, *args, **kwargs)
    return await original(host, path, *args, **kwargs)


# --- A deployment is a copy of the API as it was then.

deployed = {}  # (API, deployment) -> its resources at that moment
serving = contextvars.ContextVar("serving", default=None)  # the resources of the stage that answers this request


@wrap(gateway, "_create_deployment", "api_id data")
def create_deployment(original, api_id, data):
    resources = gateway._resources.get(api_id, {})
    methods = [method for resource in resources.values() for method in resource.get("resourceMethods", {}).values()]
    if api_id in gateway._rest_apis and not methods:
        return gateway._v1_error("BadRequestException", "The REST API doesn't contain any methods", 400)
    if not all(method.get("methodIntegration") for method in methods):
        return gateway._v1_error("BadRequestException", "No integration defined for method", 400)
    made = original(api_id, data)
    if made[0] == 201:
        deployed[api_id, json.loads(made[2])["id"]] = copy.deepcopy(resources)
    return made


@wrap_async(gateway, "_handle_execute_in_scope",
            "api_id stage_name method path headers body query_params owner_account_id owner_region")
async def execute(original, api_id, stage_name, *args):
    stage = gateway._stages_v1.get(api_id, {}).get(stage_name) or {}
    token = serving.set(deployed.get((api_id, stage.get("deploymentId"))))
    try:
        return await original(api_id, stage_name, *args)
    finally:
        serving.reset(token)


@wrap(gateway, "_match_resource_tree", "api_id segments")
def match_resource_tree(original, api_id, segments):
    resources = serving.get()
    if resources is None:
        return original(api_id, segments)
    root = next((r for r in resources.values() if r.get("path") == "/"), None)
    return gateway._match_recursive(resources, root["id"], segments, {}) if segments else (root, {})


# --- A method, or its response, is made once: https://docs.aws.amazon.com/apigateway/latest/api/API_PutMethod.html.
# A template and a definition that is imported bring their own.

requested = contextvars.ContextVar("requested", default="")  # the path of this request, where it is one to API Gateway


@wrap_async(gateway, "handle_request", "method path headers body query_params")
async def handle_request(original, method, path, *args):
    token = requested.set(path)
    try:
        return await original(method, path, *args)
    finally:
        requested.reset(token)


def method_of(api_id, resource_id, http_method):
    return (gateway._resources.get(api_id, {}).get(resource_id) or {}).get("resourceMethods", {}).get(http_method)


@wrap(gateway, "_put_method", "api_id resource_id http_method data")
def put_method(original, api_id, resource_id, http_method, data):
    if requested.get().endswith(f"/methods/{http_method}") and method_of(api_id, resource_id, http_method):
        return gateway._v1_error("ConflictException", "Method already exists for this resource", 409)
    return original(api_id, resource_id, http_method, data)


@wrap(gateway, "_put_method_response", "api_id resource_id http_method status_code data")
def put_method_response(original, api_id, resource_id, http_method, status_code, data):
    there = (method_of(api_id, resource_id, http_method) or {}).get("methodResponses", {})
    if requested.get().endswith(f"/methods/{http_method}/responses/{status_code}") and status_code in there:
        return gateway._v1_error("ConflictException", "Response already exists for this resource", 409)
    return original(api_id, resource_id, http_method, status_code, data)


# --- The integration with EventBridge.

@wrap(gateway, "_check_passthrough_behavior", "integration headers")
def check_passthrough_behavior(original, integration, headers):
    """"When there are no templates defined" refuses a body that no template is for, as "never" does."""
    if (integration.get("passthroughBehavior") or "").upper() == "WHEN_NO_TEMPLATES":
        integration = {**integration, "passthroughBehavior": "NEVER"}
    return original(integration, headers)


def internal_error():
    return 500, {"Content-Type": "application/json"}, b'{"message": "Internal server error"}'


def media_type(headers, name):
    return (gateway._header_ci(headers, name) or "application/json").split(",")[0].split(";")[0].strip().lower()


@wrap_async(gateway, "_invoke_lambda_custom_v1",
            "integration api_id stage_name stage resource request_path method headers body query_params path_params "
            "owner_account_id owner_region binary_media_types authorizer_context caller_identity")
async def invoke(original, integration, api_id, stage_name, stage, resource, request_path, method, headers, body,
                 query_params, path_params, *, owner_account_id=None, owner_region=None, **kwargs):
    region, service, _, _ = gateway._parse_service_integration_uri(integration.get("uri", "")) or (None,) * 4
    if service != "events":
        return await original(integration, api_id, stage_name, stage, resource, request_path, method, headers, body,
                              query_params, path_params, owner_account_id=owner_account_id, owner_region=owner_region,
                              **kwargs)
    parameters = {k: v for k, v in (headers or {}).items() if isinstance(v, str)}
    parameters |= {k: v[0] if isinstance(v, list) else v for k, v in (query_params or {}).items()} | (path_params or {})
    context = {"requestId": str(uuid.uuid4()), "apiId": api_id, "stage": stage_name, "httpMethod": method,
               "resourcePath": resource.get("path"), "accountId": owner_account_id,
               "requestTimeEpoch": str(int(time.time() * 1000))}
    text, sent = (body or b"").decode("utf-8", "replace"), {}
    for name, value in (integration.get("requestParameters") or {}).items():
        if name.startswith("integration.request.header."):
            sent[name.rsplit(".", 1)[1].lower()] = str(value).strip("'")
    for name, template in (integration.get("requestTemplates") or {}).items():
        if name.split(";")[0].strip().lower() == media_type(headers, "content-type"):
            text, overridden = templates.render(template, text, parameters, context)
            sent |= overridden
    # Of `action/PutEvents` API Gateway makes a query only: EventBridge wants operation and format in headers of the request.
    format_, target = sent.get("content-type", "application/json"), sent.get("x-amz-target", "")
    role = integration.get("credentials")
    if role and not assumable(role, "apigateway.amazonaws.com"):
        return internal_error()
    with request_scope(owner_account_id, region or owner_region):
        status, answer = put_events(role, integration.get("httpMethod") or method, format_, target, text)
    return gateway._service_integration_response(integration, status, json.dumps(answer),
                                                 media_type(headers, "accept"), parameters, context)


# Of a patch every value is a text: https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html
BOOLEANS = {"/apiKeyRequired", "/disableExecuteApiEndpoint", "/tracingEnabled"}


@wrap(gateway, "_apply_patch", "obj patch_ops")
def apply_patch(original, obj, patch_ops):
    def read(op):
        return op | {"value": str(op.get("value")).lower() == "true"} if op.get("path") in BOOLEANS else op
    return original(obj, [read(op) for op in patch_ops])


def arn_of(bus):
    return f"arn:aws:events:{events.get_region()}:{events.get_account_id()}:event-bus/{bus}"


def put_events(role, method, format_, target, text):
    """What EventBridge answers to this call, made in the role's name. Its protocol, https://smithy.io/2.0/aws/protocols/
    aws-json-1_1-protocol.html, is POST alone, with the operation in X-Amz-Target and with a content type of its own."""
    spoken = method == "POST" and format_.split(";")[0].strip().lower() == "application/x-amz-json-1.1"
    if not spoken or target != "AWSEvents.PutEvents":
        return 400, {"__type": "UnknownOperationException"}
    if not role:
        return 400, {"__type": "MissingAuthenticationTokenException", "message": "Missing Authentication Token"}
    try:
        asked = json.loads(text)
        entries = asked["Entries"]
        buses = {entry.get("EventBusName") or "default" for entry in entries}
        own = {bus: arn_of(events._event_bus_name_from_ref(bus)[0]) for bus in buses}
    except (ValueError, TypeError, KeyError, AttributeError):
        return 400, {"__type": "SerializationException"}
    for bus, arn in own.items():
        named = bus if bus.startswith("arn:") else arn
        why = refused(role, "BackplaneAssumeRoleSession", "events:PutEvents", named)
        if named != arn:  # no bus of the sandbox has a policy for another account
            caller = f"arn:aws:sts::{events.get_account_id()}:assumed-role/{role.rsplit('/', 1)[-1]}/BackplaneAssumeRoleSession"
            why = why or (f"User: {caller} is not authorized to perform: events:PutEvents on resource: {named} because no "
                          f"resource-based policy allows the events:PutEvents action")
        if why:
            return 400, {"__type": "AccessDeniedException", "Message": why}
    status, _, answer = events._put_events(asked)
    return status, json.loads(answer)
