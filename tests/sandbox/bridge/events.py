"""EventBridge's target CloudWatch Logs: a resource policy decides, and no role plays a part."""
import json

from lab import REGION, client, document, eventually, messages, unittest

ALLOW = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"},
         "Action": ["logs:CreateLogStream", "logs:PutLogEvents"]}


def group_of(account, name):
    return f"arn:aws:logs:{REGION}:{account}:log-group:{name}"


def bus_with_targets(account, *groups):
    """A bus whose rule sends everything into these log groups."""
    events, logs = client("events", account), client("logs", account)
    events.create_event_bus(Name="orders")
    events.put_rule(Name="all", EventBusName="orders", EventPattern=json.dumps({"source": [{"prefix": ""}]}))
    for name in groups:
        logs.create_log_group(logGroupName=name)
    events.put_targets(Rule="all", EventBusName="orders",
                       Targets=[{"Id": str(n), "Arn": group_of(account, name)} for n, name in enumerate(groups)])


def put(account, number):
    answer = client("events", account).put_events(Entries=[{
        "Source": "shop", "DetailType": "Order", "Detail": json.dumps({"number": number}), "EventBusName": "orders"}])
    return answer["FailedEntryCount"]


class LogTarget(unittest.TestCase):
    def test_only_the_group_of_the_policy_gets_the_event(self):
        account = "110000000001"
        bus_with_targets(account, "/aws/events/denied", "/aws/events/allowed")  # the targets are called in this order
        client("logs", account).put_resource_policy(policyName="events", policyDocument=document(
            {**ALLOW, "Resource": group_of(account, "/aws/events/allowed") + ":*"}))
        self.assertEqual(put(account, 17), 0)
        found = eventually("the event is in the log", lambda: messages(account, "/aws/events/allowed"))
        event = json.loads(found[0])
        self.assertEqual((event["source"], event["detail-type"], event["detail"], event["account"]),
                         ("shop", "Order", {"number": 17}, account))
        self.assertEqual(messages(account, "/aws/events/denied"), [])

    def test_a_policy_that_comes_later_lets_later_events_in(self):
        account = "110000000002"
        bus_with_targets(account, "/aws/events/late")
        self.assertEqual(put(account, 1), 0, "AWS takes the event, whatever becomes of it")
        client("logs", account).put_resource_policy(
            policyName="events", policyDocument=document({**ALLOW, "Resource": "*"}))

        def numbers():
            put(account, 2)
            return [json.loads(m)["detail"]["number"] for m in messages(account, "/aws/events/late")]
        self.assertEqual(set(eventually("an event is in the log", numbers)), {2}, "the first one is gone")

    def test_a_policy_for_another_service_lets_nothing_in(self):
        account = "110000000003"
        bus_with_targets(account, "/aws/events/other", "/aws/events/marker")
        logs = client("logs", account)
        logs.put_resource_policy(policyName="other", policyDocument=document(
            {**ALLOW, "Principal": {"Service": "es.amazonaws.com"}, "Resource": "*"}))
        logs.put_resource_policy(policyName="marker", policyDocument=document(
            {**ALLOW, "Resource": group_of(account, "/aws/events/marker") + ":*"}))
        put(account, 1)
        eventually("the marker is in its log", lambda: messages(account, "/aws/events/marker"))
        self.assertEqual(messages(account, "/aws/events/other"), [])


class Entries(unittest.TestCase):
    def test_an_entry_that_is_no_event_fails_and_the_others_do_not(self):
        answer = client("events", "110000000004").put_events(Entries=[
            {"Source": "shop", "DetailType": "Order", "Detail": "{no json"}, {"Source": "shop", "Detail": "{}"},
            {"Source": "shop", "DetailType": "Order", "Detail": "{}"}])
        self.assertEqual(answer["FailedEntryCount"], 2)
        self.assertEqual([entry.get("ErrorCode") for entry in answer["Entries"]],
                         ["MalformedDetail", "InvalidArgument", None])
        self.assertTrue(answer["Entries"][2]["EventId"])


unittest.main()
