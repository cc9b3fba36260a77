"""Tells Amazon Personalize what viewers do, as they do it. Extra credit.

Lambda reads the stream for us and calls lambda_handler with a batch of records.
Each record carries one event of a viewer, for example
  {"timestamp": "2025-05-12T18:30:00+00:00", "userId": "10007",
   "eventType": "Play", "itemId": "Moana", "eventValue": null}

Environment variable: PERSONALIZE_TRACKING_ID, the tracking ID of your event tracker.
The function's role needs personalize:PutEvents.
"""

import base64
import json
import os
from datetime import datetime

import boto3

TRACKING_ID = os.environ.get("PERSONALIZE_TRACKING_ID", "")

# Made once, when the function starts, and used again by each later call.
personalize_events = boto3.client("personalize-events")


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

            what = {
                "eventType": click["eventType"],
                "itemId": click["itemId"],
                "sentAt": datetime.fromisoformat(click["timestamp"]),
            }
            # Most events have no value, and Personalize takes no null.
            if click.get("eventValue") is not None:
                what["eventValue"] = float(click["eventValue"])

            personalize_events.put_events(
                trackingId=TRACKING_ID,
                userId=user_id,
                # A viewer who is logged in is known by the user ID: one session each is enough.
                sessionId=f"session-{user_id}",
                eventList=[what],
            )
            print(f"OK userId={user_id} timestamp={click['timestamp']}")
        except Exception as error:
            # One bad record must not stop the others: say what happened, go on.
            print(
                f"ERROR userId={user_id} sequenceNumber={sequence_number} "
                f"{type(error).__name__}: {error}"
            )
            failed.append({"itemIdentifier": sequence_number})

    print(f"Sent {len(records) - len(failed)} of {len(records)} events to Personalize")

    # A trigger with the option "Report batch item failures" sends these again.
    # A trigger without it ignores them, so a bad record never blocks the stream.
    return {"batchItemFailures": failed}
