"""What AWS's model, as botocore has it, says of a request: which operation it is, and what is wrong with it."""

import functools
import json
import re
import urllib.parse
import xml.etree.ElementTree

import botocore.session

SESSION = botocore.session.get_session()

# Services by the names that requests to them are signed for.
BY_SIGNING_NAME = {
    "apigateway": "apigateway",
    "apprunner": "apprunner",
    "cloudformation": "cloudformation",
    "cloudtrail": "cloudtrail",
    "dynamodb": "dynamodb",
    "ecr": "ecr",
    "ecs": "ecs",
    "elasticloadbalancing": "elbv2",
    "events": "events",
    "firehose": "firehose",
    "iam": "iam",
    "kinesis": "kinesis",
    "lambda": "lambda",
    "logs": "logs",
    "personalize": "personalize",
    "s3": "s3",
    "sns": "sns",
    "states": "stepfunctions",
    "sts": "sts",
    "tagging": "resourcegroupstaggingapi",
}


@functools.lru_cache(None)
def service(name):
    return SESSION.get_service_model(name)


@functools.lru_cache(None)
def operation(name, called):
    """The operation of a service, or None."""
    if called not in service(name).operation_names:
        return None
    return service(name).operation_model(called)


@functools.lru_cache(None)
def paginator(name, called):
    try:
        return SESSION.get_paginator_model(name).get_paginator(called)
    except (ValueError, botocore.exceptions.DataNotFoundError):
        return None


class Request:
    """A request as it came."""

    def __init__(self, method, target, headers, body):
        self.method, self.target, self.headers, self.body = method, target, headers, body
        self.path, _, self.query = target.partition("?")
        self.problems = []
        self.service = self.operation = None
        self.params = {}
        scope = re.search(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request", self.header("authorization"))
        self.is_signed = scope is not None
        self.signed_region = scope[2] if scope else None
        if scope and scope[3] in BY_SIGNING_NAME:
            self.service = BY_SIGNING_NAME[scope[3]]
            if self.service == "apigateway" and self.path.startswith("/v2/"):
                self.service = "apigatewayv2"
            self._read()
        elif scope:
            self.problem(f"signed for {scope[3]}, which no service is called")

    def header(self, name):
        return next((value for key, value in self.headers if key.lower() == name), "")

    def problem(self, text):
        called = self.operation.name if self.operation else f"{self.method} {self.target}"
        self.problems.append(f"{self.service}.{called}: {text}")

    @property
    def name(self):
        """Service and operation, as in `kinesis.PutRecord`; None of a request that is not signed."""
        return f"{self.service}.{self.operation.name}" if self.operation else None

    def _read(self):
        protocol = service(self.service).metadata["protocol"]
        read = {"json": self._read_json, "query": self._read_query}.get(protocol, self._read_rest)
        read()
        if self.operation:
            shape = self.operation.input_shape
            if shape is not None:
                Check(self, is_text=protocol != "json").structure(shape, self.params, "")
            elif self.params:
                self.problem("has an input, which the operation has not")

    def _expect(self, what, found, expected):
        if found != expected:
            self.problem(f"{what} is {found!r}, not {expected!r}")

    def _called(self, called):
        self.operation = operation(self.service, called)
        if self.operation is None:
            self.problem(f"no operation is called {called!r}")

    def _read_json(self):
        metadata = service(self.service).metadata
        prefix, _, called = self.header("x-amz-target").rpartition(".")
        self._called(called)
        self._expect("the target's prefix", prefix, metadata["targetPrefix"])
        expected = f"application/x-amz-json-{metadata['jsonVersion']}"
        self._expect("the content type", self.header("content-type"), expected)
        self._expect("method and path", (self.method, self.target), ("POST", "/"))
        self.params = json.loads(self.body or b"{}")

    def _read_query(self):
        self._expect("method and path", (self.method, self.target), ("POST", "/"))
        form = self.header("content-type").split(";")[0]
        self._expect("the content type", form, "application/x-www-form-urlencoded")
        pairs = urllib.parse.parse_qsl(self.body.decode(), keep_blank_values=True, strict_parsing=True)
        fields = dict(pairs)
        self._expect("the number of fields", len(pairs), len(fields))
        called, version = fields.pop("Action", None), fields.pop("Version", None)
        self._called(called)
        self._expect("the version", version, service(self.service).api_version)
        if self.operation and self.operation.input_shape is not None:
            self.params = nested(self.operation.input_shape, "", fields)
            for name in fields:
                self.problem(f"the field {name} is not the model's")

    def _read_rest(self):
        query = urllib.parse.parse_qs(self.query, keep_blank_values=True)
        found = [match for match in map(lambda o: self._matches(o, query), operations(self.service)) if match]
        if not found:
            return self.problem("no operation has this method and path")
        # The one that leaves the fewest of the query's fields, and of the path, to a parameter.
        fit = lambda match: (self._strange(match[0], match[2], query), len(match[1]), -len(match[2]))
        self.operation, path, fixed = min(found, key=fit)
        for name in sorted(set(query) - set(fixed) - set(query_members(self.operation)) - {"x-id"}):
            self.problem(f"the query's field {name} is not the model's")
        shape = self.operation.input_shape
        if shape is None:
            return
        for name, member in shape.members.items():
            place, wire = member.serialization.get("location"), member.serialization.get("name", name)
            if place == "uri" and wire in path:
                self.params[name] = urllib.parse.unquote(path[wire])
            elif place == "querystring" and wire in query:
                self.params[name] = query[wire] if member.type_name == "list" else query[wire][0]
            elif place == "header" and self.header(wire.lower()):
                self.params[name] = self.header(wire.lower())
        payload = shape.serialization.get("payload")
        if payload and shape.members[payload].type_name == "structure":
            self.params[payload] = self._of_xml(shape.members[payload], xml.etree.ElementTree.fromstring(self.body))
        elif payload:
            self.params[payload] = self.body
        elif self.body and service(self.service).metadata["protocol"] == "rest-json":
            self.params.update(json.loads(self.body))

    def _of_xml(self, shape, element):
        """An element as the model's shape has it: its lists are flattened, one element an item."""
        if shape.type_name != "structure":
            return element.text or ""
        found = {}
        wires = {member.serialization.get("name", name): name for name, member in shape.members.items()}
        for child in element:
            wire = child.tag.rpartition("}")[2]
            if wire not in wires:
                self.problem(f"the element {wire} is not the model's")
                continue
            member = shape.members[wires[wire]]
            if member.type_name == "list":
                found.setdefault(wires[wire], []).append(self._of_xml(member.member, child))
            else:
                found[wires[wire]] = self._of_xml(member, child)
        return found

    def _matches(self, candidate, query):
        uri, _, fixed = candidate.http["requestUri"].partition("?")
        fixed = dict(urllib.parse.parse_qsl(fixed, keep_blank_values=True))
        # S3 says in `x-id` which operation it is.
        wanted = query.get("x-id", [fixed.get("x-id", candidate.name)])[0]
        fixed.pop("x-id", None)
        if candidate.http["method"] != self.method or wanted != candidate.name or not set(fixed) <= set(query):
            return None
        parts = re.split(r"\{(\w+)(\+?)\}", uri)
        pattern = "".join(
            re.escape(part) if at % 3 == 0 else f"(?P<{part}>" if at % 3 == 1 else (".+)" if part else "[^/]+)")
            for at, part in enumerate(parts)
        )
        match = re.fullmatch(pattern + "/?", self.path)
        return match and (candidate, match.groupdict(), fixed)

    @staticmethod
    def _strange(candidate, fixed, query):
        return len(set(query) - set(fixed) - set(query_members(candidate)))


@functools.lru_cache(None)
def operations(name):
    return [operation(name, called) for called in service(name).operation_names]


def query_members(candidate):
    members = candidate.input_shape.members.items() if candidate.input_shape is not None else []
    places = [(member.serialization, name) for name, member in members]
    return [place.get("name", name) for place, name in places if place.get("location") == "querystring"]


def nested(shape, prefix, fields):
    """The value that a query's `fields` below `prefix` stand for; takes them away."""
    if shape.type_name == "structure":
        below = f"{prefix}." if prefix else ""
        value = {}
        for name, member in shape.members.items():
            at = below + member.serialization.get("name", name)
            if any(field == at or field.startswith(f"{at}.") for field in fields):
                value[name] = nested(member, at, fields)
        return value
    if shape.type_name == "list":
        item = prefix
        if not shape.serialization.get("flattened"):
            item += "." + shape.member.serialization.get("name", "member")
        value = []
        while any(f == f"{item}.{len(value) + 1}" or f.startswith(f"{item}.{len(value) + 1}.") for f in fields):
            value.append(nested(shape.member, f"{item}.{len(value) + 1}", fields))
        return value
    return fields.pop(prefix, None)


class Check:
    """Holds a value against its shape."""

    def __init__(self, request, is_text):
        self.request, self.is_text = request, is_text

    def value(self, shape, value, at):
        kind = "integer" if shape.type_name == "long" else shape.type_name
        getattr(self, kind, self.anything)(shape, value, at)

    def problem(self, at, text):
        self.request.problem(f"{at or 'the input'} {text}")

    def anything(self, shape, value, at):
        if value is None:
            self.problem(at, "is null")

    def structure(self, shape, value, at):
        if not isinstance(value, dict):
            return self.problem(at, f"is {value!r}, not a structure")
        for name in shape.required_members:
            if name not in value:
                self.problem(at, f"lacks {name}, which is required")
        for name, inner in value.items():
            if name in shape.members:
                self.value(shape.members[name], inner, f"{at}.{name}".lstrip("."))
            else:
                self.problem(at, f"has {name}, which the model has not")
        if shape.metadata.get("union") and len(value) != 1:
            self.problem(at, f"is a union, with {len(value)} members")

    def list(self, shape, value, at):
        if not isinstance(value, list):
            return self.problem(at, f"is {value!r}, not a list")
        self.limits(shape, len(value), at)
        for number, inner in enumerate(value):
            self.value(shape.member, inner, f"{at}[{number}]")

    def map(self, shape, value, at):
        if not isinstance(value, dict):
            return self.problem(at, f"is {value!r}, not a map")
        for key, inner in value.items():
            self.value(shape.key, key, f"{at}'s key")
            self.value(shape.value, inner, f"{at}[{key}]")

    def integer(self, shape, value, at):
        if self.is_text and isinstance(value, str) and re.fullmatch(r"-?\d+", value):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            return self.problem(at, f"is {value!r}, not an integer")
        self.limits(shape, value, at)

    def boolean(self, shape, value, at):
        if not isinstance(value, bool) and not (self.is_text and value in ("true", "false")):
            self.problem(at, f"is {value!r}, not a truth value")

    def timestamp(self, shape, value, at):
        if not self.is_text and (not isinstance(value, (int, float)) or isinstance(value, bool)):
            self.problem(at, f"is {value!r}, not a timestamp")

    def string(self, shape, value, at):
        if not isinstance(value, str):
            return self.problem(at, f"is {value!r}, not a text")
        self.limits(shape, len(value), at)
        if shape.enum and value not in shape.enum:
            self.problem(at, f"is {value!r}, none of {shape.enum}")
        pattern = shape.metadata.get("pattern")
        if pattern and not matches(pattern, value):
            self.problem(at, f"is {value!r}, which is not of the form {pattern}")

    def limits(self, shape, size, at):
        least, most = shape.metadata.get("min"), shape.metadata.get("max")
        if (least is not None and size < least) or (most is not None and size > most):
            self.problem(at, f"has a size of {size}, which is not from {least} to {most}")


def matches(pattern, value):
    # Classes of characters that Python's expressions do not have.
    for theirs, ours in (("L", "\\w"), ("M", "\\w"), ("N", "\\d"), ("P", "\\W"), ("S", "\\W"), ("Z", "\\s")):
        pattern = pattern.replace(f"\\p{{{theirs}}}", ours)
    try:
        return re.search(pattern, value) is not None
    except re.error:
        return True
