"""Who may assume a role of another account: whom its trust policy names, with the external ID, and allowed at home."""
from lab import *

HOME, THERE = "920000000001", "920000000002"


def user(account, name, *actions):
    """STS as an IAM user who may do these actions."""
    iam = client("iam", account)
    iam.create_user(UserName=name)
    if actions:
        iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=document(
            {"Effect": "Allow", "Action": list(actions), "Resource": "*"}))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return boto3.client("sts", region_name=REGION, endpoint_url=ENDPOINT, aws_access_key_id=key["AccessKeyId"],
                        aws_secret_access_key=key["SecretAccessKey"], config=patient())


def trusting(name, path="/", **more):
    """A role that the whole account HOME may assume."""
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{HOME}:root"}, "Action": "sts:AssumeRole", **more}
    made = client("iam", THERE).create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=document(trust))
    return made["Role"]["Arn"]


class Access(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.teacher = user(HOME, "teacher", "sts:AssumeRole")
        cls.role = trusting("grader", Condition={"StringEquals": {"sts:ExternalId": "s001"}})

    def assume(self, sts, arn=None, **more):
        return refusal(sts.assume_role, RoleArn=arn or self.role, RoleSessionName="edemlab", **more)

    def test_the_external_id_opens(self):
        self.assertIsNone(self.assume(self.teacher, ExternalId="s001"))

    def test_another_or_no_external_id_is_denied(self):
        for more in ({}, {"ExternalId": "s002"}, {"ExternalId": "S001"}):
            self.assertEqual(self.assume(self.teacher, **more), "AccessDenied", more)

    def test_a_missing_role_is_denied_and_not_told(self):
        for missing in (self.role + "s", self.role.replace(THERE, "920000000003"), self.role.replace("role/", "role/x/")):
            self.assertEqual(self.assume(self.teacher, missing, ExternalId="s001"), "AccessDenied", missing)

    def test_another_account_is_denied(self):
        stranger = user("920000000004", "stranger", "sts:AssumeRole")
        self.assertEqual(self.assume(stranger, ExternalId="s001"), "AccessDenied")

    def test_trust_is_not_enough_the_own_policy_has_to_allow_it(self):
        """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html"""
        self.assertEqual(self.assume(user(HOME, "assistant"), ExternalId="s001"), "AccessDenied")
        reader = user(HOME, "reader", "s3:*")
        self.assertEqual(self.assume(reader, ExternalId="s001"), "AccessDenied")

    def test_a_root_user_assumes_no_role(self):
        """https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"""
        self.assertEqual(self.assume(client("sts", HOME), ExternalId="s001"), "AccessDenied")

    def test_a_role_with_a_path(self):
        arn = trusting("deep", path="/a/b/")
        self.assertIsNone(self.assume(self.teacher, arn))

    def test_a_policy_of_aws_with_a_typo_is_not_there(self):
        """https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html"""
        iam = client("iam", HOME)
        iam.create_role(RoleName="typo", AssumeRolePolicyDocument=document(
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}))
        for name in ("AmazonDynamoDBFullAcess", "service-role/AWSLambdaKinesisExecutionRol", "AWSLambdaKinesisExecutionRole"):
            self.assertEqual(refusal(iam.attach_role_policy, RoleName="typo", PolicyArn=f"arn:aws:iam::aws:policy/{name}"),
                             "NoSuchEntity", name)

    def test_a_policy_of_aws_that_denies_everything(self):
        """https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSDenyAll.html"""
        iam = client("iam", HOME)
        role = iam.create_role(RoleName="denied", AssumeRolePolicyDocument=document(
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}))["Role"]

        def decision():
            asked = iam.simulate_principal_policy(PolicySourceArn=role["Arn"], ActionNames=["s3:GetObject"])
            return asked["EvaluationResults"][0]["EvalDecision"]

        iam.attach_role_policy(RoleName="denied", PolicyArn="arn:aws:iam::aws:policy/AmazonS3FullAccess")
        self.assertEqual(decision(), "allowed")
        iam.attach_role_policy(RoleName="denied", PolicyArn="arn:aws:iam::aws:policy/AWSDenyAll")
        self.assertEqual(decision(), "explicitDeny")


unittest.main()
