"""Step Functions: tasks that wait for somebody to return their token."""
import json

from lab import client, eventually, function, refusal, role, unittest

WAITS = "arn:aws:states:::lambda:invoke.waitForTaskToken"


def definition(arn, **more):
    return json.dumps({"StartAt": "Ask", "States": {"Ask": {
        "Type": "Task", "Resource": WAITS, "End": True, **more,
        "Parameters": {"FunctionName": arn, "Payload": {"token.$": "$$.Task.Token", "order.$": "$.order"}}}}})


def machine(account, code, **more):
    """A machine of one task that waits, whose function is this code."""
    arn = function(account, "ask", code)
    return client("stepfunctions", account).create_state_machine(
        name="shop", definition=definition(arn, **more),
        roleArn=role(account, "machine", "states.amazonaws.com", "lambda:InvokeFunction"))["stateMachineArn"]


def history(account, execution):
    return client("stepfunctions", account).get_execution_history(executionArn=execution)["events"]


def event(account, execution, kind):
    return next((e for e in history(account, execution) if e["type"] == kind), None)


def ended(account, execution):
    def look():
        found = client("stepfunctions", account).describe_execution(executionArn=execution)
        return found if found["status"] != "RUNNING" else None
    return eventually("the execution has ended", look)


class Waiting(unittest.TestCase):
    def test_the_token_is_in_the_history_and_ends_the_wait(self):
        account = "130000000001"
        states = client("stepfunctions", account)
        arn = machine(account, "def handler(event, context):\n    return 'asked'\n")
        execution = states.start_execution(stateMachineArn=arn, input=json.dumps({"order": 17}))["executionArn"]
        eventually("the task waits", lambda: event(account, execution, "TaskSubmitted"))
        kinds = [e["type"] for e in history(account, execution)]
        self.assertEqual(kinds[-3:], ["TaskScheduled", "TaskStarted", "TaskSubmitted"])
        scheduled = event(account, execution, "TaskScheduled")["taskScheduledEventDetails"]
        self.assertEqual((scheduled["resourceType"], scheduled["resource"]), ("lambda", "invoke.waitForTaskToken"))
        payload = json.loads(scheduled["parameters"])["Payload"]
        self.assertEqual(payload["order"], 17)

        self.assertEqual(refusal(states.send_task_success, taskToken="nonsense", output="{}"), "InvalidToken")
        states.send_task_success(taskToken=payload["token"], output=json.dumps({"approved": True}))
        found = ended(account, execution)
        self.assertEqual((found["status"], json.loads(found["output"])), ("SUCCEEDED", {"approved": True}))
        again = refusal(states.send_task_success, taskToken=payload["token"], output="{}")
        self.assertEqual(again, "TaskTimedOut", "a token is of use once")

    def test_a_function_that_raises_fails_the_task_at_once(self):
        account = "130000000002"
        arn = machine(account, "def handler(event, context):\n    raise KeyError('customer')\n", TimeoutSeconds=3600)
        execution = client("stepfunctions", account).start_execution(
            stateMachineArn=arn, input=json.dumps({"order": 1}))["executionArn"]
        found = ended(account, execution)
        self.assertEqual((found["status"], found["error"]), ("FAILED", "KeyError"), found)
        failed = event(account, execution, "TaskFailed")["taskFailedEventDetails"]
        self.assertIn("customer", failed["cause"])

    def test_a_function_of_another_account_or_region_is_out_of_reach(self):
        account = "130000000007"
        states, may = client("stepfunctions", account), role(account, "machine", "states.amazonaws.com", "lambda:*")
        function(account, "ask", "def handler(event, context):\n    return 'asked'\n")
        for number, (region, owner, code, words) in enumerate((
                ("us-east-1", "111122223333", "Lambda.AWSLambdaException", "no resource-based policy allows"),
                ("us-east-1", account, "Lambda.ResourceNotFoundException", "are not reachable in this region"))):
            arn = f"arn:aws:lambda:{region}:{owner}:function:ask"
            text = definition(arn).replace("$.order", "$")
            made = states.create_state_machine(name=f"far{number}", definition=text, roleArn=may)["stateMachineArn"]
            found = ended(account, states.start_execution(stateMachineArn=made, input="{}")["executionArn"])
            self.assertEqual((found["status"], found["error"]), ("FAILED", code))
            self.assertIn(words, found["cause"])

    def test_a_path_of_a_state_has_to_lead_somewhere(self):
        account = "130000000008"
        states, may = client("stepfunctions", account), role(account, "machine", "states.amazonaws.com")
        for field, ends in (("OutputPath", "FAILED"), ("InputPath", "FAILED"), ("Comment", "SUCCEEDED")):
            text = json.dumps({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True, field: "$.Payload"}}})
            made = states.create_state_machine(name=field, definition=text, roleArn=may)["stateMachineArn"]
            found = ended(account, states.start_execution(stateMachineArn=made, input='{"a": 1}')["executionArn"])
            self.assertEqual(found["status"], ends, field)
            if ends == "FAILED":
                self.assertEqual(found["error"], "States.Runtime")
                self.assertIn("Invalid path '$.Payload'", found["cause"])

    def test_such_an_error_can_be_caught(self):
        account = "130000000003"
        arn = function(account, "ask", "def handler(event, context):\n    raise KeyError('customer')\n")
        text = json.loads(definition(arn, Catch=[{"ErrorEquals": ["KeyError"], "Next": "Sorry"}]))
        text["States"]["Sorry"] = {"Type": "Pass", "Result": "sorry", "End": True}
        states = client("stepfunctions", account)
        made = states.create_state_machine(name="shop", definition=json.dumps(text), roleArn=role(
            account, "machine", "states.amazonaws.com", "lambda:InvokeFunction"))["stateMachineArn"]
        execution = states.start_execution(stateMachineArn=made, input=json.dumps({"order": 1}))["executionArn"]
        found = ended(account, execution)
        self.assertEqual((found["status"], found["output"]), ("SUCCEEDED", '"sorry"'), found)


class Express(unittest.TestCase):
    def test_an_express_machine_cannot_wait(self):
        account = "130000000004"
        states, trusted = client("stepfunctions", account), role(account, "machine", "states.amazonaws.com")
        arn = f"arn:aws:lambda:eu-central-1:{account}:function:ask"
        made = {"roleArn": trusted, "definition": definition(arn)}
        refused = refusal(states.create_state_machine, name="quick", type="EXPRESS", **made)
        self.assertEqual(refused, "InvalidDefinition")
        self.assertIsNone(refusal(states.create_state_machine, name="slow", type="STANDARD", **made))
        names = [m["name"] for m in states.list_state_machines()["stateMachines"]]
        self.assertEqual(names, ["slow"])

    def test_a_role_that_step_functions_may_not_assume(self):
        account = "130000000005"
        states, other = client("stepfunctions", account), role(account, "machine", "lambda.amazonaws.com")
        refused = refusal(states.create_state_machine, name="shop", roleArn=other, definition=definition("arn:aws:x"))
        self.assertEqual(refused, "AccessDeniedException")


unittest.main()
