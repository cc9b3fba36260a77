"""Errors as the protocol of each service writes them."""

import json

import model
from answers import Answer

# Code and status of each protocol.
KINDS = {
    "denied": {
        "json": ("AccessDeniedException", 400),
        "rest-json": ("AccessDeniedException", 403),
        "query": ("AccessDenied", 403),
        "rest-xml": ("AccessDenied", 403),
    },
    "opt-in": {protocol: ("OptInRequired", 403) for protocol in ("json", "rest-json", "query", "rest-xml")},
    "broken": {
        "json": ("InternalFailure", 500),
        "rest-json": ("ServiceException", 500),
        "query": ("InternalFailure", 500),
        "rest-xml": ("InternalError", 500),
    },
    "throttled": {
        "json": ("ThrottlingException", 400),
        "rest-json": ("TooManyRequestsException", 429),
        "query": ("Throttling", 400),
        "rest-xml": ("SlowDown", 503),
    },
}


# What a service answers with its error, if its model does not say.
STATUS = 400
BROKEN = 500


def error(request, kind):
    protocol = model.service(request.service).metadata["protocol"]
    code, status = KINDS[kind][protocol]
    if request.service == "sns" and kind == "denied":
        code = "AuthorizationError"
    return written(request.service, code, status, f"an error of the kind {kind}")


def modelled(service, called):
    """The errors that the model lists for an operation: code and status of each."""
    shapes = model.operation(service, called).error_shapes
    return [(shape.error_code, status(shape)) for shape in shapes]


def status(shape):
    # The loader keeps of a shape only what a client needs: not whose fault it is.
    fault = shape._shape_model.get("fault") or shape.metadata.get("error", {}).get("fault")
    return shape.metadata.get("error", {}).get("httpStatusCode", BROKEN if fault else STATUS)


def written(service, code, status, message):
    """An error of a service in the form of its protocol."""
    protocol = model.service(service).metadata["protocol"]
    if protocol == "json":
        body = json.dumps({"__type": f"com.amazon.coral.service#{code}", "Message": message})
        return Answer(status, [("Content-Type", "application/x-amz-json-1.1")], body.encode())
    if protocol == "rest-json":
        kind = f"{code}:http://internal.amazon.com/coral/"
        headers = [("Content-Type", "application/json"), ("x-amzn-ErrorType", kind)]
        return Answer(status, headers, json.dumps({"message": message}).encode())
    inner = f"<Code>{code}</Code><Message>{message}</Message>"
    if protocol == "query":
        body = f"<ErrorResponse><Error><Type>Sender</Type>{inner}</Error><RequestId>r</RequestId></ErrorResponse>"
    else:
        body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inner}<RequestId>r</RequestId></Error>'
    return Answer(status, [("Content-Type", "text/xml")], body.encode())
