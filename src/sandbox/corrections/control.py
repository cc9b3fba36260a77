"""What the services have in common that MiniStack lacks: they keep what was asked for, and its state moves.

The shapes of requests and answers are botocore's own models of the services.
"""
import functools
import json
import time

from ministack import app
from ministack.core import iam_actions, router
from ministack.core.responses import AccountRegionScopedDict, error_response_json, json_response

from .fit import expect_all, misfit

expect_all(router, "SERVICE_PATTERNS")
expect_all(app, "SERVICE_HANDLERS")
expect_all(iam_actions, "SERVICE_TO_IAM_NAMESPACE")


class Refused(Exception):
    """An error of the service: its code, its message."""


@functools.cache
def model(service):
    import botocore.session
    return botocore.session.get_session().get_service_model(service)


def shaped(shape, value):
    """Of a record, only what the answer's shape has."""
    if shape.type_name == "structure":
        return {k: shaped(member, value[k]) for k, member in shape.members.items() if value.get(k) is not None}
    return [shaped(shape.member, each) for each in value] if shape.type_name == "list" else value


def answer(service, operation, record):
    return json_response(shaped(model(service).operation_model(operation).output_shape, record))


def checked(service, operation, request, code):
    """Refuses a request that the model does."""
    from botocore.validate import ParamValidator
    report = ParamValidator().validate(request, model(service).operation_model(operation).input_shape)
    if report.has_errors():
        raise Refused(code, report.generate_report())


def store():
    return AccountRegionScopedDict()


def state(record, *moves):
    """The state of a record by its age: the first is there at once, each other after its number of seconds."""
    age = time.time() - record["born"]
    return [name for name, after in moves if age >= after][-1]


def page(items, request, token, size, most=100):
    """One page of a list, and the token of the next; tokens are positions."""
    try:
        start = int(request.get(token) or 0)
    except ValueError:
        raise Refused("InvalidNextTokenException", "The token is not valid") from None
    limit = min(int(request.get(size) or most), most)
    return items[start:start + limit], str(start + limit) if start + limit < len(items) else None


def register(service, prefix, dispatch):
    """Adds a service with the JSON protocol. `dispatch` takes the operation's name and the request, and may refuse."""
    if service in app.SERVICE_HANDLERS:
        misfit(f"it has {service} of its own")

    async def handle(method, path, headers, body, query):
        operation = headers.get("x-amz-target", path).rsplit(".", 1)[-1]
        try:
            return dispatch(operation, json.loads(body or b"{}"))
        except Refused as why:
            return error_response_json(*why.args, 400)

    app.SERVICE_HANDLERS[service] = handle
    router.SERVICE_PATTERNS[service] = {"target_prefixes": [prefix + "."], "credential_scope": service}
    iam_actions.SERVICE_TO_IAM_NAMESPACE[service] = service
