"""Mapping templates of API Gateway: the parts of the language that the course's template uses and MiniStack lacks."""
import base64
import json
import re
import urllib.parse

from ministack.services import apigateway_v1 as gateway

from .fit import expect_all, wrap

expect_all(gateway, "", _vtl_value="expr st", _vtl_str="value", _vtl_split_args="src",
           _render_request_template_v1="template body_str params_map context")

SHORT = {"\b": r"\b", "\n": r"\n", "\t": r"\t", "\f": r"\f", "\r": r"\r"}


def escape_javascript(text):
    """As AWS's does it: a ' becomes \\', which JSON does not know. An order with one in it is refused by EventBridge."""
    return "".join(SHORT[c] if c in SHORT else f"\\{c}" if c in "\"'\\/" else
                   c if " " <= c <= "~" else "".join(f"\\u{unit:04X}" for unit in utf16(c)) for c in text)


def utf16(character):
    units = character.encode("utf-16-be", "surrogatepass")
    return [int.from_bytes(units[i:i + 2], "big") for i in range(0, len(units), 2)]


UTILITIES = {
    "escapeJavaScript": escape_javascript,
    "parseJson": json.loads,
    "urlDecode": urllib.parse.unquote_plus,
    "base64Encode": lambda text: base64.b64encode(text.encode()).decode(),
    "base64Decode": lambda text: base64.b64decode(text).decode(errors="replace"),
}


def texts(arguments, st):
    return [gateway._vtl_str(gateway._vtl_value(each, st)) for each in gateway._vtl_split_args(arguments)]


@wrap(gateway, "_vtl_util", "steps st")
def utility(original, steps, st):
    name, arguments = steps[0] if steps else (None, None)
    if name not in UTILITIES or arguments is None:
        return original(steps, st)
    try:
        value = UTILITIES[name](*texts(arguments, st)[:1])
        for method, arguments in steps[1:]:  # AWS's documentation advises .replaceAll("\\'","'")
            if method == "replaceAll" and arguments is not None:
                pattern, instead = texts(arguments, st)
                value = re.sub(pattern, lambda _: instead, value)
        return value
    except (ValueError, TypeError, re.error):
        return None


@wrap(gateway, "_vtl_input", "steps st")
def input_variable(original, steps, st):
    """$input.json(…) is JSON on AWS, so a text in it keeps its quotes."""
    name, arguments = steps[0] if steps else (None, None)
    if name != "json" or arguments is None:
        return original(steps, st)
    return json.dumps(original([("path", arguments)], st), separators=(",", ":"), ensure_ascii=False)


OVERRIDE = re.compile(r"\s*\$!?\{?context\.requestOverride\.(header|path|querystring)\.([\w-]+)\}?\s*=(.*)", re.S)


@wrap(gateway, "_vtl_set", "inner st")
def assignment(original, inner, st):
    """What a template sets for the request that goes on to the service."""
    override = OVERRIDE.fullmatch(inner)
    if not override:
        return original(inner, st)
    part, name, value = override.groups()
    overrides = st["context"].setdefault("requestOverride", {}).setdefault(part, {})
    overrides[name.lower()] = gateway._vtl_str(gateway._vtl_value(value, st))


def render(template, body, parameters, context):
    """The rendered text, and the headers that the template sets."""
    context = dict(context)
    text = gateway._render_request_template_v1(template, body, parameters, context)
    return text, context.get("requestOverride", {}).get("header", {})
