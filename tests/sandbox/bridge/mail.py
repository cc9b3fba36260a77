"""SNS by e-mail: nothing is delivered before the reader has confirmed; the inbox keeps what would have been sent."""
import json

from lab import REGION, client, http_call, signed_call, unittest

ANA, BEN = "ana@example.com", "ben@example.com"


def inbox(method="GET", path="/_edemlab/inbox", **headers):
    status, text = signed_call(method, path, **headers)
    return status, json.loads(text)


def of(account, more=""):
    return inbox(path=f"/_edemlab/inbox?account={account}{more}")[1]


def topic(account, *readers, region=REGION):
    sns = client("sns", account, region)
    arn = sns.create_topic(Name="orders")["TopicArn"]
    for reader in readers:
        answer = sns.subscribe(TopicArn=arn, Protocol="email", Endpoint=reader)
        assert answer["SubscriptionArn"] == "pending confirmation", answer
    return arn


def texts(account):
    return [(mail["to"], mail["message"]) for mail in of(account)["mails"] if mail["kind"] == "notification"]


class Confirmation(unittest.TestCase):
    def test_nothing_is_delivered_before_the_click(self):
        account = "140000000001"
        sns, arn = client("sns", account), topic(account, ANA)
        listed = sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
        self.assertEqual([s["SubscriptionArn"] for s in listed], ["PendingConfirmation"])
        counts = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
        self.assertEqual((counts["SubscriptionsPending"], counts["SubscriptionsConfirmed"]), ("1", "0"))

        sns.publish(TopicArn=arn, Subject="Early", Message="too early")
        found = of(account)
        self.assertEqual([(m["kind"], m["to"]) for m in found["mails"]], [("confirmation", ANA)])
        self.assertEqual([(p["endpoint"], p["topicArn"]) for p in found["pending"]], [(ANA, arn)])

        status, answer = inbox("POST", f"/_edemlab/inbox/confirm?account={account}")
        self.assertEqual((status, [p["endpoint"] for p in answer["confirmed"]]), (200, [ANA]))
        sns.publish(TopicArn=arn, Subject="Order", Message="on its way")
        found = of(account)
        last = [found["mails"][-1][name] for name in ("to", "subject", "message", "topicArn")]
        self.assertEqual(last, [ANA, "Order", "on its way", arn])
        self.assertEqual((texts(account), found["pending"]), ([(ANA, "on its way")], []))
        listed = sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
        self.assertTrue(listed[0]["SubscriptionArn"].startswith(arn + ":"), listed)

    def test_who_unsubscribes_stays_in_the_list_until_they_subscribe_again(self):
        account = "140000000007"
        sns, arn = client("sns", account), topic(account, ANA, BEN)
        signed_call("POST", f"/_edemlab/inbox/confirm?account={account}")

        def listed():
            found = sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
            return {s["Endpoint"]: s["SubscriptionArn"] for s in found}
        sns.unsubscribe(SubscriptionArn=listed()[ANA])
        self.assertEqual(listed()[ANA], "Deleted")
        self.assertTrue(listed()[BEN].startswith(arn))
        everywhere = sns.list_subscriptions()["Subscriptions"]
        self.assertIn("Deleted", [s["SubscriptionArn"] for s in everywhere])
        sns.subscribe(TopicArn=arn, Protocol="email", Endpoint=ANA)
        self.assertEqual(listed()[ANA], "PendingConfirmation")

    def test_a_click_is_for_what_was_asked_for(self):
        account, other = "140000000002", "140000000003"
        arn = topic(account, ANA, BEN)
        topic(account, ANA, region="us-east-1")
        topic(other, ANA)
        path = f"/_edemlab/inbox/confirm?account={account}&region={REGION}&endpoint={ANA.replace('@', '%40')}"
        self.assertEqual(len(inbox("POST", path)[1]["confirmed"]), 1)
        left = [(p["region"], p["endpoint"]) for p in of(account)["pending"]]
        self.assertEqual(sorted(left), [(REGION, BEN), ("us-east-1", ANA)])
        self.assertEqual(len(of(other)["pending"]), 1)
        client("sns", account).publish(TopicArn=arn, Message="hello")
        self.assertEqual(texts(account), [(ANA, "hello")])
        self.assertEqual(texts(other), [])

    def test_a_subscription_of_a_template_waits_as_well(self):
        account = "140000000004"
        formation = client("cloudformation", account)
        formation.create_stack(StackName="shop", TemplateBody=json.dumps({"Resources": {
            "Topic": {"Type": "AWS::SNS::Topic"},
            "Reader": {"Type": "AWS::SNS::Subscription", "Properties": {
                "TopicArn": {"Ref": "Topic"}, "Protocol": "email", "Endpoint": BEN}}}}))
        often = {"Delay": 0.1, "MaxAttempts": 100}
        formation.get_waiter("stack_create_complete").wait(StackName="shop", WaiterConfig=often)
        self.assertEqual([p["endpoint"] for p in of(account)["pending"]], [BEN])

    def test_a_queue_needs_no_click(self):
        account = "140000000005"
        sns, sqs, arn = client("sns", account), client("sqs", account), topic(account)
        queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
        target = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        made = sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=target)["SubscriptionArn"]
        self.assertTrue(made.startswith(arn + ":"), made)
        self.assertEqual(of(account), {"mails": [], "pending": []})


class Page(unittest.TestCase):
    def test_it_is_for_this_machine_and_for_no_web_page(self):
        self.assertEqual(inbox()[0], 200)
        self.assertEqual(inbox(Origin="http://evil.example")[0], 403)
        self.assertEqual(inbox(path="/_edemlab/inbox?account=140000000009&click=all")[0], 400)
        self.assertEqual(inbox("GET", "/_edemlab/inbox/confirm")[0], 404)
        for status, text in (signed_call("GET", "/_edemlab/inbox", host="evil.example"), http_call("GET", "/_edemlab/inbox"),
                             signed_call("GET", "/_edemlab/inbox", secret="root"),
                             signed_call("POST", "/_edemlab/inbox/confirm", secret="root")):
            self.assertEqual(status, 403, text)
            self.assertNotIn('"mails"', text)


unittest.main()
