"""Kinesis: a stream's mode can be changed, a list has pages, and a function reads a stream once."""
from lab import client, function, refusal, unittest


def mode_of(kinesis, name):
    summary = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
    return summary["StreamModeDetails"]["StreamMode"]


class Mode(unittest.TestCase):
    def test_it_changes_and_the_records_stay(self):
        kinesis = client("kinesis", "160000000001")
        kinesis.create_stream(StreamName="clicks", ShardCount=2)
        put = kinesis.put_record(StreamName="clicks", Data=b"x", PartitionKey="k")
        arn = kinesis.describe_stream_summary(StreamName="clicks")["StreamDescriptionSummary"]["StreamARN"]
        kinesis.update_stream_mode(StreamARN=arn, StreamModeDetails={"StreamMode": "ON_DEMAND"})
        self.assertEqual(mode_of(kinesis, "clicks"), "ON_DEMAND")
        at = kinesis.get_shard_iterator(StreamName="clicks", ShardId=put["ShardId"], ShardIteratorType="TRIM_HORIZON")
        records = kinesis.get_records(ShardIterator=at["ShardIterator"])["Records"]
        self.assertEqual([r["SequenceNumber"] for r in records], [put["SequenceNumber"]])

    def test_it_changes_twice_a_day_at_most(self):
        kinesis = client("kinesis", "160000000002")
        kinesis.create_stream(StreamName="clicks", ShardCount=1)
        arn = kinesis.describe_stream_summary(StreamName="clicks")["StreamDescriptionSummary"]["StreamARN"]
        outcomes = [refusal(kinesis.update_stream_mode, StreamARN=arn, StreamModeDetails={"StreamMode": mode})
                    for mode in ("ON_DEMAND", "ON_DEMAND", "PROVISIONED", "PROVISIONED", "ON_DEMAND")]
        self.assertEqual(outcomes, [None, None, None, None, "LimitExceededException"])
        self.assertEqual(mode_of(kinesis, "clicks"), "PROVISIONED")

    def test_only_ones_own_stream_and_only_the_two_modes(self):
        mine, other = client("kinesis", "160000000003"), client("kinesis", "160000000004")
        mine.create_stream(StreamName="clicks", ShardCount=1)
        arn = mine.describe_stream_summary(StreamName="clicks")["StreamDescriptionSummary"]["StreamARN"]
        on_demand = {"StreamMode": "ON_DEMAND"}
        self.assertIsNotNone(refusal(other.update_stream_mode, StreamARN=arn, StreamModeDetails=on_demand))
        gone = refusal(mine.update_stream_mode, StreamARN=arn + "x", StreamModeDetails=on_demand)
        self.assertEqual(gone, "ResourceNotFoundException")
        wrong = refusal(mine.update_stream_mode, StreamARN=arn, StreamModeDetails={"StreamMode": "FAST"})
        self.assertEqual(wrong, "ValidationException")
        self.assertEqual(mode_of(mine, "clicks"), "PROVISIONED")


class Pages(unittest.TestCase):
    def test_every_stream_is_on_one_page(self):
        kinesis = client("kinesis", "160000000005")
        names = [f"clicks-{n}" for n in range(5)]
        for name in names:
            kinesis.create_stream(StreamName=name, ShardCount=1)
        pages = kinesis.get_paginator("list_streams").paginate(PaginationConfig={"PageSize": 2})
        self.assertEqual([page["StreamNames"] for page in pages], [names[:2], names[2:4], names[4:]])


class Triggers(unittest.TestCase):
    def test_a_function_has_one_on_a_stream(self):
        account = "160000000009"
        kinesis, functions = client("kinesis", account), client("lambda", account)
        kinesis.create_stream(StreamName="clicks", ShardCount=1)
        kinesis.create_stream(StreamName="others", ShardCount=1)
        arn = {name: kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]
               for name in ("clicks", "others")}
        reading = ["kinesis:DescribeStream", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"]
        function(account, "reads", "def handler(event, context): pass\n", "logs:*", *reading)
        functions.publish_version(FunctionName="reads")

        def made(source, name):
            return refusal(functions.create_event_source_mapping, FunctionName=name, EventSourceArn=arn[source],
                           StartingPosition="LATEST")
        outcomes = [made("clicks", "reads"), made("clicks", "reads"), made("others", "reads"), made("clicks", "reads:1")]
        self.assertEqual(outcomes, [None, "ResourceConflictException", None, None])
        self.assertEqual(len(functions.list_event_source_mappings()["EventSourceMappings"]), 3)


unittest.main()
