"""SNS: a subscription by e-mail waits until its reader confirms it, and the sandbox keeps what would have been sent.

The mails are read, and confirmed, at /_edemlab/inbox: see `answer`.
"""
import json
import time
import uuid
from xml.sax.saxutils import escape

from ministack.services import sns

from .cloudformation import creating, loading, refuse
from .fit import expect, expect_all, wrap

expect_all(sns, "_topics _sub_arn_to_topic", _find_subscription="topic_arn sub_arn", _is_fifo_topic="topic",
           _topic_by_arn_any_scope="topic_arn", _p="params key default", _error="code message status",
           _refresh_subscription_counts="topic", _matches_filter_policy="sub message_attributes message",
           _resolve_message_for_protocol="message message_structure protocol")

MAIL = ("email", "email-json")
KEPT = 200  # mails an account
mails = {}  # account -> its mails, oldest first


def keep(kind, topic_arn, subscription, subject, message):
    parts = topic_arn.split(":")
    box = mails.setdefault(parts[4], [])
    box.append({"kind": kind, "account": parts[4], "region": parts[3], "topicArn": topic_arn,
                "protocol": subscription["protocol"], "to": subscription["endpoint"], "subject": subject,
                "message": message, "sent": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())})
    del box[:-KEPT]


def hold(topic):
    """Makes each new subscription by e-mail wait, and asks its reader."""
    for sub in topic["subscriptions"] if topic else ():
        if sub["protocol"] in MAIL and "asked" not in sub:
            sub.update(asked=True, confirmed=False, token=str(uuid.uuid4()))
            sub["attributes"].update(PendingConfirmation="true", ConfirmationWasAuthenticated="false")
            keep("confirmation", topic["arn"], sub, "AWS Notification - Subscription Confirmation",
                 f"You have chosen to subscribe to the topic: {topic['arn']}")
    if topic:
        sns._refresh_subscription_counts(topic)


def refused_protocol(topic, protocol):
    if topic and sns._is_fifo_topic(topic) and protocol != "sqs":
        return f"Invalid parameter: Invalid protocol type: {protocol}"
    return None


@wrap(sns, "_subscribe", "params")
def subscribe(original, params):
    topic = sns._topic_by_arn_any_scope(sns._p(params, "TopicArn"))
    protocol, endpoint = sns._p(params, "Protocol"), sns._p(params, "Endpoint")
    why = refused_protocol(topic, protocol)
    if why:
        return sns._error("InvalidParameter", why, 400)
    answer = original(params)
    if answer[0] == 200 and protocol in MAIL:
        hold(topic)
        for sub in topic["subscriptions"]:
            if (sub["protocol"], sub["endpoint"]) == (protocol, endpoint) and not (
                    sub["confirmed"] or sns._p(params, "ReturnSubscriptionArn") == "true"):
                return (*answer[:2], answer[2].replace(sub["arn"].encode(), b"pending confirmation"))
    return answer


@creating("AWS::SNS::Topic")
def create_topic(original, logical_id, props, stack_name):
    """A topic of a template gets what one of the API gets: its type, and a policy that is for its own account only."""
    made = original(logical_id, props, stack_name)
    topic = sns._topics.get(made[1]["TopicArn"])
    policy = json.loads(topic["attributes"]["Policy"])
    policy["Statement"][0]["Condition"] = {"StringEquals": {"AWS:SourceOwner": topic["arn"].split(":")[4]}}
    topic["attributes"]["Policy"] = json.dumps(policy)
    for name in ("FifoTopic", "ContentBasedDeduplication"):
        if str(props.get(name)).lower() == "true":
            topic["attributes"][name] = "true"
    hold(topic)
    return made


@creating("AWS::SNS::Subscription")
def create_subscription(original, logical_id, props, stack_name):
    topic, protocol = sns._topics.get(props.get("TopicArn")), props.get("Protocol")
    refuse(refused_protocol(topic, protocol))
    made = original(logical_id, props, stack_name)
    hold(topic)
    return made


def note_end(arn):
    """What is unsubscribed stays in the lists for some days, as `Deleted`, unless its reader subscribes again."""
    topic = sns._topic_by_arn_any_scope(sns._sub_arn_to_topic.get(arn))
    sub = sns._find_subscription(topic["arn"], arn) if topic else None
    if sub:
        topic.setdefault("deleted", []).append(sub)


@wrap(sns, "_unsubscribe", "params")
def unsubscribe(original, params):
    note_end(sns._p(params, "SubscriptionArn"))
    return original(params)


@loading
def deleting(provisioners):
    """A stack that is updated or deleted unsubscribes as everybody does."""
    handlers = expect(provisioners, "_RESOURCE_HANDLERS")["AWS::SNS::Subscription"]
    original = expect(provisioners, "_sns_sub_delete", "physical_id props")

    def delete_subscription(physical_id, props):
        note_end(physical_id)
        return original(physical_id, props)
    handlers["delete"] = provisioners._sns_sub_delete = delete_subscription
    provisioners._sns_sub_create = handlers["create"]  # an update that replaces one calls both by these names


def deleted(topic):
    """The entries of a list for what was unsubscribed: one for each reader who has not subscribed again."""
    here = {(sub["protocol"], sub["endpoint"]) for sub in topic["subscriptions"]}
    gone = {(sub["protocol"], sub["endpoint"]): sub for sub in topic.get("deleted", ())}
    return "".join(
        f"<member><SubscriptionArn>Deleted</SubscriptionArn><Owner>{sub['owner']}</Owner>"
        f"<TopicArn>{topic['arn']}</TopicArn><Protocol>{sub['protocol']}</Protocol>"
        f"<Endpoint>{escape(sub['endpoint'])}</Endpoint></member>" for reader, sub in gone.items() if reader not in here)


def pending(original, params):
    """A list shows no ARN of a subscription that is not confirmed, nor of one that is no more."""
    status, headers, body = original(params)
    asked = sns._p(params, "TopicArn")
    gone = "".join(deleted(topic) for topic in sns._topics.values() if asked in ("", topic["arn"]))
    if gone and not sns._p(params, "NextToken"):
        body = body.replace(b"</Subscriptions>", f"{gone}</Subscriptions>".encode())
    for topic in sns._topics.values():
        for sub in topic["subscriptions"]:
            if not sub.get("confirmed"):
                body = body.replace(f"<SubscriptionArn>{sub['arn']}<".encode(), b"<SubscriptionArn>PendingConfirmation<")
    return status, headers, body


wrap(sns, "_list_subscriptions", "params")(pending)
wrap(sns, "_list_subscriptions_by_topic", "params")(pending)


@wrap(sns, "_fanout", "topic_arn msg_id message subject message_structure message_attributes message_group_id "
                      "message_dedup_id")
def fanout(original, topic_arn, msg_id, message, subject, message_structure="", message_attributes=None, **kwargs):
    for sub in (sns._topic_by_arn_any_scope(topic_arn) or {}).get("subscriptions", ()):
        text = sns._resolve_message_for_protocol(message, message_structure, sub["protocol"])
        if (sub["protocol"] in (*MAIL, "sms") and sub.get("confirmed")
                and sns._matches_filter_policy(sub, message_attributes or {}, text)):
            keep("notification", topic_arn, sub, subject or "AWS Notification Message", text)
    return original(topic_arn, msg_id, message, subject, message_structure, message_attributes, **kwargs)


# --- What the command line asks.

def asked_for(query):
    """Every subscription by e-mail that waits, in the accounts, regions and for the address asked for."""
    for (account, region, arn), topic in sns._topics.all_items():
        for sub in topic["subscriptions"]:
            found = {"account": account, "region": region, "endpoint": sub["endpoint"]}
            if sub.get("asked") and not sub["confirmed"] and all(found[k] == v for k, v in query.items()):
                yield topic, sub, {**found, "topicArn": arn, "protocol": sub["protocol"], "subscriptionArn": sub["arn"]}


def answer(method, path, query):
    """GET /_edemlab/inbox: the mails and what is pending. POST /_edemlab/inbox/confirm: clicks on what is pending.

    Both take account=, region= and endpoint= (the address).
    """
    if (method, path) == ("GET", "/_edemlab/inbox"):
        wanted = {{"endpoint": "to"}.get(k, k): v for k, v in query.items()}
        found = [mail for box in list(mails.values()) for mail in box if all(mail[k] == v for k, v in wanted.items())]
        return 200, {"mails": found, "pending": [shown for _, _, shown in asked_for(query)]}
    if (method, path) == ("POST", "/_edemlab/inbox/confirm"):
        confirmed = []
        for topic, sub, shown in list(asked_for(query)):
            sub.update(confirmed=True, token=None)
            sub["attributes"]["PendingConfirmation"] = "false"
            sns._refresh_subscription_counts(topic)
            confirmed.append(shown)
        return 200, {"confirmed": confirmed}
    return 404, {"message": "There is nothing here"}
