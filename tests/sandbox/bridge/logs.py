"""CloudWatch Logs: FilterLogEvents gives all events, page by page, once each; a run is there while it runs."""
import json
import os
import tempfile
import time

from lab import client, eventually, function, messages, refusal, unittest

GROUP = "orders"
NOW = int(time.time() * 1000)


def filled(account, count):
    """Two streams that hold the events 0, 1, 2 … in turns; every three of them are of the same moment."""
    logs = client("logs", account)
    logs.create_log_group(logGroupName=GROUP)
    for stream in ("even", "odd"):
        logs.create_log_stream(logGroupName=GROUP, logStreamName=stream)
        events = [{"timestamp": NOW + n // 3, "message": f"order {n}"}
                  for n in range(count) if n % 2 == (stream == "odd")]
        logs.put_log_events(logGroupName=GROUP, logStreamName=stream, logEvents=events)
    return logs


def pages(logs, **asked):
    """The numbers of the events, one list a page."""
    found = []
    while True:
        page = logs.filter_log_events(logGroupName=GROUP, **asked)
        found.append([int(event["message"].split()[1]) for event in page["events"]])
        if "nextToken" not in page:
            return found
        assert len(found) < 100, "it never ends"
        asked["nextToken"] = page["nextToken"]


class Pages(unittest.TestCase):
    def test_all_pages_together_hold_every_event_once_in_order(self):
        logs = filled("150000000001", 20)
        found = pages(logs, limit=7)
        self.assertEqual([len(page) for page in found], [7, 7, 6])
        every = [n for page in found for n in page]
        self.assertEqual(sorted(every), list(range(20)))
        self.assertEqual([n // 3 for n in every], sorted(n // 3 for n in every), "the oldest first")
        self.assertEqual(pages(logs), [every], "without a limit it is one page")
        self.assertEqual(pages(logs, limit=20), [every], "a full page that is the last has no token")

    def test_a_filter_and_times_hold_on_every_page(self):
        logs = filled("150000000002", 30)
        odd = [n for page in pages(logs, limit=4, logStreamNames=["odd"]) for n in page]
        self.assertEqual(odd, list(range(1, 30, 2)))
        self.assertEqual(pages(logs, limit=4, logStreamNamePrefix="od"), pages(logs, limit=4, logStreamNames=["odd"]))
        asked = {"limit": 2, "filterPattern": '"order 1"', "startTime": NOW + 1, "endTime": NOW + 5}
        self.assertEqual(sorted(n for page in pages(logs, **asked) for n in page), list(range(10, 18)))

    def test_what_comes_meanwhile_is_on_a_later_page(self):
        account = "150000000003"
        logs = filled(account, 6)
        first = logs.filter_log_events(logGroupName=GROUP, limit=4)
        late = [{"timestamp": NOW - 9, "message": "order 99"}, {"timestamp": NOW + 2, "message": "order 6"}]
        logs.put_log_events(logGroupName=GROUP, logStreamName="even", logEvents=late)
        rest = pages(logs, limit=4, nextToken=first["nextToken"])
        seen = [int(event["message"].split()[1]) for event in first["events"]] + [n for page in rest for n in page]
        self.assertEqual(sorted(seen), list(range(7)), "none twice, none left out; one that is older comes too late")

    def test_a_long_page_is_cut_at_its_size(self):
        account = "150000000004"
        logs = client("logs", account)
        logs.create_log_group(logGroupName=GROUP)
        logs.create_log_stream(logGroupName=GROUP, logStreamName="long")
        for n in range(6):
            logs.put_log_events(logGroupName=GROUP, logStreamName="long", logEvents=[
                {"timestamp": NOW + n, "message": f"order {n} {'x' * 250_000}"}])
        self.assertEqual(pages(logs), [[0, 1, 2, 3], [4, 5]])

    def test_what_cannot_be_asked_for(self):
        account = "150000000005"
        logs = filled(account, 3)
        for wrong in ({"nextToken": "nonsense"}, {"nextToken": "bm9uc2Vuc2U="}, {"limit": 10001},
                      {"logStreamNames": ["odd"], "logStreamNamePrefix": "o"}):
            code = refusal(logs.filter_log_events, logGroupName=GROUP, **wrong)
            self.assertEqual(code, "InvalidParameterException", wrong)
        self.assertEqual(refusal(logs.filter_log_events, logGroupName="none"), "ResourceNotFoundException")


WAITS = """
import os, time
def handler(event, context):
    print("at work")
    while not os.path.exists(event["until"]):
        time.sleep(0.05)
"""


class Runs(unittest.TestCase):
    def test_a_run_is_in_the_log_while_it_runs(self):
        account, group = "150000000006", "/aws/lambda/waits"
        function(account, "waits", WAITS)
        with tempfile.TemporaryDirectory() as folder:
            told = os.path.join(folder, "go-on")
            client("lambda", account).invoke(
                FunctionName="waits", InvocationType="Event", Payload=json.dumps({"until": told}))
            seen = eventually("it runs", lambda: messages(account, group))
            self.assertEqual([line.split()[0] for line in seen], ["START"])
            released = int(time.time() * 1000)
            open(told, "w").close()
            whole = eventually("it has ended", lambda: messages(account, group)[1:])
        self.assertEqual([line.split()[0] for line in whole], ["at", "END", "REPORT"])
        logs = client("logs", account)
        first, *_, last = (event["timestamp"] for event in logs.filter_log_events(logGroupName=group)["events"])
        self.assertTrue(first <= released <= last, "each line has the time at which it was written")
        self.assertEqual(len(logs.describe_log_streams(logGroupName=group)["logStreams"]), 1)


unittest.main()
