"""A proxy in front of the sandbox: holds each request against AWS's model, and answers as its rules say.

It takes orders, a line of JSON each, from its standard input, answers each with a line of JSON, and ends when its input
does. It listens on the loopback only.
"""

import http.client
import http.server
import itertools
import json
import socketserver
import sys
import threading
import time
import urllib.parse

import catalog
import errors
import model
from answers import Answer, Style, is_rewritten, parsed, written
from clock import Clock
from pages import Pages

HOP_BY_HOP = {"connection", "content-length", "transfer-encoding", "keep-alive"}


class Rules:
    """How requests are answered."""

    def __init__(self, order):
        self.style = Style(order["style"]) if "style" in order else None
        self.pages = Pages(**order["pages"]) if "pages" in order else None
        self.clock = Clock(**order["clock"]) if "clock" in order else None
        # Errors and whole answers in the place of others: of these operations, or all, and that often.
        self.error, self.raw = order.get("error"), order.get("raw")
        # Whether an execution of long ago was redriven just now.
        self.redriven = order.get("redriven", False)
        # Members that are left out: an operation, and the path to the member.
        self.drop = {(operation, tuple(path)) for operation, path in order.get("drop", [])}
        self.counts, self.lock = {}, threading.Lock()

    def answer(self, request, ask):
        if request.operation is None:
            return ask(request)
        instead = self._instead(request)
        if instead:
            return instead
        if self.redriven and request.name == "stepfunctions.ListExecutions":
            answer = self._changed(request, lambda asked: with_redriven(asked, ask(asked)))
        else:
            answer = self._changed(request, ask)
        return self.clock.answer(request, answer) if self.clock else answer

    def _instead(self, request):
        for rule in filter(None, (self.error, self.raw)):
            if not meets(rule, request):
                continue
            with self.lock:
                count = self.counts[request.name] = self.counts.get(request.name, 0) + 1
            if count <= rule.get("times", count):
                if rule is self.error:
                    if "code" in rule:
                        return errors.written(request.service, rule["code"], rule["status"], "m")
                    return errors.error(request, rule["kind"])
                return Answer(rule["status"], [tuple(pair) for pair in rule["headers"]], rule["body"].encode())
        return None

    def _changed(self, request, ask):
        style = self.style or Style([])
        rewritten = is_rewritten(request)
        paged = self.pages.answer(request, ask, style) if self.pages and rewritten else None
        if paged:
            return paged
        answer = ask(request)
        dropped = [path for operation, path in self.drop if operation == request.name]
        if answer.status >= 300 or not rewritten or not (self.style or dropped):
            return answer
        value = parsed(request, answer)
        for path in dropped:
            drop(value, path)
        return written(request, answer, value, style)


def meets(rule, request):
    """Whether a rule is for a request: of certain operations, of all besides others, with a text in it."""
    only, besides = rule.get("only"), rule.get("besides", [])
    holds = rule.get("holding", "").encode() in request.target.encode() + request.body
    return holds and request.name not in besides and (only is None or request.name in only)


def with_redriven(request, answer):
    """A list of executions with one of long ago, in front, where AWS puts it once it is redriven."""
    value = json.loads(answer.body)
    machine = request.params["stateMachineArn"]
    old = {
        "executionArn": machine.replace(":stateMachine:", ":execution:") + ":redriven",
        "stateMachineArn": machine,
        "name": "redriven",
        "status": "RUNNING",
        "startDate": time.time() - 86400,
        "redriveCount": 1,
        "redriveDate": time.time(),
    }
    answer.body = json.dumps(value | {"executions": [old] + value.get("executions", [])}).encode()
    return answer


def drop(value, path):
    if isinstance(value, list):
        for inner in value:
            drop(inner, path)
    elif isinstance(value, dict):
        if len(path) == 1:
            value.pop(path[0], None)
        elif path[0] == "*":
            for inner in value.values():
                drop(inner, path[1:])
        else:
            drop(value.get(path[0]), path[1:])


class Proxy:
    """One listener, with rules and a record of its own."""

    def __init__(self, target, rules):
        self.target, self.rules = urllib.parse.urlsplit(target).netloc, Rules(rules)
        self.record, self.lock = [], threading.Lock()
        self.server = listener(int(self.target.rsplit(":", 1)[1]), handler(self))
        self.endpoint = "http://{}:{}".format(*self.server.server_address)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.2}, daemon=True).start()

    def ask(self, request):
        if self.rules.clock:
            self.rules.clock.request(request, self.target)
        host, port = self.target.split(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=60)
        try:
            connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
            for name, value in request.headers:
                if name.lower() not in HOP_BY_HOP:
                    connection.putheader(name, value)
            connection.putheader("Content-Length", str(len(request.body)))
            connection.endheaders(request.body)
            answer = connection.getresponse()
            return Answer(answer.status, answer.getheaders(), answer.read())
        finally:
            connection.close()

    def serve(self, method, target, headers, body):
        came = time.monotonic()
        request = model.Request(method, target, headers, body)
        answer = self.rules.answer(request, self.ask)
        entry = {
            "operation": request.name,
            "region": request.signed_region,
            "problems": request.problems,
            "status": answer.status,
            "at": came,
            "web": None if request.is_signed else f"{method} {request.header('host')}{target}",
        }
        with self.lock:
            self.record.append(entry)
        return answer

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        return self.endpoint

    def report(self):
        pages = self.rules.pages
        with self.lock:
            return {"requests": list(self.record), "split": sorted(pages.split) if pages else []}


def handler(proxy):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self):
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            try:
                answer = proxy.serve(self.command, self.path, list(self.headers.items()), body)
            except Exception as error:
                with proxy.lock:
                    problem = f"the proxy itself failed at {self.command} {self.path}: {error!r}"
                    proxy.record.append({"operation": None, "problems": [problem], "status": 0, "at": 0, "web": None})
                raise
            self.send_response_only(answer.status)
            for name, value in answer.headers:
                if name.lower() not in HOP_BY_HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answer

        def log_message(self, *_):
            pass

    return Handler


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        kind = sys.exc_info()[0]
        # The other side may go whenever it likes.
        if not issubclass(kind, ConnectionError):
            super().handle_error(request, client_address)


def listener(port, handler):
    """On another loopback address with the sandbox's port, which is signed: the sandbox answers to no other port."""
    for last in range(2, 255):
        try:
            return Server((f"127.0.0.{last}", port), handler)
        except OSError:
            continue
    raise OSError(f"no loopback address has the port {port} free")


def main():
    proxies, numbers = {}, itertools.count()
    for line in sys.stdin:
        order = json.loads(line)
        if "open" in order:
            number, proxy = next(numbers), Proxy(order["open"], order["rules"])
            proxies[number] = proxy
            answer = {"proxy": number, "endpoint": proxy.endpoint}
        elif "close" in order:
            answer = {"closed": proxies.pop(order["close"]).close()}
        elif "report" in order:
            answer = proxies[order["report"]].report()
        else:
            answer = catalog.answer(order)
        print(json.dumps(answer), flush=True)


main()
