"""moto's server on a free port of 127.0.0.1, and templates deployed into it.

Says {"endpoint": …} in its first line. Each line that it reads is {"account", "region", "stack", "template"}; it answers
with the keys of somebody in that account, or with {"error": …}. It ends with its standard input, so when its test does.
"""

import json
import os
import sys
import traceback

# Before moto is imported: AWS's own policies are there, as in every account.
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
os.environ["MOTO_LAMBDA_STUB_ECR"] = "true"

import boto3
import lacking
from deploy import Stack
from moto.server import ThreadedMotoServer


def session(endpoint, account):
    """Whoever assumes a role of an account is in that account from then on.

    See https://docs.getmoto.org/en/latest/docs/multi_account.html
    """
    nobody = {"aws_access_key_id": "nobody", "aws_secret_access_key": "nobody"}
    sts = boto3.client("sts", endpoint_url=endpoint, region_name="us-east-1", **nobody)
    role = f"arn:aws:iam::{account}:role/student"
    keys = sts.assume_role(RoleArn=role, RoleSessionName="student")["Credentials"]
    return {
        "access_key_id": keys["AccessKeyId"],
        "secret_access_key": keys["SecretAccessKey"],
        "session_token": keys["SessionToken"],
    }


def deploy(endpoint, wanted):
    keys = session(endpoint, wanted["account"])
    Stack(endpoint, keys, wanted["account"], wanted["region"], wanted["stack"], wanted["template"]).deploy()
    return keys


def main():
    # moto prints what it has to say of a request: that is for people, and the answers are not.
    answers, sys.stdout = sys.stdout, sys.stderr
    if "--as-it-is" not in sys.argv:
        lacking.add()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    endpoint = "http://127.0.0.1:%d" % server.get_host_and_port()[1]
    print(json.dumps({"endpoint": endpoint}), file=answers, flush=True)
    for line in sys.stdin:
        try:
            answer = deploy(endpoint, json.loads(line))
        except Exception as error:
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
