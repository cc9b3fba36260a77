#!/usr/bin/env python3
"""Makes `words.txt` from AWS's own models, as botocore has them: `cut_words.py BOTOCORE/data > words.txt`.

A line each: the names of operations, members, errors and the values of enumerations of the services that are asked.
"""

import glob
import gzip
import json
import sys

SERVICES = (
    "apigateway apigatewayv2 apprunner cloudformation cloudtrail dynamodb ecr ecs elbv2 events firehose iam kinesis lambda logs "
    "personalize resourcegroupstaggingapi s3 schemas sns stepfunctions sts"
).split()


def model(data, service):
    path = sorted(glob.glob(f"{data}/{service}/*/service-2.json*"))[-1]
    with gzip.open(path) if path.endswith("gz") else open(path) as file:
        return json.load(file)


def main(data):
    words = set()
    for service in SERVICES:
        read = model(data, service)
        words.update(read["operations"])
        for name, shape in read["shapes"].items():
            if shape.get("exception") or shape.get("error"):
                words.add(name)
            words.update(shape.get("enum", []))
            for member, about in shape.get("members", {}).items():
                words.add(member)
                words.add(about.get("locationName", member))
    print("\n".join(sorted(word for word in words if word and "\n" not in word)))


main(sys.argv[1])
