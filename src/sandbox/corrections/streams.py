"""Kinesis: the pages of a list, and the change of a stream's mode."""
import json
import time

from ministack.core.responses import error_response_json, json_response
from ministack.services import kinesis

from .fit import expect_all, wrap, wrap_async

expect_all(kinesis, "_streams", _resolve_stream_by_arn="stream_arn")

MODES = ("PROVISIONED", "ON_DEMAND")
SWITCHES, DAY = 2, 24 * 3600  # so often in so many seconds


@wrap(kinesis, "_list_streams", "data")
def list_streams(original, data):
    """SDKs ask for the next page with a token; MiniStack gives none."""
    page = json.loads(original({"ExclusiveStartStreamName": data.get("NextToken"), **data})[2])
    return json_response({**page, "NextToken": page["StreamNames"][-1]} if page["HasMoreStreams"] else page)


def update_stream_mode(data):
    """The mode asked for. The shards stay, as on AWS; the stream is not seen to be updated."""
    arn, mode = data.get("StreamARN"), (data.get("StreamModeDetails") or {}).get("StreamMode")
    if not arn or mode not in MODES:
        return error_response_json("ValidationException", f"A StreamARN and a StreamMode of {MODES} are required", 400)
    stream = kinesis._resolve_stream_by_arn(arn)
    if not stream:
        return error_response_json("ResourceNotFoundException", f"Stream {arn} not found", 400)
    if mode != stream.get("StreamModeDetails", {}).get("StreamMode", MODES[0]):
        switched = [moment for moment in stream.get("switched", ()) if moment > time.time() - DAY]
        if len(switched) >= SWITCHES:
            return error_response_json("LimitExceededException",
                                       f"The mode of {arn} can be changed {SWITCHES} times in 24 hours", 400)
        stream.update(StreamModeDetails={"StreamMode": mode}, switched=[*switched, time.time()])
    return json_response({})


@wrap_async(kinesis, "handle_request", "method path headers body query_params")
async def handle_request(original, method, path, headers, body, query_params):
    asked = headers.get("x-amz-target", "").rsplit(".", 1)[-1] == "UpdateStreamMode"
    if asked and "cbor" not in headers.get("content-type", ""):
        try:
            return update_stream_mode(json.loads(body))
        except ValueError:
            pass  # MiniStack says what it says of all such requests
    return await original(method, path, headers, body, query_params)
