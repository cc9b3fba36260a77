"""Step Functions: a Distributed Map reads a CSV file, runs a child execution for each row, and writes what came of it."""
import json

from lab import REGION, client, document, eventually, messages, native, refusal, role, unittest

READ = {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket.$": "$.bucket", "Key.$": "$.key"},
        "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}}
WRITE = {"Resource": "arn:aws:states:::s3:putObject",
         "Parameters": {"Bucket.$": "$.bucket", "Prefix.$": "States.Format('runs/{}/map', $.run)"}}
ALL = {"Read": ("s3:GetObject", "arn:aws:s3:::{bucket}/runs/*/rows.csv"),
       "Write": ("s3:PutObject", "arn:aws:s3:::{bucket}/runs/*/map/*"),
       "Start": ("states:StartExecution", "arn:aws:states:eu-central-1:{account}:stateMachine:each"),
       "See": ("states:DescribeExecution", "arn:aws:states:eu-central-1:{account}:execution:each:*"),
       "Invoke": ("lambda:InvokeFunction", "arn:aws:lambda:eu-central-1:{account}:function:row")}
ROW = "def handler(event):\n    return {'seen': event['item']['name']}\n"


class Machine:
    """A machine that invokes a function for each row of a file, with what it needs and nothing else."""

    def __init__(self, account, code=ROW, without=None, task=None, **more):
        self.account, self.bucket = account, f"rows-{account}"
        self.states, self.s3 = client("stepfunctions", account), client("s3", account)
        self.s3.create_bucket(Bucket=self.bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        function = native(account, "row", code)
        arn = role(account, "machine", "states.amazonaws.com")
        allowed = [{"Effect": "Allow", "Action": action, "Resource": on.format(account=account, bucket=self.bucket)}
                   for sid, (action, on) in ALL.items() if sid != without]
        client("iam", account).put_role_policy(RoleName="machine", PolicyName="each", PolicyDocument=document(*allowed))
        row = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "TimeoutSeconds": 60, "End": True,
               "Parameters": {"FunctionName": function, "Payload.$": "$"}, "OutputPath": "$.Payload", **(task or {})}
        each = {"Type": "Map", "Label": "Each", "ItemReader": READ, "End": True, "ToleratedFailurePercentage": 100,
                "ItemSelector": {"run.$": "$.run", "item.$": "$$.Map.Item.Value", "at.$": "$$.Map.Item.Index"},
                "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                                  "StartAt": "Row", "States": {"Row": row}},
                **{name: value for name, value in {"ResultWriter": WRITE, **more}.items() if value}}
        self.arn = self.states.create_state_machine(
            name="each", roleArn=arn, definition=json.dumps({"StartAt": "Each", "States": {"Each": each}}))["stateMachineArn"]

    def start(self, text, run="one", **more):
        self.s3.put_object(Bucket=self.bucket, Key=f"runs/{run}/rows.csv", Body=text.encode())
        given = {"bucket": self.bucket, "key": f"runs/{run}/rows.csv", "run": run, **more}
        return self.states.start_execution(stateMachineArn=self.arn, input=json.dumps(given))["executionArn"]

    def ended(self, execution):
        def look():
            found = self.states.describe_execution(executionArn=execution)
            return found if found["status"] != "RUNNING" else None
        return eventually("the execution has ended", look)

    def map_run(self, execution):
        runs = self.states.list_map_runs(executionArn=execution)["mapRuns"]
        return self.states.describe_map_run(mapRunArn=runs[0]["mapRunArn"]) if runs else None

    def children(self, run, status):
        listed = self.states.list_executions(mapRunArn=run["mapRunArn"], statusFilter=status)["executions"]
        return [self.states.describe_execution(executionArn=child["executionArn"]) for child in listed]

    def read(self, key):
        return json.load(self.s3.get_object(Bucket=self.bucket, Key=key)["Body"])

    def kinds(self, execution):
        return [e["type"] for e in self.states.get_execution_history(executionArn=execution)["events"]]


class Rows(unittest.TestCase):
    def test_each_row_is_a_child_and_what_came_of_it_lies_in_the_bucket(self):
        machine = Machine("190000000001", """
def handler(event):
    if event["item"]["name"] == "bad":
        raise ValueError("no")
    return event
""")
        text = 'name,note\r\nZoë Ångström,"a, ""b"""\r\n"two\r\nlines",\r\nbad,x\r\n李,\r\n'
        execution = machine.start(text)
        found, run = machine.ended(execution), machine.map_run(execution)
        self.assertEqual(found["status"], "SUCCEEDED", found)
        prefix = f"runs/one/map/{run['mapRunArn'].rsplit(':')[-1]}"
        self.assertEqual(json.loads(found["output"]), {"MapRunArn": run["mapRunArn"], "ResultWriterDetails": {
            "Bucket": machine.bucket, "Key": f"{prefix}/manifest.json"}})
        self.assertIn(":mapRun:each/Each:", run["mapRunArn"])
        counted = {name: run["itemCounts"][name] for name in ("total", "succeeded", "failed", "resultsWritten")}
        self.assertEqual(counted, {"total": 4, "succeeded": 3, "failed": 1, "resultsWritten": 4})
        self.assertEqual(machine.kinds(execution), [
            "ExecutionStarted", "MapStateEntered", "MapRunStarted", "MapRunSucceeded", "MapStateExited", "ExecutionSucceeded"])

        files = machine.read(f"{prefix}/manifest.json")["ResultFiles"]
        self.assertEqual([f["Key"] for status in files.values() for f in status],
                         [f"{prefix}/FAILED_0.json", f"{prefix}/SUCCEEDED_0.json"])
        rows = [json.loads(entry["Input"]) for entry in machine.read(f"{prefix}/SUCCEEDED_0.json")]
        self.assertEqual([(row["item"]["name"], row["item"]["note"], row["at"], row["run"]) for row in rows], [
            ("Zoë Ångström", 'a, "b"', 0, "one"), ("two\r\nlines", "", 1, "one"), ("李", "", 3, "one")])
        failed = machine.read(f"{prefix}/FAILED_0.json")[0]
        self.assertEqual((failed["Status"], failed["Error"], json.loads(failed["Cause"])["errorMessage"]),
                         ("FAILED", "ValueError", "no"))

        child = machine.children(run, "FAILED")[0]
        self.assertEqual((child["executionArn"], child["error"], child["mapRunArn"]),
                         (failed["ExecutionArn"], "ValueError", run["mapRunArn"]))
        self.assertIn(":execution:each/Each:", child["executionArn"])
        self.assertEqual(machine.kinds(child["executionArn"]), [
            "ExecutionStarted", "TaskScheduled", "TaskStarted", "TaskFailed", "ExecutionFailed"])
        self.assertEqual(len(machine.children(run, "SUCCEEDED")), 3)

    def test_compact_results_are_the_outputs_alone_but_all_of_a_failure(self):
        code = ROW.replace("return", "assert event['item']['name'] != 'bad'\n    return")
        machine = Machine("190000000002", code, ResultWriter={
            **WRITE, "WriterConfig": {"OutputType": "JSON", "Transformation": "COMPACT"}})
        found = machine.ended(machine.start("name\na\nbad\nb\n"))
        key = json.loads(found["output"])["ResultWriterDetails"]["Key"].rpartition("/")[0]
        self.assertEqual(machine.read(f"{key}/SUCCEEDED_0.json"), [{"seen": "a"}, {"seen": "b"}])
        self.assertEqual(json.loads(machine.read(f"{key}/FAILED_0.json")[0]["Input"])["item"], {"name": "bad"})

    def test_no_more_run_at_once_than_the_input_says(self):
        machine = Machine("190000000003", "def handler(event):\n    time.sleep(0.3)\n", MaxConcurrencyPath="$.at_once")
        execution = machine.start("name\n" + "x\n" * 5, at_once=2)
        self.assertEqual(machine.ended(execution)["status"], "SUCCEEDED")
        run = machine.map_run(execution)
        self.assertEqual(run["maxConcurrency"], 2)
        children = machine.children(run, "SUCCEEDED")
        at_once = [sum(c["startDate"] <= one["startDate"] < c["stopDate"] for c in children) for one in children]
        self.assertEqual((len(children), max(at_once)), (5, 2))
        for wrong in ({"at_once": "2"}, {"at_once": -1}, {}):
            found = machine.ended(machine.start("name\nx\n", **wrong))
            self.assertEqual((found["status"], found["error"]), ("FAILED", "States.Runtime"), wrong)

    def test_a_file_that_is_not_there_or_not_text_ends_the_run(self):
        machine = Machine("190000000004")
        for key, body in (("runs/x/rows.csv", None), ("runs/y/rows.csv", "é".encode("latin-1"))):
            if body:
                machine.s3.put_object(Bucket=machine.bucket, Key=key, Body=b"name\n" + body)
            execution = machine.states.start_execution(stateMachineArn=machine.arn, input=json.dumps(
                {"bucket": machine.bucket, "key": key, "run": "one"}))["executionArn"]
            self.assertEqual(machine.ended(execution)["error"], "States.ItemReaderFailed", key)
            self.assertEqual(machine.map_run(execution)["status"], "FAILED")

    def test_a_path_that_leads_nowhere_ends_the_run_and_a_childs_ends_the_child(self):
        machine = Machine("190000000007", ItemReader={**READ, "Parameters": {"Bucket.$": "$.bucket", "Key.$": "$.kee"}})
        found = machine.ended(machine.start("name\na\n"))
        self.assertEqual(found["error"], "States.Runtime")
        self.assertIn("The JSONPath '$.kee' specified for the field 'Key.$' could not be found", found["cause"])
        machine = Machine("190000000008", task={"ResultSelector": {"of.$": "$.Payload.sean"}, "OutputPath": "$"})
        execution = machine.start("name\na\n")
        self.assertEqual(machine.ended(execution)["status"], "SUCCEEDED")
        child = machine.children(machine.map_run(execution), "FAILED")[0]
        self.assertEqual(child["error"], "States.Runtime", child)
        self.assertIn("while executing the state 'Row'", child["cause"])

    def test_an_output_of_more_than_256_kib_needs_a_writer(self):
        code = "def handler(event):\n    return 'x' * int(event['item']['name'])\n"
        machine = Machine("190000000005", code, ResultWriter=None)
        found = machine.ended(machine.start("name\n100000\n2\n"))
        self.assertEqual([len(one) for one in json.loads(found["output"])], [100000, 2])
        found = machine.ended(machine.start("name\n" + "100000\n" * 3))
        self.assertEqual((found["status"], found["error"]), ("FAILED", "States.DataLimitExceeded"))
        machine = Machine("190000000006", code)
        self.assertEqual(machine.ended(machine.start("name\n" + "100000\n" * 3))["status"], "SUCCEEDED")


class Leave(unittest.TestCase):
    """What the machine's role may not do is not done."""

    def refused(self, account, without):
        machine = Machine(account, without=without)
        execution = machine.start("name\na\n")
        return machine, machine.ended(execution), machine.map_run(execution)

    def test_to_read_the_file(self):
        _, found, run = self.refused("190000000011", "Read")
        self.assertEqual((found["status"], found["error"], run["status"]), ("FAILED", "States.ItemReaderFailed", "FAILED"))
        self.assertIn("is not authorized to perform: s3:GetObject", found["cause"])

    def test_to_start_the_children(self):
        machine, found, run = self.refused("190000000012", "Start")
        self.assertEqual((found["status"], found["error"]), ("FAILED", "States.Permissions"))
        self.assertIn("is not authorized to perform: states:StartExecution", found["cause"])
        self.assertEqual((run["itemCounts"]["pending"], machine.children(run, "SUCCEEDED")), (1, []))

    def test_to_see_the_run(self):
        machine, found, run = self.refused("190000000015", "See")
        self.assertEqual((found["status"], found["error"]), ("FAILED", "States.Permissions"))
        self.assertIn("is not authorized to perform: states:DescribeExecution", found["cause"])
        self.assertEqual((run["itemCounts"]["pending"], machine.children(run, "SUCCEEDED")), (1, []))

    def test_to_write_the_results(self):
        machine, found, run = self.refused("190000000013", "Write")
        self.assertEqual((found["status"], found["error"]), ("FAILED", "States.ResultWriterFailed"))
        self.assertIn("is not authorized to perform: s3:PutObject", found["cause"])
        self.assertEqual(len(machine.children(run, "SUCCEEDED")), 1)

    def test_to_invoke_the_function(self):
        machine, found, run = self.refused("190000000014", "Invoke")
        self.assertEqual(found["status"], "SUCCEEDED", "the children failed, and that is tolerated")
        child = machine.children(run, "FAILED")[0]
        self.assertEqual(child["error"], "Lambda.AWSLambdaException")
        self.assertIn("is not authorized to perform: lambda:InvokeFunction", child["cause"])


class Ends(unittest.TestCase):
    def test_a_child_that_is_throttled_tries_again(self):
        retry = [{"ErrorEquals": ["Lambda.TooManyRequestsException"], "IntervalSeconds": 1, "MaxAttempts": 9}]
        machine = Machine("190000000021", "def handler(event):\n    time.sleep(0.3)\n", task={"Retry": retry})
        client("lambda", machine.account).put_function_concurrency(FunctionName="row", ReservedConcurrentExecutions=1)
        execution = machine.start("name\na\nb\n")
        machine.ended(execution)
        run = machine.map_run(execution)
        self.assertEqual(run["itemCounts"]["succeeded"], 2)
        kinds = [machine.kinds(child["executionArn"]).count("TaskFailed") for child in machine.children(run, "SUCCEEDED")]
        self.assertGreater(max(kinds), 0, "one of them was throttled")

    def test_who_is_stopped_takes_the_children_along(self):
        retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 1}]
        code = "def handler(event):\n    print('tried', event['item'], flush=True)\n    raise ValueError('no')\n"
        machine = Machine("190000000022", code, task={"Retry": retry}, MaxConcurrency=1)
        execution = machine.start("name\nfirst\nsecond\n")

        def waits():
            run = machine.map_run(execution)
            running = machine.children(run, "RUNNING") if run else []
            return running and "TaskFailed" in machine.kinds(running[0]["executionArn"])
        eventually("the first child waits for its next attempt", waits)
        machine.states.stop_execution(executionArn=execution)
        self.assertEqual(machine.ended(execution)["status"], "ABORTED")
        run = machine.map_run(execution)
        counted = {name: run["itemCounts"][name] for name in ("aborted", "pending", "running")}
        self.assertEqual((run["status"], counted), ("ABORTED", {"aborted": 1, "pending": 1, "running": 0}))
        child = machine.children(run, "ABORTED")[0]
        self.assertEqual(machine.kinds(child["executionArn"])[-1], "ExecutionAborted")
        # Once somebody who began later has tried twice, the first one would have, too.
        machine.ended(machine.start("name\nlater\n"))
        tried = [message for message in messages(machine.account, "/aws/lambda/row") if "tried" in message]
        self.assertEqual(["later" in message for message in tried], [False, True, True], tried)

    def test_a_run_is_looked_at_with_leave_for_that_run_alone(self):
        machine = Machine("190000000023")
        execution = machine.start("name\na\n")
        machine.ended(execution)
        run = machine.map_run(execution)["mapRunArn"]
        arn = role(machine.account, "looker", "lambda.amazonaws.com")
        about = [{"Effect": "Allow", "Action": action, "Resource": on} for action, on in (
            ("states:ListMapRuns", execution), ("states:DescribeMapRun", run), ("states:ListExecutions", run))]
        client("iam", machine.account).put_role_policy(RoleName="looker", PolicyName="look", PolicyDocument=document(*about))
        native(machine.account, "looker", """
import boto3
def handler(event):
    states = boto3.client("stepfunctions")
    states.list_map_runs(executionArn=event["execution"])
    states.describe_map_run(mapRunArn=event["run"])
    return len(states.list_executions(mapRunArn=event["run"])["executions"])
""", arn, Timeout=20)
        answer = client("lambda", machine.account).invoke(
            FunctionName="looker", Payload=json.dumps({"execution": execution, "run": run}))
        self.assertEqual(json.load(answer["Payload"]), 1)
        self.assertEqual(refusal(machine.states.describe_map_run, mapRunArn=run + "0"), "ResourceNotFound")


if __name__ == "__main__":
    unittest.main()
