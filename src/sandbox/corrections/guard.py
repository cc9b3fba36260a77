"""What is refused before anything of a request is looked at: what web pages send, and hosts that are not meant here.

A page in a browser on this computer reaches every loopback port. It cannot sign, but must not even be answered.
"""
import ipaddress
import os
import re

PORT = os.environ.get("GATEWAY_PORT", "")
AWS = re.compile(r"(?:[a-z0-9_-]+\.)+(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|api\.aws|awsapprunner\.com|on\.aws)")
ONCE = (b"host", b"authorization", b"content-type", b"x-amz-content-sha256", b"x-amz-date", b"x-amz-security-token",
        b"x-amz-target")
# A page of the same site may be one of another port, so of another user. "none" is what a person typed.
OWN_SITES = ("none", "same-origin")


def is_loopback(host, port):
    """Whether this is a loopback address with this port."""
    name, _, its_port = host.rpartition(":")
    if its_port != port:
        return False
    try:
        return name == "localhost" or ipaddress.ip_address(name.removeprefix("[").removesuffix("]")).is_loopback
    except ValueError:
        return False


def aws_name(host):
    """The host's name without its port where it is in AWS's domains; else None."""
    name = re.sub(r":\d+$", "", host)
    return name if AWS.fullmatch(name) else None


def refused(scope, port=PORT):
    """Why this request is not looked at; None where it is."""
    found = {}
    for name, value in scope["headers"]:
        found.setdefault(name.lower(), []).append(value.decode("latin-1"))
    if b"origin" in found:
        return "expected a request of AWS's tools, but this one is a web page's: it has an Origin"
    if not set(found.get(b"sec-fetch-site", ())) <= set(OWN_SITES):
        return "expected a request of AWS's tools, but this one is of another site's page: see its Sec-Fetch-Site"
    if scope.get("method") == "OPTIONS":
        return "expected a request of AWS's tools, but OPTIONS is what a browser asks for a web page"
    twice = [name.decode() for name in ONCE if len(found.get(name, ())) > 1]
    if twice:
        return f"expected {twice[0]} at most once: no tool of AWS's sends it twice"
    host = found.get(b"host", [""])[0].lower()
    if not is_loopback(host, port) and not aws_name(host):
        return (f"expected the host 127.0.0.1:{port} or a name in AWS's domains, but found {host!r}: "
                "use the AWS_ENDPOINT_URL that `edemlab sandbox env` prints")
    if not scope["path"].startswith("/"):
        return "expected a path: this is no proxy"
    return None


def without_cors(send):
    """Sends what is sent, without permission for any web page to read it."""
    async def send_without(message):
        if "headers" in message:
            kept = [(k, v) for k, v in message["headers"] if not k.lower().startswith(b"access-control-")]
            message = {**message, "headers": kept}
        await send(message)
    return send_without
