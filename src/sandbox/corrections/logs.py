"""CloudWatch Logs: what a filter finds, page by page."""
import base64
import bisect
import hashlib
import re

from ministack.core.responses import error_response_json, json_response
from ministack.services import cloudwatch_logs as logs

from .fit import expect_all, wrap

expect_all(logs, "_log_groups _log_events_lock", _resolve_log_group_name="data")

MOST, LONGEST = 10000, 1024 * 1024  # events and bytes of a page


@wrap(logs, "_compile_filter_pattern", "raw")
def compile_filter_pattern(original, raw):
    """Terms are phrases when quoted, and see the difference between a and A."""
    terms = re.findall(r'([?-]?)(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))', raw or "")
    if not terms or raw.strip()[0] in "{[%":
        return original(raw)
    terms = [(sign, quoted.replace('\\"', '"') or bare) for sign, quoted, bare in terms]
    some = [text for sign, text in terms if sign == "?"]
    return lambda message: (all((text in message) != (sign == "-") for sign, text in terms if sign != "?")
                            and (not some or any(text in message for text in some)))


def moment(event):
    return event["timestamp"], event.get("ingestionTime", 0)


def event_id(stream, n):
    """MiniStack gives none to what a function writes."""
    return str(int(hashlib.sha256(f"{stream} {n}".encode()).hexdigest(), 16)).zfill(56)[:56]


def matching(group, data):
    """All events that are asked for, of all streams, in their order."""
    fits = logs._compile_filter_pattern(data.get("filterPattern", ""))
    first, last = data.get("startTime"), data.get("endTime")
    names, prefix = data.get("logStreamNames"), data.get("logStreamNamePrefix") or ""
    with logs._log_events_lock:
        found = [{"eventId": event_id(name, n), **event, "logStreamName": name} for name, stream in group["streams"].items()
                 if (name in names if names else name.startswith(prefix)) for n, event in enumerate(stream["events"])
                 if (first is None or event["timestamp"] >= first) and (last is None or event["timestamp"] <= last)
                 and fits(event["message"])]
    return sorted(found, key=moment)


def token_of(moments, end):
    """The place in front of `end`: after so many events of this moment. Events that come later do not move it."""
    timestamp, ingestion = moments[end - 1]
    behind = end - bisect.bisect_left(moments, moments[end - 1])
    return base64.urlsafe_b64encode(f"{timestamp} {ingestion} {behind}".encode()).decode()


def place_of(moments, token):
    timestamp, ingestion, behind = map(int, base64.urlsafe_b64decode(token).decode().split(" "))
    return min(bisect.bisect_left(moments, (timestamp, ingestion)) + behind, len(moments))


@wrap(logs, "_filter_log_events", "data")
def filter_log_events(original, data):
    """MiniStack gives the first page, and no token for the next."""
    group, limit = logs._log_groups.get(logs._resolve_log_group_name(data)), data.get("limit", MOST)
    if group is None:
        return original(data)  # its error
    if not 1 <= limit <= MOST:
        return error_response_json("InvalidParameterException", f"limit must be from 1 to {MOST}, but is {limit}", 400)
    if data.get("logStreamNames") and data.get("logStreamNamePrefix"):
        return error_response_json("InvalidParameterException",
                                   "logStreamNames and logStreamNamePrefix cannot both be given", 400)
    events = matching(group, data)
    moments = [moment(event) for event in events]
    try:
        start = place_of(moments, data["nextToken"]) if data.get("nextToken") else 0
    except (ValueError, TypeError):
        return error_response_json("InvalidParameterException", "The specified nextToken is invalid.", 400)
    end, room = start, LONGEST
    while end < min(start + limit, len(events)):
        room -= len(events[end]["message"].encode(errors="replace"))
        if room < 0 and end > start:
            break
        end += 1
    page = {"events": events[start:end], "searchedLogStreams": []}
    return json_response({**page, "nextToken": token_of(moments, end)} if end < len(events) else page)
