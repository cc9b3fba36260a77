"""S3: who reaches a bucket, and what a template makes of it."""
import json
from xml.etree import ElementTree as xml

from ministack import app
from ministack.services import s3

from .cloudformation import loading
from .fit import expect, expect_all, wrap

expect_all(app, "", _enforce_data_plane=(
    "service iam_action headers query_params request_id resource_arn service_context auth_error_response named_resource"))
expect_all(s3, "S3_NS _buckets", _error="code message status resource extra headers",
           _put_bucket_lifecycle="name body", _delete_bucket_lifecycle="name")


@wrap(app, "pin_request_origin", "source_ip secure_transport")
def pin_request_origin(original, source_ip, secure_transport):
    """Policies that ask for TLS (aws:SecureTransport) mean the way over a network. Here there is none."""
    return original(source_ip, True)


@wrap(s3, "_put_bucket_policy", "name body")
def put_bucket_policy(original, name, body):
    """A policy is about its own bucket: with a placeholder in place of its name, it is not saved."""
    try:
        found = json.loads(body)["Statement"]
        named = [statement.get("Resource") or [] for statement in (found if isinstance(found, list) else [found])]
    except (ValueError, TypeError, KeyError, AttributeError):
        return original(name, body)
    arns = [arn for each in named for arn in ([each] if isinstance(each, str) else each)]
    buckets = [arn.removeprefix("arn:aws:s3:::").split("/")[0] for arn in arns if arn.startswith("arn:aws:s3:::")]
    if name in s3._buckets and any(bucket != name and not set("*?$") & set(bucket) for bucket in buckets):
        return s3._error("MalformedPolicy", "Policy has invalid resource", 400)
    return original(name, body)


def missing(original, bucket_name, key, headers=None, query_params=None):
    """Whether an object is not there is told to those who may list the bucket; see
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    """
    answer = original(bucket_name, key, headers, query_params)
    if answer[0] != 404 or not (headers or {}).get("authorization") or bucket_name not in s3._buckets:
        return answer
    bucket = f"arn:aws:s3:::{bucket_name}"
    denied = app._enforce_data_plane("s3", "s3:ListBucket", headers, query_params or {}, "", resource_arn=bucket,
                                     named_resource=f'"{bucket}"')
    return denied or answer


for name in ("_get_object", "_head_object"):
    wrap(s3, name, "bucket_name key headers query_params")(missing)


def lifecycle(configuration):
    """The rules of a template as the API takes them."""
    root = xml.Element("LifecycleConfiguration", xmlns=s3.S3_NS)
    for rule in configuration.get("Rules") or []:
        made = xml.SubElement(root, "Rule")
        if rule.get("Id"):
            xml.SubElement(made, "ID").text = str(rule["Id"])
        xml.SubElement(made, "Status").text = rule.get("Status")
        xml.SubElement(xml.SubElement(made, "Filter"), "Prefix").text = rule.get("Prefix", "")
        if "ExpirationInDays" in rule:
            xml.SubElement(xml.SubElement(made, "Expiration"), "Days").text = str(rule["ExpirationInDays"])
        parts = rule.get("AbortIncompleteMultipartUpload")
        if parts:
            made = xml.SubElement(made, "AbortIncompleteMultipartUpload")
            xml.SubElement(made, "DaysAfterInitiation").text = str(parts.get("DaysAfterInitiation"))
    return xml.tostring(root)


@loading
def keep_lifecycles(provisioners):
    """MiniStack leaves a bucket's LifecycleConfiguration out."""
    entry = ("LifecycleConfiguration", lifecycle, s3._put_bucket_lifecycle, s3._delete_bucket_lifecycle)
    provisioners._S3_BUCKET_CONFIGURATIONS = (*expect(provisioners, "_S3_BUCKET_CONFIGURATIONS"), entry)
