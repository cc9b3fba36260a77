"""Lambda: functions that bring a runtime of their own."""
import json
import os
import tempfile

from lab import client, document, eventually, messages, native, role, unittest


def invoke(account, name, event):
    answer = client("lambda", account).invoke(FunctionName=name, Payload=json.dumps(event))
    return answer.get("FunctionError"), json.load(answer["Payload"])


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


class Native(unittest.TestCase):
    def test_its_calls_are_made_in_its_roles_name_and_held_to_its_policy(self):
        account = "191000000001"
        arn = role(account, "mine", "lambda.amazonaws.com")
        statement = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::kept-191/mine/*"}
        client("iam", account).put_role_policy(RoleName="mine", PolicyName="put", PolicyDocument=document(statement))
        client("s3", account).create_bucket(
            Bucket="kept-191", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        native(account, "mine", """
import boto3
def put(key):
    try:
        boto3.client("s3").put_object(Bucket="kept-191", Key=key, Body=b"x")
    except Exception as error:
        return error.response["Error"]["Code"]
def handler(event):
    return [boto3.client("sts").get_caller_identity()["Arn"], put("mine/a"), put("other/a"), os.environ["LEFT"]]
""", arn, Timeout=20, Environment={"Variables": {"LEFT": "right"}})
        failed, answer = invoke(account, "mine", {})
        mine = "arn:aws:sts::191000000001:assumed-role/mine/mine"
        self.assertEqual((failed, answer), (None, [mine, None, "AccessDenied", "right"]))
        # Without a policy the same process is refused at once: its keys are the role's.
        client("iam", account).delete_role_policy(RoleName="mine", PolicyName="put")
        self.assertEqual(invoke(account, "mine", {})[1], [mine, "AccessDenied", "AccessDenied", "right"])

    def test_it_is_cut_off_at_its_timeout_and_begins_anew(self):
        account, folder = "191000000002", tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        mark = os.path.join(folder.name, "tidied")
        native(account, "slow", """
import signal
signal.signal(signal.SIGTERM, lambda *_: open(os.environ["MARK"], "w"))
def handler(event):
    time.sleep(event.get("for", 0))
    return os.getpid()
""", Timeout=1, Environment={"Variables": {"MARK": mark}})
        first = invoke(account, "slow", {})[1]
        self.assertEqual(invoke(account, "slow", {})[1], first, "it stays for the next")
        failed, answer = invoke(account, "slow", {"for": 600})
        self.assertEqual((failed, answer["errorType"]), ("Unhandled", "Sandbox.Timedout"), answer)
        self.assertRegex(answer["errorMessage"], r"^\S+Z [0-9a-f-]{36} Task timed out after 1\.00 seconds$")
        self.assertFalse(alive(first) or os.path.exists(mark), "the process is gone, and was not asked")
        failed, second = invoke(account, "slow", {})
        self.assertTrue(failed is None and second != first and alive(second), (failed, second))
        logged = eventually("its log", lambda: [m for m in messages(account, "/aws/lambda/slow") if "timed out" in m])
        self.assertIn(answer["errorMessage"], logged[0])

    def test_an_error_and_an_end_of_its_own_are_told_apart(self):
        account = "191000000003"
        native(account, "bad", """
def handler(event):
    if event.get("end"):
        os._exit(7)
    raise LookupError("no such student")
""")
        failed, answer = invoke(account, "bad", {})
        self.assertEqual((failed, answer), (
            "Unhandled", {"errorType": "LookupError", "errorMessage": "no such student"}))
        self.assertEqual(invoke(account, "bad", {"end": True})[1]["errorType"], "Runtime.ExitError")
        self.assertEqual(invoke(account, "bad", {})[1]["errorType"], "LookupError", "the next begins again")

    def test_nobody_invokes_it_without_leave(self):
        account = "191000000004"
        native(account, "shut", "def handler(event):\n    return 1\n")
        arn = role(account, "other", "lambda.amazonaws.com")
        native(account, "asks", """
import boto3
def handler(event):
    boto3.client("lambda").invoke(FunctionName="shut")
""", arn, Timeout=20)
        self.assertEqual(invoke(account, "shut", {}), (None, 1))
        failed, answer = invoke(account, "asks", {})
        self.assertIn("not authorized to perform: lambda:InvokeFunction", answer["errorMessage"])


if __name__ == "__main__":
    unittest.main()
