"""API Gateway: the integration with EventBridge, reached without a signature by the host name of the API alone."""
import json

from lab import REGION, client, document, eventually, http_call, messages, refusal, role, unittest

TEMPLATE = '''#set($context.requestOverride.header.X-Amz-Target = "AWSEvents.PutEvents")
#set($context.requestOverride.header.Content-Type = "application/x-amz-json-1.1")
{"Entries": [{"Source": "shop", "DetailType": "Order", "EventBusName": "orders",
              "Detail": "$util.escapeJavaScript($input.body)"}]}'''
LOG = "/aws/events/orders"


def api(account, template=TEMPLATE, action="action/PutEvents", allowed=("events:PutEvents",), name="shop", method="POST"):
    """An API with POST /orders. Gives its host name."""
    gateway = client("apigateway", account)
    made = gateway.create_rest_api(name=name)["id"]
    root = gateway.get_resources(restApiId=made)["items"][0]["id"]
    resource = gateway.create_resource(restApiId=made, parentId=root, pathPart="orders")["id"]
    at = {"restApiId": made, "resourceId": resource, "httpMethod": "POST"}
    gateway.put_method(**at, authorizationType="NONE")
    gateway.put_method_response(**at, statusCode="200")
    gateway.put_integration(
        **at, type="AWS", integrationHttpMethod=method, uri=f"arn:aws:apigateway:{REGION}:events:{action}",
        credentials=role(account, f"{name}-api", "apigateway.amazonaws.com", *allowed),
        passthroughBehavior="WHEN_NO_TEMPLATES", requestTemplates={"application/json": template})
    gateway.put_integration_response(**at, statusCode="200")
    gateway.create_deployment(restApiId=made, stageName="dev")
    return f"{made}.execute-api.{REGION}.amazonaws.com"


def bus(account):
    """A bus whose events are seen in a log."""
    events, logs = client("events", account), client("logs", account)
    events.create_event_bus(Name="orders")
    events.put_rule(Name="all", EventBusName="orders", EventPattern=json.dumps({"source": ["shop"]}))
    logs.create_log_group(logGroupName=LOG)
    logs.put_resource_policy(policyName="events", policyDocument=document(
        {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"},
         "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"}))
    events.put_targets(Rule="all", EventBusName="orders", Targets=[
        {"Id": "log", "Arn": f"arn:aws:logs:{REGION}:{account}:log-group:{LOG}"}])


def post(host, body, path="/dev/orders"):
    status, text = http_call("POST", path, json.dumps(body), host, Content_Type="application/json")
    try:
        return status, json.loads(text)
    except ValueError:
        return status, text


def details(account):
    return [json.loads(message)["detail"] for message in messages(account, LOG)]


class PutEvents(unittest.TestCase):
    def test_an_order_of_nobody_in_particular_reaches_the_bus_of_the_accounts_own_api(self):
        hosts = {}
        for account in ("120000000001", "120000000002"):
            bus(account)
            hosts[account] = api(account)
        order = {"customer": "Ana \"the\" Ø\\", "items": [{"n": 1}], "path": "a/b", "text": "two\nlines\tand € 🌮"}
        for number, (account, host) in enumerate(hosts.items()):
            status, answer = post(host, {**order, "orderId": number})
            self.assertEqual((status, answer["FailedEntryCount"]), (200, 0), answer)
        for number, account in enumerate(hosts):
            found = eventually("the order is on the bus", lambda: details(account))
            self.assertEqual(found, [{**order, "orderId": number}], "escaped and read again, it is the same")

    def test_an_apostrophe_is_escaped_as_no_json_has_it(self):
        account = "120000000003"
        bus(account)
        status, answer = post(api(account), {"customer": "O'Hara"})
        self.assertEqual((status, answer.get("__type")), (200, "SerializationException"), answer)
        self.assertEqual(details(account), [])

    def test_a_role_that_may_not_put_events_is_told_so_in_the_body(self):
        account = "120000000004"
        bus(account)
        status, answer = post(api(account, allowed=()), {"customer": "Ana"})
        self.assertEqual((status, answer.get("__type")), (200, "AccessDeniedException"), answer)
        self.assertIn("events:PutEvents", answer["Message"])

    def test_the_target_that_a_template_sets_is_the_one_that_is_called(self):
        account = "120000000005"
        bus(account)
        named = api(account, action="path//", name="named")
        other = api(account, TEMPLATE.replace("AWSEvents.PutEvents", "AWSEvents.ListRules"), name="other")
        none = api(account, TEMPLATE.split("\n", 1)[1], action="path//", name="none")
        self.assertEqual(post(named, {"orderId": 1})[1]["FailedEntryCount"], 0)
        for host in (other, none):
            self.assertEqual(post(host, {"orderId": 2})[1].get("__type"), "UnknownOperationException", host)
        self.assertEqual(eventually("the order is on the bus", lambda: details(account)), [{"orderId": 1}])

    def test_eventbridge_is_spoken_to_by_post_with_both_headers_only(self):
        account = "120000000009"
        bus(account)
        first, second, rest = TEMPLATE.split("\n", 2)
        hosts = [api(account, template, name=f"lost-{number}")
                 for number, template in enumerate((rest, f"{first}\n{rest}", f"{second}\n{rest}"))]
        for host in [*hosts, api(account, name="get", method="GET")]:
            self.assertEqual(post(host, {"orderId": 1})[1].get("__type"), "UnknownOperationException", host)
        self.assertEqual(post(api(account), {"orderId": 2})[1]["FailedEntryCount"], 0)
        self.assertEqual(eventually("the order is on the bus", lambda: details(account)), [{"orderId": 2}])

    def test_a_bus_of_another_account_lets_nobody_in(self):
        account = "120000000008"
        bus(account)
        far = TEMPLATE.replace('"orders"', f'"arn:aws:events:{REGION}:111122223333:event-bus/orders"')
        status, answer = post(api(account, far), {"orderId": 1})
        self.assertEqual((status, answer.get("__type")), (200, "AccessDeniedException"), answer)
        self.assertIn("no resource-based policy allows", answer["Message"])
        near = TEMPLATE.replace('"orders"', f'"arn:aws:events:{REGION}:{account}:event-bus/orders"')
        self.assertEqual(post(api(account, near, name="near"), {"orderId": 2})[1]["FailedEntryCount"], 0)
        self.assertEqual(eventually("the order is on the bus", lambda: details(account)), [{"orderId": 2}])

    def test_an_api_or_path_that_is_not_there(self):
        account = "120000000006"
        bus(account)
        host = api(account)
        nobody = "0000000000." + host.split(".", 1)[1]
        for there, path in ((host, "/dev/order"), (host, "/prod/orders"), (nobody, "/dev/orders")):
            self.assertIn(post(there, {"orderId": 1}, path)[0], (403, 404), (there, path))


def posting(account):
    """An API's host name, a client for it, and where its POST /orders is."""
    bus(account)
    host, gateway = api(account), client("apigateway", account)
    made = host.split(".")[0]
    resource = next(r["id"] for r in gateway.get_resources(restApiId=made)["items"] if r["path"] == "/orders")
    return host, gateway, {"restApiId": made, "resourceId": resource, "httpMethod": "POST"}


class Deployments(unittest.TestCase):
    def test_a_stage_serves_what_was_deployed_to_it(self):
        account = "120000000007"
        host, gateway, method = posting(account)
        gateway.delete_method(**method)
        self.assertEqual(post(host, {"orderId": 1})[1]["FailedEntryCount"], 0, "the stage has its own copy")
        self.assertEqual(eventually("the order is on the bus", lambda: details(account)), [{"orderId": 1}])

    def test_a_key_is_asked_for_until_a_patch_says_no(self):
        host, gateway, method = posting("120000000019")
        answers = []
        for value in ("true", "false"):
            gateway.update_method(**method, patchOperations=[
                {"op": "replace", "path": "/apiKeyRequired", "value": value}])
            gateway.create_deployment(restApiId=method["restApiId"], stageName="dev")
            answers.append(post(host, {"orderId": 1})[0])
        self.assertEqual(answers, [403, 200])

    def test_a_method_and_its_response_are_made_once(self):
        _, gateway, method = posting("120000000029")
        self.assertEqual(refusal(gateway.put_method, **method, authorizationType="NONE"), "ConflictException")
        answered = {**method, "statusCode": "202"}
        self.assertIsNone(refusal(gateway.put_method_response, **answered))
        self.assertEqual(refusal(gateway.put_method_response, **answered), "ConflictException")
        gateway.delete_method(**method)
        self.assertIsNone(refusal(gateway.put_method, **method, authorizationType="NONE"))


unittest.main()
