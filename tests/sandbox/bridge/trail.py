"""CloudTrail: who has changed what, as LookupEvents tells it."""
from lab import *

HOME, THERE = "929000000001", "929000000002"


def looked_up(account, key=None, value=None, **more):
    """The events of an account; a question that comes too fast is asked again."""
    attributes = [{"AttributeKey": key, "AttributeValue": value}] if key else []
    def ask():
        try:
            return [client("cloudtrail", account).lookup_events(LookupAttributes=attributes, **more)]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ThrottlingException":
                raise
    return eventually("an answer", ask)[0]


def whole(event):
    return json.loads(event["CloudTrailEvent"])


def names(account, *args, **more):
    return [event["EventName"] for event in looked_up(account, *args, **more)["Events"]]


class Trail(unittest.TestCase):
    def test_a_call_says_who_made_it_of_what_and_whether_it_failed(self):
        made = function(HOME, "store", "def handler(event, context): pass")
        client("lambda", HOME).update_function_configuration(FunctionName=made, Timeout=5)
        refusal(client("lambda", HOME).update_function_configuration, FunctionName="missing", Timeout=5)
        client("lambda", HOME).list_functions()
        by_name, by_arn = names(HOME, "ResourceName", "store"), names(HOME, "ResourceName", made)
        self.assertEqual(by_arn[0], "UpdateFunctionConfiguration20150331v2", by_arn)
        self.assertIn("CreateFunction20150331", by_name)
        failed = looked_up(HOME, "ResourceName", "missing")["Events"][0]
        self.assertEqual(whole(failed).get("errorCode"), "ResourceNotFoundException", failed)
        self.assertEqual(whole(failed)["userIdentity"]["type"], "Root")
        self.assertEqual(set(names(HOME, "ReadOnly", "true")) & {"CreateFunction20150331"}, set())
        self.assertIn("ListFunctions", names(HOME, "ReadOnly", "true"))

    def test_data_events_are_not_among_them(self):
        table = client("dynamodb", HOME)
        table.create_table(TableName="clicks", BillingMode="PAY_PER_REQUEST",
                           KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                           AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}])
        table.put_item(TableName="clicks", Item={"id": {"S": "1"}})
        self.assertEqual(names(HOME, "ResourceName", "clicks"), ["CreateTable"])

    def test_what_cloudformation_makes_says_so(self):
        template = {"Resources": {"Queue": {"Type": "AWS::Kinesis::Stream", "Properties": {
            "Name": "made-by-stack", "ShardCount": 1}}}}
        client("cloudformation", HOME).create_stack(StackName="one", TemplateBody=json.dumps(template))
        found = eventually("the call", lambda: looked_up(HOME, "ResourceName", "made-by-stack")["Events"])
        self.assertEqual(whole(found[-1])["userIdentity"]["invokedBy"], "cloudformation.amazonaws.com")
        self.assertEqual(found[-1]["EventName"], "CreateStream")

    def test_a_session_of_another_account_is_known_by_its_key(self):
        trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{THERE}:root"}, "Action": "sts:AssumeRole"}
        arn = client("iam", HOME).create_role(RoleName="friend", AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
        client("iam", HOME).put_role_policy(RoleName="friend", PolicyName="all", PolicyDocument=document(
            {"Effect": "Allow", "Action": "*", "Resource": "*"}))
        iam = client("iam", THERE)
        iam.create_user(UserName="helper")
        iam.put_user_policy(UserName="helper", PolicyName="all", PolicyDocument=document(
            {"Effect": "Allow", "Action": "*", "Resource": "*"}))
        key = iam.create_access_key(UserName="helper")["AccessKey"]
        sts = boto3.client("sts", region_name=REGION, endpoint_url=ENDPOINT, aws_access_key_id=key["AccessKeyId"],
                           aws_secret_access_key=key["SecretAccessKey"], config=patient())
        session = sts.assume_role(RoleArn=arn, RoleSessionName="helping")["Credentials"]
        boto3.client("kinesis", region_name=REGION, endpoint_url=ENDPOINT, aws_access_key_id=session["AccessKeyId"],
                     aws_secret_access_key=session["SecretAccessKey"], aws_session_token=session["SessionToken"],
                     config=patient()).create_stream(StreamName="helped", ShardCount=1)
        made = looked_up(HOME, "ResourceName", "helped")["Events"][-1]
        who = whole(made)["userIdentity"]
        self.assertEqual((who["type"], who["accountId"], made["Username"]), ("AssumedRole", HOME, "helping"))
        self.assertEqual(who["sessionContext"]["sessionIssuer"]["arn"], arn)
        opened = looked_up(HOME, "ResourceName", who["accessKeyId"])["Events"][0]
        self.assertEqual(whole(opened)["userIdentity"]["accountId"], THERE)

    def test_pages_times_and_what_is_not_allowed(self):
        account = "929000000003"
        for n in range(5):
            client("kinesis", account).create_stream(StreamName=f"s{n}", ShardCount=1)
        first = looked_up(account, "ReadOnly", "false", MaxResults=3)
        second = looked_up(account, "ReadOnly", "false", MaxResults=3, NextToken=first["NextToken"])
        streams = [event["Resources"][0]["ResourceName"] for event in first["Events"] + second["Events"]]
        self.assertEqual(streams, ["s4", "s3", "s2", "s1", "s0"])
        self.assertNotIn("NextToken", second)
        self.assertEqual(names(account, EndTime=time.time() - 3600), [])
        trail = client("cloudtrail", account)
        def code(**asked):
            return eventually("another answer", lambda: next(
                (c for c in [refusal(trail.lookup_events, **asked)] if c != "ThrottlingException"), None))
        self.assertEqual(code(StartTime=time.time(), EndTime=time.time() - 60), "InvalidTimeRangeException")
        self.assertEqual(code(NextToken="x"), "InvalidNextTokenException")

    def test_a_third_question_within_a_second_is_throttled(self):
        trail = client("cloudtrail", "929000000004")
        codes = [refusal(trail.lookup_events) for _ in range(5)]
        self.assertIn("ThrottlingException", codes)
        self.assertIsNone(codes[0])


unittest.main()
