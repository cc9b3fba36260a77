"""An AWS whose clock is some seconds ahead of this computer's."""

import datetime
import email.utils
import json
import re
import time

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

# The members of answers of JSON with a time in them, in seconds or milliseconds since 1970.
SECONDS = {"startDate", "stopDate", "redriveDate", "timestamp", "creationDate", "StreamCreationTimestamp"}
MILLISECONDS = {"logs.FilterLogEvents": {"timestamp", "ingestionTime"}}


class Clock:
    """Moves the times of answers ahead, and those of requests back."""

    def __init__(self, ahead, keys):
        self.ahead, self.keys = ahead, keys

    def request(self, request, host):
        """The request as the sandbox has to see it: signed again where it has another time in it."""
        if request.name != "logs.FilterLogEvents" or "startTime" not in request.params:
            return
        start = request.params["startTime"] - self.ahead * 1000
        request.body = json.dumps(request.params | {"startTime": int(start)}).encode()
        kept = ("content-type", "x-amz-target")
        signed = AWSRequest("POST", f"http://{host}{request.target}", data=request.body)
        for name, value in request.headers:
            if name.lower() in kept:
                signed.headers[name] = value
        credentials = Credentials(self.keys["id"], self.keys["secret"])
        SigV4Auth(credentials, "logs", request.signed_region).add_auth(signed)
        request.headers = list(signed.headers.items()) + [("Host", host)]

    def answer(self, request, answer):
        answer.set_header("Date", email.utils.formatdate(time.time() + self.ahead, usegmt=True))
        if request.service == "iam" or not answer.body.startswith((b"{", b"[")):
            return answer
        names = MILLISECONDS.get(request.name)
        value = json.loads(answer.body)
        self._move(value, names or SECONDS, 1000 if names else 1)
        answer.body = json.dumps(value).encode()
        return answer

    def _move(self, value, names, unit):
        if isinstance(value, list):
            for inner in value:
                self._move(inner, names, unit)
        elif isinstance(value, dict):
            for name, inner in value.items():
                if name in names and isinstance(inner, (int, float)):
                    value[name] = inner + self.ahead * unit
                else:
                    self._move(inner, names, unit)
