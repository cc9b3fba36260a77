"""S3: what a template makes of a bucket, and who is let in."""
import json

from lab import ENDPOINT, REGION, boto3, client, document, eventually, refusal, unittest

ENCRYPTED_ONLY = {"Sid": "OnlyEncrypted", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
                  "Resource": [{"Fn::Sub": "${Bucket.Arn}"}, {"Fn::Sub": "${Bucket.Arn}/*"}],
                  "Condition": {"Bool": {"aws:SecureTransport": "false"}}}


def stack(account, rules, verb="create_stack", done="CREATE_COMPLETE"):
    """A stack with one bucket; gives its name."""
    cloudformation = client("cloudformation", account)
    bucket = {"LifecycleConfiguration": {"Rules": rules}} if rules else {}
    template = {"Resources": {
        "Bucket": {"Type": "AWS::S3::Bucket", "Properties": bucket},
        "Policy": {"Type": "AWS::S3::BucketPolicy", "Properties": {
            "Bucket": {"Ref": "Bucket"},
            "PolicyDocument": {"Version": "2012-10-17", "Statement": [ENCRYPTED_ONLY]}}}},
        "Outputs": {"Bucket": {"Value": {"Ref": "Bucket"}}}}
    getattr(cloudformation, verb)(StackName="kept", TemplateBody=json.dumps(template))

    def look():
        found = cloudformation.describe_stacks(StackName="kept")["Stacks"][0]
        return found if not found["StackStatus"].endswith("_IN_PROGRESS") else None
    found = eventually("the stack is there", look)
    assert found["StackStatus"] == done, found
    return found["Outputs"][0]["OutputValue"]


def may(account, *statements):
    client("iam", account).put_user_policy(UserName="ana", PolicyName="all", PolicyDocument=document(*statements))


def user(account):
    """A client of a user of the account."""
    client("iam", account).create_user(UserName="ana")
    keys = client("iam", account).create_access_key(UserName="ana")["AccessKey"]
    return boto3.client("s3", region_name=REGION, endpoint_url=ENDPOINT, aws_access_key_id=keys["AccessKeyId"],
                        aws_secret_access_key=keys["SecretAccessKey"])


class Buckets(unittest.TestCase):
    def test_a_templates_lifecycle_is_the_buckets(self):
        account = "192000000001"
        rules = [{"Id": "Runs", "Status": "Enabled", "Prefix": "runs/", "ExpirationInDays": 30},
                 {"Status": "Enabled", "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}]
        bucket = stack(account, rules)
        found = client("s3", account).get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
        self.assertEqual((found[0]["ID"], found[0]["Filter"], found[0]["Expiration"]),
                         ("Runs", {"Prefix": "runs/"}, {"Days": 30}))
        self.assertEqual(found[1]["AbortIncompleteMultipartUpload"], {"DaysAfterInitiation": 1})
        self.assertEqual(stack(account, None, "update_stack", "UPDATE_COMPLETE"), bucket)
        gone = refusal(client("s3", account).get_bucket_lifecycle_configuration, Bucket=bucket)
        self.assertEqual(gone, "NoSuchLifecycleConfiguration")

    def test_a_policy_that_asks_for_tls_lets_the_sandboxs_requests_in(self):
        account = "192000000002"
        bucket = stack(account, None)
        ana = user(account)
        may(account, {"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
        ana.put_object(Bucket=bucket, Key="a", Body=b"x")
        self.assertEqual(ana.get_object(Bucket=bucket, Key="a")["Body"].read(), b"x")

    def test_a_policy_that_names_another_bucket_is_not_saved(self):
        account = "192000000004"
        bucket, s3 = stack(account, None), client("s3", account)

        def policy(*names):
            return document({"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "s3:*",
                             "Resource": [f"arn:aws:s3:::{name}" for name in names]})
        for names in (["YOUR_BUCKET_NAME", "YOUR_BUCKET_NAME/*"], [bucket, "another/*"]):
            self.assertEqual(refusal(s3.put_bucket_policy, Bucket=bucket, Policy=policy(*names)), "MalformedPolicy", names)
        s3.put_bucket_policy(Bucket=bucket, Policy=policy(bucket, bucket + "/*"))

    def test_that_an_object_is_missing_is_told_to_those_who_may_list(self):
        account = "192000000003"
        bucket = stack(account, None)
        allow = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
        reader = user(account)
        may(account, allow)
        client("s3", account).put_object(Bucket=bucket, Key="a", Body=b"x")
        self.assertEqual(reader.get_object(Bucket=bucket, Key="a")["Body"].read(), b"x")
        self.assertEqual(refusal(reader.get_object, Bucket=bucket, Key="b"), "AccessDenied")
        self.assertEqual(refusal(reader.head_object, Bucket=bucket, Key="b"), "403")
        # A condition on what is listed is not met by a call that lists nothing.
        some = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*",
                "Condition": {"StringLike": {"s3:prefix": "b*"}}}
        may(account, allow, some)
        self.assertEqual(refusal(reader.get_object, Bucket=bucket, Key="b"), "AccessDenied")
        del some["Condition"]
        may(account, allow, some)
        self.assertEqual(refusal(reader.get_object, Bucket=bucket, Key="b"), "NoSuchKey")
        self.assertEqual(refusal(client("s3", account).get_object, Bucket=bucket, Key="b"), "NoSuchKey")


if __name__ == "__main__":
    unittest.main()
