"""Lambda: functions that bring a runtime of their own (`provided.*`), such as a compiled `bootstrap`."""
import os
import time

from ministack.core import lambda_runtime as runtime
from ministack.services import lambda_svc as fn

from .fit import expect, wrap
from .functions import retire_workers


@wrap(fn, "_provided_worker_env", "config code_dir port")
def provided_worker_env(original, config, code_dir, port):
    """MiniStack tells only other functions where it is: this one would call AWS itself."""
    here = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}",
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{config.get('FunctionName')}"}
    return {**here, **original(config, code_dir, port)}


@wrap(expect(runtime, "ProvidedWorker"), "_teardown", "self")
def teardown(original, worker):
    """AWS gives nobody the time to put things in order."""
    if worker._proc:
        worker._proc.kill()
    return original(worker)


@wrap(fn, "_execute_function_provided_warm", "func event request_id")
def execute_function_provided(original, func, event, request_id):
    answer = original(func, event, request_id)
    body = answer.get("body")
    if answer.get("error") and isinstance(body, dict) and body.get("errorType") == "Sandbox.Timedout":
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
        body["errorMessage"] = f"{moment}.000Z {request_id} {body['errorMessage']}"
        answer["log"] = "\n".join(filter(None, [answer.get("log"), body["errorMessage"]]))
    retire_workers()
    return answer
