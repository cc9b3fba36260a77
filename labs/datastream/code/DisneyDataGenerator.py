"""Plays the part of the Disney+ viewers: sends their events to a Kinesis data stream.

  python DisneyDataGenerator.py                 one event a second, until Ctrl-C
  python DisneyDataGenerator.py --rate 5        five events a second
  python DisneyDataGenerator.py --count 20      stops after 20 events

Environment variables:
  KINESIS_STREAM_NAME   the name of your stream (DisneyClickstream if it is not set)
  AWS_REGION            the region of your stream, for example eu-central-1
"""

import argparse
import json
import os
import random
import signal
import sys
import time
from datetime import datetime, timezone

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError

USER_IDS = [str(number) for number in range(10000, 10030)]
EVENT_TYPES = ["Watch", "Play", "Stop"]
TITLES = [
    "Aladdin", "Andor", "Bluey", "Brave", "Coco", "Encanto", "Frozen", "Hercules", "Inside Out", "Loki",
    "Moana", "Mulan", "Ratatouille", "Tangled", "The Bear", "The Lion King", "The Mandalorian", "Toy Story",
    "WandaVision", "Zootopia",
]

# AWS answers with one of these when events come too fast. They are worth another try.
TOO_FAST = ("ProvisionedThroughputExceededException", "ThrottlingException", "LimitExceededException")
LONGEST_WAIT = 30  # seconds

# What to do about the errors that beginners meet. {stream} and {region} are filled in.
ADVICE = {
    "ResourceNotFoundException": "There is no stream {stream} in {region}. "
    "Set KINESIS_STREAM_NAME and AWS_REGION to your stream's name and region.",
    "UnrecognizedClientException": "AWS does not know these credentials. Run: aws configure",
    "InvalidClientTokenId": "AWS does not know these credentials. Run: aws configure",
    "InvalidSignatureException": "The secret access key does not fit the access key. Run: aws configure",
    "ExpiredTokenException": "Your credentials have expired. Get new ones.",
    "AccessDeniedException": "Your user may not put records into {stream}. "
    "It needs the permission kinesis:PutRecord.",
}


def make_event():
    """One event of one viewer, as the player in the living room would send it."""
    return {
        "timestamp": datetime.now(timezone.utc).isoformat(),
        "userId": random.choice(USER_IDS),
        "eventType": random.choice(EVENT_TYPES),
        "itemId": random.choice(TITLES),
        "eventValue": None,
    }


def send(kinesis, stream, event):
    """Puts one event into the stream, and waits and tries again while AWS says: too fast."""
    wait = 1
    while True:
        try:
            # Events with the same PartitionKey stay in order: here, those of one viewer.
            answer = kinesis.put_record(
                StreamName=stream, Data=json.dumps(event).encode(), PartitionKey=event["userId"]
            )
            return answer["ShardId"]
        except ClientError as error:
            if error.response["Error"]["Code"] not in TOO_FAST:
                raise
            print(f"  too fast for the stream: waiting {wait} s", flush=True)
            time.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)


def explain(error, stream, region):
    """One line about what went wrong, and what to do about it."""
    if isinstance(error, NoCredentialsError):
        return "No AWS credentials were found. Run: aws configure"
    if isinstance(error, NoRegionError):
        return "No region is set. Set AWS_REGION, for example: export AWS_REGION=eu-central-1"
    if isinstance(error, ClientError):
        code = error.response["Error"]["Code"]
        if code in ADVICE:
            return ADVICE[code].format(stream=stream, region=region)
    return " ".join(str(error).split())


def read_arguments():
    parser = argparse.ArgumentParser(description="Sends events of Disney+ viewers to a Kinesis data stream.")
    parser.add_argument("--rate", type=float, default=1.0, metavar="N", help="events a second (default: 1)")
    parser.add_argument("--count", type=int, default=0, metavar="N", help="stop after N events (default: never)")
    arguments = parser.parse_args()
    if arguments.rate <= 0:
        parser.error("--rate must be more than 0")
    if arguments.count < 0:
        parser.error("--count must not be less than 0")
    return arguments


def main():
    arguments = read_arguments()
    stream = os.environ.get("KINESIS_STREAM_NAME") or "DisneyClickstream"
    region = None
    sent = 0
    problem = None

    # "docker stop", "kill" and a closed terminal end this program as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)

    try:
        # Without AWS_REGION, boto3 takes the region of "aws configure".
        kinesis = boto3.client(
            "kinesis",
            region_name=os.environ.get("AWS_REGION") or None,
            config=Config(connect_timeout=5, read_timeout=10, retries={"mode": "standard", "max_attempts": 2}),
        )
        region = kinesis.meta.region_name
        print(f"Sending to the stream {stream} in {region}. Ctrl-C ends it.", flush=True)

        next_time = time.monotonic()
        while arguments.count == 0 or sent < arguments.count:
            event = make_event()
            shard = send(kinesis, stream, event)
            sent += 1
            print(
                f"{sent:>6}  {event['timestamp'][11:19]}  user {event['userId']}  "
                f"{event['eventType']:<5}  {event['itemId']:<16} {shard}",
                flush=True,
            )
            # Keeps the pace, whatever the sending took. After a pause it does not catch up.
            next_time = max(next_time + 1 / arguments.rate, time.monotonic())
            if arguments.count == 0 or sent < arguments.count:
                time.sleep(max(0, next_time - time.monotonic()))
    except KeyboardInterrupt:
        print()
    except (ClientError, BotoCoreError) as error:
        problem = explain(error, stream, region)

    print(f"{sent} event{'' if sent == 1 else 's'} sent.", flush=True)
    if problem:
        print(f"Error: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
