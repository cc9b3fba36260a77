"""What stands in front of MiniStack: the inbox of the sandbox, and everything that has an address in AWS's domains.

Such an address is reached at the sandbox's own port with the address's name as Host.
"""
import json
import re
import urllib.parse

from . import apprunner, express, mail

SERVICES = re.compile(r"[\w-]+\.(?:[\w-]+\.awsapprunner\.com|ecs\.[\w-]+\.on\.aws)")
API = re.compile(r"(\w+)\.execute-api\.[\w-]+\.amazonaws\.com(?:\.cn)?")
HERE = ("127.0.0.1", "localhost", "[::1]")


def grafana(path):
    """As the course's image answers a visitor who is not logged in."""
    if path == "/":
        return 302, {"location": "/login"}, b""
    if path == "/api/health":
        return 200, {"content-type": "application/json"}, b'{"database": "ok", "version": "sandbox"}'
    return 200, {"content-type": "text/html; charset=utf-8"}, b"<!DOCTYPE html><title>Grafana</title>"


def service(host, path):
    """An address in AWS's domains, reached by the Host header alone."""
    found = [running for running in (apprunner.runs(host), express.runs(host)) if running is not None]
    if not found:
        return 404, {}, b""
    return grafana(path) if found[0] else (503, {}, b"upstream connect error")


def inbox(method, path, query, headers):
    """For callers on this machine that are no web page."""
    if b"origin" in headers:
        return 403, {"message": "Not for web pages"}
    if set(query) - {"account", "region", "endpoint"}:
        return 400, {"message": "Only account, region and endpoint can be asked for"}
    return mail.answer(method, path, query)


def to_api(scope, name):
    """A call of a stage, as MiniStack expects it: with the API's id and the stage in the path."""
    stage, _, rest = scope["path"].lstrip("/").partition("/")
    path = f"/restapis/{name}/{stage}/_user_request_/{rest}"
    headers = [(k, b"127.0.0.1" if k.lower() == b"host" else v) for k, v in scope["headers"]]
    return {**scope, "path": path, "raw_path": urllib.parse.quote(path).encode(), "headers": headers}


def around(application):
    async def serve(scope, receive, send):
        if scope["type"] != "http":
            return await application(scope, receive, send)
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        host = re.sub(r":\d+$", "", headers.get(b"host", ""))
        if API.fullmatch(host):
            return await application(to_api(scope, API.fullmatch(host)[1]), receive, send)
        if SERVICES.fullmatch(host):
            status, about, body = service(host, scope["path"])
        elif scope["path"].startswith("/_edemlab/") and host in HERE:
            query = dict(urllib.parse.parse_qsl(scope["query_string"].decode("latin-1")))
            status, answer = inbox(scope["method"], scope["path"], query, headers)
            about, body = {"content-type": "application/json"}, json.dumps(answer).encode()
        else:
            return await application(scope, receive, send)
        about["content-length"] = str(len(body))
        await send({"type": "http.response.start", "status": status,
                    "headers": [(name.encode(), value.encode()) for name, value in about.items()]})
        await send({"type": "http.response.body", "body": body})
    return serve
