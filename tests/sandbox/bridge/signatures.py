"""Who is served: whoever has signed with a secret that the sandbox knows, and nobody else."""
import hashlib
import io
import json
import os
import subprocess
import unittest
import urllib.error
import urllib.parse
import urllib.request

import boto3

from lab import (ANSWER_TIMEOUT, ENDPOINT, REGION, SECRET, client, document, eventually, function, http_call, native, patient,
                 refusal, role, signed_call)

HOST = urllib.parse.urlsplit(ENDPOINT).netloc
PORT = HOST.rsplit(":", 1)[1]
# A call of each protocol, and AWS's code for a signature that does not fit, and for a key that it does not know.
PROTOCOLS = [
    ("sts", "get_caller_identity", "SignatureDoesNotMatch", "InvalidClientTokenId"),
    ("iam", "list_users", "SignatureDoesNotMatch", "InvalidClientTokenId"),
    ("cloudformation", "list_stacks", "SignatureDoesNotMatch", "InvalidClientTokenId"),
    ("sns", "list_topics", "SignatureDoesNotMatch", "InvalidClientTokenId"),
    ("s3", "list_buckets", "SignatureDoesNotMatch", "InvalidAccessKeyId"),
    ("dynamodb", "list_tables", "InvalidSignatureException", "UnrecognizedClientException"),
    ("kinesis", "list_streams", "InvalidSignatureException", "UnrecognizedClientException"),
    ("lambda", "list_functions", "InvalidSignatureException", "UnrecognizedClientException"),
    ("events", "list_event_buses", "InvalidSignatureException", "UnrecognizedClientException"),
    ("stepfunctions", "list_state_machines", "InvalidSignatureException", "UnrecognizedClientException"),
    ("personalize", "list_dataset_groups", "InvalidSignatureException", "UnrecognizedClientException"),
]


def of(service, key, secret, token=None, **config):
    return boto3.client(service, region_name=REGION, endpoint_url=ENDPOINT, aws_access_key_id=key,
                        aws_secret_access_key=secret, aws_session_token=token,
                        config=patient(**config))


def visit(url, method="GET", data=None, **headers):
    """The status and the body of a plain request."""
    asked = urllib.request.Request(url, data, {k.replace("_", "-"): v for k, v in headers.items()}, method=method)
    try:
        with urllib.request.urlopen(asked, timeout=ANSWER_TIMEOUT) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


class Keys(unittest.TestCase):
    def test_a_root_user_needs_this_sandboxes_secret_in_every_protocol(self):
        for service, call, code, _ in PROTOCOLS:
            with self.subTest(service):
                getattr(of(service, "196000000001", SECRET), call)()
                for wrong in ("root", "test", "", SECRET[:-1], SECRET.upper()):
                    if wrong:
                        self.assertEqual(refusal(getattr(of(service, "196000000001", wrong), call)), code, wrong)

    def test_a_key_that_nobody_has_is_unknown(self):
        for service, call, _, code in PROTOCOLS:
            for key in ("test", "AKIAIOSFODNN7EXAMPLE", "1960000000011", "19600000000"):
                with self.subTest(service, key=key):
                    self.assertEqual(refusal(getattr(of(service, key, SECRET), call)), code)

    def test_an_iam_user_and_a_session_sign_with_their_own_secrets(self):
        account = "196000000002"
        iam = client("iam", account)
        iam.create_user(UserName="ana")
        iam.attach_user_policy(UserName="ana", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
        made = iam.create_access_key(UserName="ana")["AccessKey"]
        ana = (made["AccessKeyId"], made["SecretAccessKey"])
        trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "sts:AssumeRole"}
        arn = iam.create_role(RoleName="guest", AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
        given = of("sts", *ana).assume_role(RoleArn=arn, RoleSessionName="lucia")["Credentials"]
        guest = (given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
        for keys, name in ((ana, "user/ana"), (guest, "assumed-role/guest/lucia")):
            self.assertTrue(of("sts", *keys).get_caller_identity()["Arn"].endswith(name))
            for secret in (SECRET, "root", ana[1][:-1]):
                bad = of("sts", keys[0], secret, *keys[2:])
                self.assertEqual(refusal(bad.get_caller_identity), "SignatureDoesNotMatch")
        for token in (None, "mine"):
            self.assertEqual(refusal(of("sts", *guest[:2], token).get_caller_identity), "InvalidClientTokenId")
        self.assertEqual(refusal(of("sts", "196000000002", SECRET, guest[2]).get_caller_identity), "InvalidClientTokenId")

    def test_a_function_has_its_roles_keys_and_nobody_can_foretell_them(self):
        account = "196000000003"
        arn = function(account, "told", "import os\ndef handler(event, context):\n    return dict(os.environ)")
        answer = client("lambda", account).invoke(FunctionName="told")
        told = json.load(answer["Payload"])
        self.assertNotIn(SECRET, json.dumps(told))
        keys = (told["AWS_ACCESS_KEY_ID"], told["AWS_SECRET_ACCESS_KEY"], told["AWS_SESSION_TOKEN"])
        self.assertTrue(of("sts", *keys).get_caller_identity()["Arn"].endswith("assumed-role/told-role/told"))
        # What MiniStack makes of the names.
        names = hashlib.sha256(f"{arn}:arn:aws:iam::{account}:role/told-role".encode()).hexdigest()
        guessed = (f"ASIA{names[:16].upper()}", *(hashlib.sha256(f"{word}:{names}".encode()).hexdigest()
                                                  for word in ("secret", "token")))
        for one in guessed:
            self.assertNotIn(one, keys)
        self.assertEqual(refusal(of("sts", *guessed).get_caller_identity), "InvalidClientTokenId")


class Requests(unittest.TestCase):
    def test_no_path_is_served_without_a_signature(self):
        account = "196000000004"
        client("dynamodb", account)
        for path in ("/", "/2015-03-31/functions", "/_edemlab/health", "/_edemlab/inbox", "/_ministack/health",
                     "/_localstack/health", "/_ministack/ready", "/_aws/sqs/messages", "/_aws/ses", "/some-bucket/some-key",
                     "/_ministack/lambda-code/f", "/restapis/abc/prod/_user_request_/", "/_aws/execute-api/abc/prod/"):
            with self.subTest(path):
                self.assertEqual(http_call("GET", path)[0], 403)
        for path in ("/_ministack/reset", "/_ministack/config", "/_edemlab/inbox/confirm", "/oauth2/token"):
            with self.subTest(path):
                self.assertEqual(http_call("POST", path, b"{}")[0], 403)
                self.assertEqual(signed_call("POST", path, b"{}", secret="root")[0], 403)

    def test_what_is_no_accounts_own_is_for_a_root_user_only(self):
        account = "196000000005"
        iam = client("iam", account)
        iam.create_user(UserName="eva")
        iam.attach_user_policy(UserName="eva", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
        key = iam.create_access_key(UserName="eva")["AccessKey"]
        eva = {"account": key["AccessKeyId"], "secret": key["SecretAccessKey"]}
        for path in ("/_ministack/reset", "/_ministack/config", "/_edemlab/inbox/confirm"):
            self.assertEqual(signed_call("POST", path, b"{}", **eva)[0], 403)
        self.assertEqual(len(iam.list_users()["Users"]), 1)
        self.assertEqual(signed_call("GET", "/_edemlab/inbox")[0], 200)

    def test_what_was_signed_is_what_is_served(self):
        account = "196000000006"
        client("dynamodb", account)
        target = {"X_Amz_Target": "DynamoDB_20120810.ListTables", "Content_Type": "application/x-amz-json-1.0"}
        # A target, a body and a path that are not those that were signed.
        self.assertEqual(signed_call("POST", "/", b"{}", account, service="dynamodb", **target)[0], 400)
        presigned = client("s3", account).generate_presigned_url("list_buckets")
        self.assertEqual(visit(presigned)[0], 200)
        self.assertEqual(visit(presigned, X_Amz_Target="DynamoDB_20120810.ListTables")[0], 400)
        for signature in ("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=196000000006",
                          f"AWS4-HMAC-SHA256 Credential={account}/20260101/{REGION}/iam/aws4_request, "
                          "SignedHeaders=host, Signature=" + "0" * 64,
                          f"AWS {account}:c2lnbmF0dXJl", f"AWS4-ECDSA-P256-SHA256 Credential={account}/20260101/iam/"
                          "aws4_request, SignedHeaders=host, Signature=00"):
            with self.subTest(signature):
                status, text = http_call("POST", "/", "Action=CreateUser&Version=2010-05-08&UserName=eve",
                                         Authorization=signature, Content_Type="application/x-www-form-urlencoded")
                self.assertIn(status, (400, 403), text)
        self.assertEqual(client("iam", account).list_users()["Users"], [])

    def test_an_old_signature_is_worth_nothing(self):
        query = (f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=196000000006%2F20200101%2F{REGION}%2Fs3%2Faws4_request"
                 "&X-Amz-Date=20200101T000000Z&X-Amz-Expires=600&X-Amz-SignedHeaders=host&X-Amz-Signature=" + "0" * 64)
        status, text = http_call("GET", f"/?{query}")
        self.assertEqual(status, 403)
        self.assertIn("Request has expired", text)

    def test_presigned_addresses_are_good_with_the_right_secret_only(self):
        account, place = "196000000007", {"LocationConstraint": REGION}
        s3 = client("s3", account)
        s3.create_bucket(Bucket="signed-196", CreateBucketConfiguration=place)
        s3.put_object(Bucket="signed-196", Key="a b/ü+c.txt", Body=b"hello")
        wanted = {"Bucket": "signed-196", "Key": "a b/ü+c.txt"}
        for version in ("s3v4", "s3"):
            for secret, status in ((SECRET, 200), ("root", 403), ("test", 403)):
                url = of("s3", account, secret, signature_version=version).generate_presigned_url("get_object", Params=wanted)
                with self.subTest(version, secret=secret):
                    self.assertEqual(visit(url)[0], status)
        url = of("s3", account, SECRET, signature_version="s3v4").generate_presigned_url("put_object", Params=wanted)
        self.assertEqual(visit(url, "PUT", b"changed")[0], 200)
        self.assertEqual(visit(url)[0], 403, "signed for PUT")
        self.assertEqual(s3.get_object(**wanted)["Body"].read(), b"changed")
        who = client("sts", account).generate_presigned_url("get_caller_identity", HttpMethod="GET")
        self.assertEqual(visit(who)[0], 200)
        self.assertEqual(visit(who[:-1] + ("0" if who[-1] != "0" else "1"))[0], 403)

    def test_a_body_in_chunks_is_good_with_the_right_secret_only(self):
        account, name = "196000000008", "chunks-196"
        client("s3", account).create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        for secret, good in ((SECRET, True), ("root", False)):
            s3 = of("s3", account, secret, s3={"payload_signing_enabled": True})
            for body in (b"x" * 100_000, io.BytesIO(b"y" * 200_000)):
                put = lambda: s3.put_object(Bucket=name, Key=f"k-{good}", Body=body, ChecksumAlgorithm="CRC32")  # noqa: E731
                if good:
                    put()
                else:
                    self.assertEqual(refusal(put), "SignatureDoesNotMatch")
        self.assertEqual([o["Key"] for o in client("s3", account).list_objects_v2(Bucket=name)["Contents"]], ["k-True"])

    def test_a_functions_code_is_where_its_description_says_and_nowhere_else(self):
        account = "196000000009"
        function(account, "coded", "def handler(event, context):\n    return 1")
        location = client("lambda", account).get_function(FunctionName="coded")["Code"]["Location"]
        status, body = visit(location)
        self.assertEqual((status, body[:2]), (200, b"PK"))
        self.assertEqual(visit(location.partition("?")[0])[0], 403)
        self.assertEqual(visit(location.replace("/coded?", "/other?"))[0], 403)

    def test_a_custom_resource_answers_at_its_address(self):
        account = "196000000010"
        arn = function(account, "custom", """
import json, urllib.request
def handler(event, context):
    same = {k: event[k] for k in ("StackId", "RequestId", "LogicalResourceId")}
    body = json.dumps({"Status": "SUCCESS", "PhysicalResourceId": "one", "Data": {"Word": "yes"}, **same}).encode()
    urllib.request.urlopen(urllib.request.Request(event["ResponseURL"], body, {"content-type": ""}, method="PUT"))
""")
        template = {"Resources": {"Mine": {"Type": "Custom::Mine", "Properties": {"ServiceToken": arn}}},
                    "Outputs": {"Word": {"Value": {"Fn::GetAtt": ["Mine", "Word"]}}}}
        cloudformation = client("cloudformation", account)
        cloudformation.create_stack(StackName="custom", TemplateBody=json.dumps(template))

        def made():
            stack = cloudformation.describe_stacks(StackName="custom")["Stacks"][0]
            return not stack["StackStatus"].endswith("_IN_PROGRESS") and stack
        stack = eventually("the stack is at rest", made)
        self.assertEqual([output["OutputValue"] for output in stack["Outputs"]], ["yes"])


class Pages(unittest.TestCase):
    def refused(self, **headers):
        host = headers.pop("host", None)
        status, text = signed_call("GET", "/_edemlab/inbox", **({"host": host} if host else {}), **headers)
        self.assertEqual(status, 403, (host, headers, text))
        self.assertNotIn("mails", text)

    def test_what_a_web_page_sends_is_refused_even_with_a_signature(self):
        for origin in ("http://evil.example", "null", ENDPOINT, ""):
            self.refused(Origin=origin)
        for site in ("cross-site", "same-site", "anything"):
            self.refused(Sec_Fetch_Site=site)
        self.assertEqual(signed_call("GET", "/_edemlab/inbox", Sec_Fetch_Site="none")[0], 200)

    def test_another_host_or_port_is_refused(self):
        for host in ("evil.example", f"evil.example:{PORT}", f"127.0.0.1.evil.example:{PORT}", "127.0.0.1", "127.0.0.1:1",
                     "localhost", f"0.0.0.0:{PORT}", f"192.168.0.1:{PORT}", f"evil.localhost:{PORT}", f"@127.0.0.1:{PORT}",
                     "sts.amazonaws.com.evil.example", "evilamazonaws.com", "amazonaws.com", f"127.0.0.1:{PORT}0"):
            self.refused(host=host)

    def test_no_answer_lets_a_page_read_it(self):
        account = "196000000011"
        s3 = client("s3", account)
        s3.create_bucket(Bucket="open-196", CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_bucket_cors(Bucket="open-196", CORSConfiguration={
            "CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]})
        answers = [s3.list_buckets(), s3.list_objects_v2(Bucket="open-196"), client("sts", account).get_caller_identity(),
                   client("dynamodb", account).list_tables(), client("lambda", account).list_functions()]
        for answer in answers:
            names = answer["ResponseMetadata"]["HTTPHeaders"]
            self.assertEqual([name for name in names if name.lower().startswith("access-control")], [])
        for path in ("/", "/open-196/key", "/_edemlab/inbox"):
            for preflight in ({}, {"Access_Control_Request_Method": "POST"}):
                self.assertEqual(http_call("OPTIONS", path, **preflight)[0], 403)


class Public(unittest.TestCase):
    def test_an_address_of_nobodys_is_no_way_in(self):
        hosts = ("abcdefghij.execute-api.eu-central-1.amazonaws.com", f"{'a' * 32}.lambda-url.eu-central-1.on.aws",
                 "sts.amazonaws.com", "iam.amazonaws.com", "bucket.s3.eu-central-1.amazonaws.com")
        for host in hosts:
            for path in ("/", "/_ministack/reset", "/_edemlab/inbox", "/_ministack/health"):
                status, text = http_call("POST", path, "Action=CreateUser&Version=2010-05-08&UserName=eve", host,
                                         Content_Type="application/x-www-form-urlencoded",
                                         X_Amz_Target="DynamoDB_20120810.ListTables")
                self.assertIn(status, (400, 403), (host, path, text))
        self.assertEqual(client("iam", "000000000000").list_users()["Users"], [])

    def test_a_functions_address_is_for_everybody_only_where_it_says_so(self):
        account = "196000000012"
        function(account, "shown", "def handler(event, context):\n    return 'hello'")
        fn = client("lambda", account)
        for kind, status in (("AWS_IAM", 403), ("NONE", 200)):
            url = fn.create_function_url_config(FunctionName="shown", AuthType=kind)["FunctionUrl"]
            host = urllib.parse.urlsplit(url).netloc
            self.assertEqual(http_call("GET", "/", host=host)[0], status, kind)
            self.assertEqual(http_call("GET", "/", host=host, Origin="http://evil.example")[0], 403)
            for path in ("/_ministack/reset", "/_edemlab/inbox"):
                self.assertNotIn("mails", http_call("POST", path, host=host)[1])
            self.assertEqual(http_call("GET", f"/_aws/lambda-url/{host.partition('.')[0]}/")[0], 403)
            fn.delete_function_url_config(FunctionName="shown")
        self.assertEqual(len(fn.list_functions()["Functions"]), 1, "nothing was reset")


class Runtimes(unittest.TestCase):
    def test_a_runtimes_own_server_answers_its_function_and_nobody_else(self):
        account = "196000000013"
        native(account, "told", "def handler(event):\n    return [os.environ['AWS_LAMBDA_RUNTIME_API'], os.getuid()]")
        invoke = lambda: json.load(client("lambda", account).invoke(FunctionName="told")["Payload"])  # noqa: E731
        api, uid = invoke()
        self.assertEqual(uid, os.getuid())
        for headers in ({"Origin": "http://evil.example"}, {"Sec_Fetch_Site": "cross-site"}, {"Host": "evil.example"}):
            self.assertEqual(visit(f"http://{api}/2018-06-01/runtime/invocation/next", **headers)[0], 403)
        if os.getuid() == 0 and os.path.exists("/proc/net/tcp"):  # only root can become another user
            ask = "exec 3<>/dev/tcp/${0/:/\\/} && printf 'GET /2018-06-01/runtime/invocation/next HTTP/1.0\\r\\nHost: '$0'\\r\\n\\r\\n' >&3"
            asked = subprocess.run(["bash", "-c", ask + " && cat <&3", api], user=65534, group=65534, cwd="/", timeout=ANSWER_TIMEOUT,
                                   capture_output=True, text=True)
            self.assertIn(" 403 ", asked.stdout, asked)
        self.assertEqual(invoke(), [api, uid], "it goes on as before")


unittest.main()
