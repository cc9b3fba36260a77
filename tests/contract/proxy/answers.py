"""An answer of the sandbox's in another form that AWS's model allows as well."""

import base64
import datetime
import json
import uuid
from xml.sax.saxutils import escape

import botocore.awsrequest
import botocore.parsers

import model


class Answer:
    """An answer as it is sent."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def header(self, name):
        return next((value for key, value in self.headers if key.lower() == name), None)

    def set_header(self, name, value):
        self.headers = [(key, old) for key, old in self.headers if key.lower() != name.lower()] + [(name, value)]


class Style:
    """How an answer is written. Each is legal, and alone or with others."""

    NAMES = {
        "known members only",
        "members that are new",
        "null for what is absent",
        "empty lists and texts absent",
        "absent lists empty",
        "timestamps in whole seconds",
        "timestamps with an exponent",
        "timestamps in milliseconds",
        "indented",
        "an XML declaration and comments",
        "CDATA",
        "a namespace prefix",
        "members in another order",
        "plain UTF-8",
        "other headers",
    }

    def __init__(self, names):
        assert set(names) <= self.NAMES, names
        self.names = set(names)

    def __contains__(self, name):
        assert name in self.NAMES, name
        return name in self.names


def is_rewritten(request):
    """Whether its answer can be written again: DynamoDB's items and what is a payload cannot, nor what has none."""
    shape = request.operation.output_shape
    if shape is None or shape.serialization.get("payload"):
        return False
    return request.name not in ("dynamodb.GetItem", "dynamodb.Scan", "dynamodb.DeleteItem")


def parsed(request, answer):
    """The answer as botocore reads it."""
    parser = botocore.parsers.create_parser(model.service(request.service).metadata["protocol"])
    headers = botocore.awsrequest.HeadersDict(dict(answer.headers))
    raw = {"status_code": answer.status, "headers": headers, "body": answer.body}
    value = parser.parse(raw, request.operation.output_shape)
    value.pop("ResponseMetadata", None)
    return value


def written(request, answer, value, style):
    """`answer` with this value in this style."""
    protocol = model.service(request.service).metadata["protocol"]
    shape = request.operation.output_shape
    if protocol in ("json", "rest-json"):
        body = Json(style).text(shape, value)
    elif protocol == "query":
        body = Xml(style).query(request, shape, value)
    else:
        body = Xml(style).rest(request, shape, value)
    again = Answer(answer.status, list(answer.headers), answer.body if body is None else body.encode())
    if "other headers" in style:
        again.headers = [(key.upper(), value) for key, value in again.headers]
        again.headers += [("Vary", "accept-encoding"), ("x-amzn-Trace-Id", "Root=1"), ("Via", "1.1 edge")]
    return again


def timestamp(shape, value, style, default):
    form = shape.serialization.get("timestampFormat") or default
    if not isinstance(value, datetime.datetime):
        return value
    value = value.astimezone(datetime.timezone.utc)
    if form == "unixTimestamp":
        seconds = value.timestamp()
        if "timestamps in whole seconds" in style:
            return int(seconds)
        if "timestamps with an exponent" in style:
            return Literal(f"{seconds:.12E}".replace("E+0", "E"))
        if "timestamps in milliseconds" in style:
            return Literal(f"{seconds:.3f}")
        return seconds
    if form == "iso8601":
        fraction = "timestamps in milliseconds" in style
        return value.strftime("%Y-%m-%dT%H:%M:%S") + (f".{value.microsecond // 1000:03}Z" if fraction else "Z")
    return value.strftime("%a, %d %b %Y %H:%M:%S GMT")


class Literal:
    """A number as it is to be written."""

    def __init__(self, text):
        self.text = text


class Json:
    def __init__(self, style):
        self.style = style

    def text(self, shape, value):
        encoder = json.encoder.JSONEncoder(
            indent=2 if "indented" in self.style else None,
            ensure_ascii="plain UTF-8" not in self.style,
            separators=None if "indented" in self.style else (",", ":"),
        )
        literals = []
        tree = self._marked(self.value(shape, value), literals)
        text = encoder.encode(tree)
        for number, literal in enumerate(literals):
            text = text.replace(f'"literal {number} of this answer"', literal)
        return text

    def _marked(self, tree, literals):
        if isinstance(tree, Literal):
            literals.append(tree.text)
            return f"literal {len(literals) - 1} of this answer"
        if isinstance(tree, dict):
            return {key: self._marked(value, literals) for key, value in tree.items()}
        if isinstance(tree, list):
            return [self._marked(value, literals) for value in tree]
        return tree

    def value(self, shape, value):
        kind = shape.type_name
        if kind == "structure" and not shape.is_document_type:
            return self.structure(shape, value)
        if kind == "list":
            return [self.value(shape.member, inner) for inner in value]
        if kind == "map":
            return {key: self.value(shape.value, inner) for key, inner in value.items()}
        if kind == "timestamp":
            return timestamp(shape, value, self.style, "unixTimestamp")
        if kind == "blob":
            return base64.b64encode(value).decode()
        return value

    def structure(self, shape, value):
        fields = {}
        for name, member in shape.members.items():
            wire = member.serialization.get("name", name)
            if member.serialization.get("location"):
                continue
            if value.get(name) is not None:
                fields[wire] = self.value(member, value[name])
            elif "null for what is absent" in self.style:
                fields[wire] = None
            elif "absent lists empty" in self.style and member.type_name in ("list", "map"):
                fields[wire] = [] if member.type_name == "list" else {}
        if "empty lists and texts absent" in self.style:
            required = {shape.members[name].serialization.get("name", name) for name in shape.required_members}
            fields = {key: v for key, v in fields.items() if v not in ([], {}, "") or key in required}
        if "members that are new" in self.style and not shape.is_tagged_union:
            fields |= {"aNewText": "new", "aNewList": [1, {"a": None}], "aNewThing": {"deep": {"er": 1}}, "aNull": None}
        if "members in another order" in self.style:
            fields = dict(reversed(fields.items()))
        return fields


class Xml:
    def __init__(self, style):
        self.style = style
        self.prefix = "p:" if "a namespace prefix" in style else ""

    def query(self, request, shape, value):
        namespace = model.service(request.service).metadata.get("xmlNamespace", "https://aws.example/")
        called = request.operation.name
        inner = self.element(shape, value, shape.serialization.get("resultWrapper", f"{called}Result"))
        inner += self.tag("ResponseMetadata", self.tag("RequestId", str(uuid.uuid4())))
        declared = f' xmlns{":p" if self.prefix else ""}="{namespace}"'
        return self.beginning() + self.tag(f"{called}Response", inner, declared)

    def rest(self, request, shape, value):
        roots = {"ListBuckets": "ListAllMyBucketsResult", "ListObjectsV2": "ListBucketResult"}
        root = roots.get(request.operation.name)
        if root is None:
            return None
        # S3 sends neither, and AWS's own clients read neither.
        self.prefix, self.style = "", Style(self.style.names - {"CDATA"})
        inner = self.structure(shape, value)
        return self.beginning() + self.tag(root, inner, ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"')

    def beginning(self):
        return '<?xml version="1.0" encoding="UTF-8"?>\n' if "an XML declaration and comments" in self.style else ""

    def tag(self, name, inner, attributes=""):
        line = "\n" if "indented" in self.style and inner.startswith(("<", "\n")) else ""
        return f"{line}<{self.prefix}{name}{attributes}>{inner}{line}</{self.prefix}{name}>"

    def element(self, shape, value, name):
        kind = shape.type_name
        if kind == "structure":
            return self.tag(name, self.structure(shape, value))
        if kind == "list":
            item = shape.member.serialization.get("name")
            if shape.serialization.get("flattened"):
                return "".join(self.element(shape.member, inner, item or name) for inner in value)
            return self.tag(name, "".join(self.element(shape.member, inner, item or "member") for inner in value))
        if kind == "map":
            key, inner = shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value")
            pairs = [self.element(shape.key, k, key) + self.element(shape.value, v, inner) for k, v in value.items()]
            return self.tag(name, "".join(self.tag("entry", pair) for pair in pairs))
        if kind == "timestamp":
            return self.tag(name, str(timestamp(shape, value, self.style, "iso8601")))
        if kind == "boolean":
            return self.tag(name, "true" if value else "false")
        if kind == "string" and "CDATA" in self.style and "]]>" not in value:
            return self.tag(name, f"<![CDATA[{value}]]>" if value else "")
        return self.tag(name, escape(str(value)))

    def structure(self, shape, value):
        parts = []
        for name, member in shape.members.items():
            wire, inner = member.serialization.get("name", name), value.get(name)
            is_many = member.type_name in ("list", "map")
            if member.serialization.get("location"):
                continue
            if inner is None:
                if "absent lists empty" in self.style and is_many and not member.serialization.get("flattened"):
                    parts.append(f"<{self.prefix}{wire}/>")
            elif (
                inner not in ([], {}, "")
                or name in shape.required_members
                or "empty lists and texts absent" not in self.style
            ):
                parts.append(self.element(member, inner, wire))
        if "members that are new" in self.style:
            parts += [self.tag("ANewText", "new"), self.tag("ANewList", self.tag("member", "1")), self.tag("AnEmpty", "")]
        if "members in another order" in self.style:
            parts.reverse()
        if "an XML declaration and comments" in self.style:
            parts.insert(0, "<!-- a comment -->")
        return "".join(parts)
