"""Tells Step Functions what a human decided about an order.

Staff invokes this function by hand, for example with the Test button in the Lambda console. The event:
  {"taskToken": "AQC8AAAA…", "approved": true, "customer": "Ana", "orderId": 17}
"""

import json

import boto3

stepfunctions = boto3.client("stepfunctions")


def lambda_handler(event, context):
    task_token = event["taskToken"]
    approved = event["approved"]
    customer = event["customer"]
    order_id = event["orderId"]

    # "false" in quotes is a text, and Python takes any text for true.
    if not isinstance(approved, bool):
        raise ValueError(f"approved must be true or false, without quotes, and is {approved!r}")

    # An error of these calls is not caught: it must show up where staff sees it.
    if approved:
        # This output is what the next steps of the state machine work with.
        output = {"approved": True, "customer": customer, "orderId": order_id}
        stepfunctions.send_task_success(taskToken=task_token, output=json.dumps(output))
    else:
        stepfunctions.send_task_failure(
            taskToken=task_token,
            error="UserRejected",
            cause=f"Order {order_id} of {customer} was rejected",
        )

    print(f"Order {order_id} of {customer}: {'approved' if approved else 'rejected'}")
    return {"statusCode": 200, "body": f"Order {order_id} {'approved' if approved else 'rejected'}"}
