"""What stands in front of MiniStack: who is let in, the sandbox's own pages, and everything that has an address in AWS's
domains.

Such an address is reached at the sandbox's own port with the address's name as Host. AWS serves it to everybody; all else
is served to who has signed.
"""
import json
import re
import urllib.parse
from email.utils import formatdate

from ministack.services import apigateway, apigateway_v1, lambda_svc

from . import apprunner, express, guard, mail, secret, signatures
from .fit import expect_all

expect_all(apigateway, "_apis")
expect_all(apigateway_v1, "_rest_apis")
expect_all(lambda_svc, "", resolve_function_url="url_id")

SERVICES = re.compile(r"[\w-]+\.(?:[\w-]+\.awsapprunner\.com|ecs\.[\w-]+\.on\.aws)")
API = re.compile(r"(\w+)\.execute-api\.[\w-]+\.amazonaws\.com(?:\.cn)?")
FUNCTION = re.compile(r"(\w+)\.lambda-url\.[\w-]+\.on\.aws")
# MiniStack's own pages, and ours: what is there is no account's own.
INTERNAL = ("/_edemlab/", "/_ministack/", "/_localstack/", "/_aws/")
JSON = {"content-type": "application/json"}


def grafana(path):
    """As the course's image answers a visitor who is not logged in."""
    if path == "/":
        return 302, {"location": "/login"}, b""
    if path == "/api/health":
        return 200, dict(JSON), b'{"database": "ok", "version": "sandbox"}'
    return 200, {"content-type": "text/html; charset=utf-8"}, b"<!DOCTYPE html><title>Grafana</title>"


def service(host, path):
    """An address in AWS's domains, reached by the Host header alone."""
    found = [running for running in (apprunner.runs(host), express.runs(host)) if running is not None]
    if not found:
        return 404, {}, b""
    return grafana(path) if found[0] else (503, {}, b"upstream connect error")


def own_page(method, path, query):
    """What the command line asks the sandbox itself."""
    if (method, path) == ("GET", "/_edemlab/health"):
        # Who answers on this port shows that it knows the secret, without telling it.
        return 200, {"proof": secret.derived("health", query.get("challenge", ""))}
    if set(query) - {"account", "region", "endpoint"}:
        return 400, {"message": "Only account, region and endpoint can be asked for"}
    return mail.answer(method, path, query)


def at(scope, path):
    """The same request at another path of MiniStack's."""
    headers = [(k, b"127.0.0.1" if k.lower() == b"host" else v) for k, v in scope["headers"]]
    return {**scope, "path": path, "raw_path": urllib.parse.quote(path).encode(), "headers": headers}


def to_api(scope, name):
    """A call of a stage, as MiniStack expects it: with the API's id and the stage in the path."""
    stage, _, rest = scope["path"].lstrip("/").partition("/")
    return at(scope, f"/restapis/{name}/{stage}/_user_request_/{rest}")


def of_everybody(scope, host, attempted):
    """What AWS serves to who has not signed: the request as MiniStack expects it, or the answer itself. Else None."""
    api, function = API.fullmatch(host), FUNCTION.fullmatch(host)
    if SERVICES.fullmatch(host):
        return service(host, scope["path"])
    if attempted:  # then it is verified first
        return None
    if api:
        stores = (apigateway_v1._rest_apis, apigateway._apis)
        known = any(key[-1] == api[1] for store in stores for key, _ in store.all_items())
        return to_api(scope, api[1]) if known else (403, dict(JSON), b'{"message":"Forbidden"}')
    if function:
        found = lambda_svc.resolve_function_url(function[1])
        if found and found[-1].get("AuthType") == "NONE":
            return at(scope, f"/_aws/lambda-url/{function[1]}{scope['path']}")
        return 403, dict(JSON), b'{"Message":"Forbidden"}'
    return None


async def answer(send, scope, status, about, body):
    if scope["type"] == "websocket":
        return await send({"type": "websocket.close", "code": 1008})
    body = b"" if scope["method"] == "HEAD" else body
    about = {**about, "content-length": str(len(body)), "date": formatdate(usegmt=True)}
    await send({"type": "http.response.start", "status": status,
                "headers": [(name.encode(), value.encode()) for name, value in about.items()]})
    await send({"type": "http.response.body", "body": body})


async def refuse(send, scope, code, message):
    await answer(send, scope, 403, dict(JSON), json.dumps({"__type": code, "message": message}).encode())


async def whole(receive):
    """The body of a request; None when its sender has gone."""
    parts, more = [], True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return None
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def with_body(body, receive):
    """Receives a body that was received before, and then what comes after it."""
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again():
        return waiting.pop() if waiting else await receive()
    return receive_again


def around(application):
    async def serve(scope, receive, send):
        if scope["type"] not in ("http", "websocket"):
            return await application(scope, receive, send)
        send = guard.without_cors(send)
        why = guard.refused(scope)
        if why:
            return await refuse(send, scope, "AccessDenied", why)
        headers = {}
        for name, value in scope["headers"]:
            name, value = name.decode("latin-1").lower(), signatures.text(value)
            headers[name] = f"{headers[name]},{value}" if name in headers else value
        try:
            query = urllib.parse.parse_qs(scope["query_string"].decode(), keep_blank_values=True)
        except UnicodeDecodeError:
            return await answer(send, scope, 400, dict(JSON), b'{"message":"The query string is not UTF-8"}')
        host = guard.aws_name(headers["host"].lower()) or ""
        public = scope["type"] == "http" and of_everybody(scope, host, signatures.is_attempted(headers, query))
        if isinstance(public, tuple):
            return await answer(send, scope, *public)
        if public:
            return await application(public, receive, send)

        method, path = scope.get("method", "GET"), scope["path"]
        body = b"" if scope["type"] == "websocket" else await whole(receive)
        if body is None:
            return None
        raw_path = (scope.get("raw_path") or urllib.parse.quote(path).encode()).decode("latin-1")
        try:
            key = signatures.verify(method, raw_path, query, headers, body)
            if path.startswith(INTERNAL) and not signatures.ACCOUNT.fullmatch(key):
                raise signatures.Refused("MissingAuthenticationToken", f"Only a root user may ask for {path}")
        except signatures.Refused as refused:
            if path.startswith(INTERNAL):  # no service of AWS's
                return await refuse(send, scope, *refused.args)
            return await answer(send, scope, *signatures.failure(refused, method, path, query, headers, body))
        if scope["type"] == "websocket":
            return await application(scope, receive, send)
        if path.startswith("/_edemlab/"):
            flat = {name: values[0] for name, values in query.items() if name.lower() not in signatures.IN_QUERY}
            status, page = own_page(method, path, flat)
            return await answer(send, scope, status, dict(JSON), json.dumps(page).encode())
        api = API.fullmatch(host)
        return await application(to_api(scope, api[1]) if api else scope, with_body(body, receive), send)
    return serve
