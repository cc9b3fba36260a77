"""Tells the customer that the order is on its way, and keeps the order.

Step Functions calls this function with the output of the approval:
  {"approved": true, "customer": "Ana", "orderId": 17}

Environment variables:
  SNS_TOPIC_ARN         the ARN of your topic
  DYNAMO_DB_TABLE_NAME  optional: the name of a table with the partition key orderId, a number
"""

import os

import boto3

sns = boto3.client("sns")


def lambda_handler(event, context):
    customer = event["customer"]
    order_id = event["orderId"]

    # An error is not caught: the step fails, and the execution shows why.
    published = sns.publish(
        TopicArn=os.environ["SNS_TOPIC_ARN"],
        Subject="TacoBell",
        Message=f"Hey {customer}, Your Taco Bell Order #{order_id} is on the Way!",
    )
    print(f"Order {order_id}: message {published['MessageId']} sent")

    table_name = os.environ.get("DYNAMO_DB_TABLE_NAME")
    if table_name:
        # DynamoDB wants the type of each value: N is a number (written as text), S a text.
        boto3.client("dynamodb").put_item(
            TableName=table_name,
            Item={
                "orderId": {"N": str(order_id)},
                "customer": {"S": customer},
                "messageId": {"S": published["MessageId"]},
            },
        )
        print(f"Order {order_id}: stored in table {table_name}")

    return {"statusCode": 200, "body": f"Order {order_id} is on its way", "messageId": published["MessageId"]}
