"""Stores the events of a Kinesis data stream in a DynamoDB table.

Lambda reads the stream for us and calls lambda_handler with a batch of records.
Each record carries one event of a viewer, for example
  {"timestamp": "2025-05-12T18:30:00+00:00", "userId": "10007",
   "eventType": "Play", "itemId": "Moana", "eventValue": null}

Environment variable: DYNAMO_DB_TABLE_NAME, the name of your table.
"""

import base64
import json
import os

import boto3

TABLE_NAME = os.environ.get("DYNAMO_DB_TABLE_NAME", "DisneyClickstreamTable")

# Made once, when the function starts, and used again by each later call.
table = boto3.resource("dynamodb").Table(TABLE_NAME)


def lambda_handler(event, context):
    records = event["Records"]
    failed = []

    for record in records:
        sequence_number = record["kinesis"]["sequenceNumber"]
        user_id = "unknown"
        try:
            # Kinesis moves bytes. Lambda hands them over as base64 text.
            click = json.loads(base64.b64decode(record["kinesis"]["data"]))
            user_id = click["userId"]

            # The names on the left are the table's: its two keys and one more.
            table.put_item(
                Item={
                    "user_id": user_id,
                    "timestamp": click["timestamp"],
                    "item": click["itemId"],
                }
            )
            print(f"OK userId={user_id} timestamp={click['timestamp']}")
        except Exception as error:
            # One bad record must not stop the others: say what happened, go on.
            print(
                f"ERROR userId={user_id} sequenceNumber={sequence_number} "
                f"{type(error).__name__}: {error}"
            )
            failed.append({"itemIdentifier": sequence_number})

    stored = len(records) - len(failed)
    print(f"Stored {stored} of {len(records)} records in table {TABLE_NAME}")

    # A trigger with the option "Report batch item failures" sends these again.
    # A trigger without it ignores them, so a bad record never blocks the stream.
    return {"batchItemFailures": failed}
