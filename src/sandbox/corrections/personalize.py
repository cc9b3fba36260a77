"""Amazon Personalize: everything that the course makes there, and imports that look at the data as Personalize does."""
import csv
import json
import time
import uuid

from ministack.core import iam_actions
from ministack.core.responses import get_account_id, get_region, json_response
from ministack.services import s3

from . import control
from .cloudformation import added
from .control import Refused
from .fit import expect_all, wrap
from .roles import assumable, refused, service_allowed

expect_all(s3, "_buckets _bucket_policies", _get_object_data="bucket_name key version_id")

SERVICE = "personalize.amazonaws.com"

# Operation's noun -> its list, what the list can be filtered by, and the name in its ARN.
KINDS = {
    "DatasetGroup": ("datasetGroups", None, "dataset-group/{name}"),
    "Schema": ("schemas", None, "schema/{name}"),
    "Dataset": ("datasets", "datasetGroupArn", "dataset/{group}/{type}"),
    "DatasetImportJob": ("datasetImportJobs", "datasetArn", "dataset-import-job/{name}"),
    "Solution": ("solutions", "datasetGroupArn", "solution/{name}"),
    "SolutionVersion": ("solutionVersions", "solutionArn", "{solution}/{id}"),
    "Campaign": ("campaigns", "solutionArn", "campaign/{name}"),
    "Recommender": ("recommenders", "datasetGroupArn", "recommender/{name}"),
    "EventTracker": ("eventTrackers", "datasetGroupArn", "event-tracker/{id}"),
}
PENDING, STARTED, DONE, FAILED = "CREATE PENDING", "CREATE IN_PROGRESS", "ACTIVE", "CREATE FAILED"
stores = {noun: control.store() for noun in KINDS}
tags = control.store()


def key_of(noun):
    return noun[0].lower() + noun[1:] + "Arn"


def seen(noun, record):
    """A record as it is now."""
    end = FAILED if record.get("failureReason") else DONE
    # Nobody waits for a training, not even a stack: here it ends before anybody can look whether it has.
    pace = 0.1 if noun == "SolutionVersion" else 1
    status = control.state(record, (PENDING, 0), (STARTED, 0.2 * pace), (end, 0.5 * pace))
    view = {**record, "status": status, "lastUpdatedDateTime": record["creationDateTime"]}
    if status != FAILED:
        view.pop("failureReason", None)
    if noun == "Solution":
        versions = [v for v in stores["SolutionVersion"].values() if v["solutionArn"] == record["solutionArn"]]
        view["latestSolutionVersion"] = seen("SolutionVersion", versions[-1]) if versions else None
    return view


def get(noun, arn):
    if arn not in stores[noun]:
        raise Refused("ResourceNotFoundException", f"Resource Arn {arn} does not exist.")
    return stores[noun][arn]


def create(noun, request):
    for other in KINDS:  # what it is made from must be there
        if other != noun and request.get(key_of(other)):
            get(other, request[key_of(other)])
    identity = uuid.uuid4().hex[:8]
    parts = {"name": request.get("name") or request.get("jobName"), "id": identity,
             "group": request.get("datasetGroupArn", "").rsplit("/", 1)[-1], "type": request.get("datasetType", "").upper(),
             "solution": request.get("solutionArn", "").split(":")[-1]}
    arn = f"arn:aws:personalize:{get_region()}:{get_account_id()}:" + KINDS[noun][2].format(**parts)
    if arn in stores[noun]:
        raise Refused("ResourceAlreadyExistsException", f"Another resource with Arn {arn} already exists.")
    now = time.time()
    record = {**request, key_of(noun): arn, "born": now, "creationDateTime": round(now, 3)}
    if noun == "Schema":
        columns(request["schema"])
    elif noun == "Dataset":
        record["datasetType"] = parts["type"]
    elif noun == "DatasetImportJob":
        record["failureReason"] = why_not_imported(request)
        record.setdefault("importMode", "FULL")
    elif noun == "Solution":
        record.setdefault("performAutoTraining", True)
        record.setdefault("performHPO", False)
    elif noun == "SolutionVersion":
        solution = get("Solution", request["solutionArn"])
        record = {**{k: solution.get(k) for k in ("datasetGroupArn", "recipeArn", "solutionConfig")}, **record,
                  "trainingMode": request.get("trainingMode", "FULL"), "trainingType": "MANUAL"}
        if not imported(solution["datasetGroupArn"]):
            raise Refused("InvalidInputException", "There is no data in the Interactions dataset of the dataset group.")
    elif noun == "Campaign":
        version = get("SolutionVersion", request["solutionVersionArn"])
        if seen("SolutionVersion", version)["status"] != DONE:
            raise Refused("ResourceInUseException", f"{request['solutionVersionArn']} is not ACTIVE.")
        record["solutionArn"] = version["solutionArn"]
    elif noun == "EventTracker":
        if any(t["datasetGroupArn"] == request["datasetGroupArn"] for t in stores[noun].values()):
            raise Refused("ResourceAlreadyExistsException", "There is an event tracker for this dataset group.")
        record |= {"accountId": get_account_id(), "trackingId": str(uuid.uuid4())}
    stores[noun][arn] = record
    tags[arn] = request.get("tags") or []
    return record


def imported(group):
    jobs = stores["DatasetImportJob"].values()
    return any(seen("DatasetImportJob", j)["status"] == DONE for j in jobs
               if get("Dataset", j["datasetArn"])["datasetGroupArn"] == group and j["datasetArn"].endswith("/INTERACTIONS"))


def columns(text):
    """The names of a schema's fields."""
    try:
        schema = json.loads(text)
        return [field["name"] for field in schema["fields"]]
    except (ValueError, TypeError, KeyError):
        raise Refused("InvalidInputException", "Provided schema is not a valid Avro schema.") from None


def why_not_imported(request):
    """What the job says when it fails; None when it does not."""
    bucket, _, key = request["dataSource"].get("dataLocation", "").removeprefix("s3://").partition("/")
    role = request.get("roleArn", "")
    if not assumable(role, SERVICE):
        return f"Amazon Personalize can't assume role {role}. Please check its trust relationship."
    arn = f"arn:aws:s3:::{bucket}"
    policy, source = s3._bucket_policies.get(bucket), f"arn:aws:personalize:{get_region()}:{get_account_id()}:*"
    for action, resource in (("s3:ListBucket", arn), ("s3:GetObject", f"{arn}/{key}")):
        if (refused(role, "personalize", action, resource)
                or service_allowed(policy, SERVICE, action, resource, source) != "Allow"):
            return "Insufficient privileges for accessing data in S3. Please look at your bucket policy and your role."
    text = s3._get_object_data(bucket, key)
    if text is None:
        return f"The data location {request['dataSource']['dataLocation']} does not exist or is empty."
    schema = get("Schema", get("Dataset", request["datasetArn"])["schemaArn"])["schema"]
    header = next(csv.reader(text.decode("utf-8", "replace").splitlines()), [])
    missing = [name for name in columns(schema) if name not in header]
    return f"Input csv is missing the following columns: {missing}" if missing else None


def dispatch(operation, request):
    if operation == "/events":
        return put_events(request)
    if operation in ("ListTagsForResource", "TagResource", "UntagResource"):
        return json_response({"tags": tags.get(request.get("resourceArn"), [])} if operation.startswith("List") else {})
    verb = next((v for v in ("Create", "Describe", "List", "Delete") if operation.startswith(v)), None)
    noun = operation.removeprefix(verb or "")
    if verb == "List":
        noun = next((n for n, kind in KINDS.items() if kind[0].lower() == noun.lower()), None)
    if not verb or noun not in KINDS:
        raise Refused("UnknownOperationException", f"{operation} is not in the sandbox")
    control.checked("personalize", operation, request, "InvalidInputException")
    if verb == "Create":
        return control.answer("personalize", operation, create(noun, request))
    if verb == "List":
        plural, belongs, _ = KINDS[noun]
        found = [seen(noun, r) for r in stores[noun].values()
                 if not belongs or not request.get(belongs) or r.get(belongs) == request[belongs]]
        part, token = control.page(found, request, "nextToken", "maxResults")
        return control.answer("personalize", operation, {plural: part, "nextToken": token})
    record = get(noun, request.get(key_of(noun)))
    if verb == "Describe":
        return control.answer("personalize", operation, {noun[0].lower() + noun[1:]: seen(noun, record)})
    remove(noun, record)
    return json_response({})


def remove(noun, record):
    key = key_of(noun)
    for other, others in stores.items():
        if other not in ("SolutionVersion", "DatasetImportJob") and any(
                r is not record and r.get(key) == record[key] for r in others.values()):
            raise Refused("ResourceInUseException", f"{record[key]} is in use by a {other}.")
    for other in ("SolutionVersion", "DatasetImportJob"):
        for arn in [r[key_of(other)] for r in stores[other].values() if r.get(key) == record[key]]:
            stores[other].pop(arn)
    stores[noun].pop(record[key], None)


def put_events(request):
    if not any(t["trackingId"] == request.get("trackingId") for t in stores["EventTracker"].values()):
        raise Refused("InvalidInputException", f"Invalid Input. trackingId {request.get('trackingId')} does not exist.")
    control.checked("personalize-events", "PutEvents", {k: v for k, v in request.items() if k != "eventList"}
                    | {"eventList": [{**e, "sentAt": e.get("sentAt", 0)} for e in request.get("eventList", [])]},
                    "InvalidInputException")
    return json_response({})


control.register("personalize", "AmazonPersonalize", dispatch)


@wrap(iam_actions, "extract_iam_action", "service method path headers body query_params")
def extract_iam_action(original, service, method, path, *args):
    return "personalize:PutEvents" if (service, path) == ("personalize", "/events") else original(service, method, path,
                                                                                                   *args)


# --- CloudFormation, which has four of the kinds.

def request_of(props):
    """Properties are called as the API's parameters, with a capital letter."""
    if isinstance(props, dict):
        return {k[0].lower() + k[1:]: request_of(v) for k, v in props.items()}
    return [request_of(each) for each in props] if isinstance(props, list) else props


def provisioner(noun):
    key = key_of(noun)

    def make(logical_id, props, stack_name):
        request = {k: v for k, v in request_of(props).items() if k not in ("datasetImportJob", "tags")}
        for name in ("performAutoML", "performAutoTraining", "performHPO"):  # the template's PerformHPO is the API's performHPO
            if name in request:
                request[name] = str(request[name]).lower() == "true"
        try:
            record = create(noun, request)
            record["born"] -= 1  # CloudFormation has waited until it is there
            arn, job = record[key], request_of(props).get("datasetImportJob")
            if job:
                create("DatasetImportJob", {**job, "datasetArn": arn})["born"] -= 1
        except Refused as why:
            raise ValueError(f'Resource handler returned message: "{why.args[1]}"') from None
        return arn, {key[0].upper() + key[1:]: arn}

    def update(physical_id, old_props, new_props, stack_name):
        delete(physical_id, old_props)
        return make("", new_props, stack_name)

    def delete(physical_id, props):
        if physical_id in stores[noun]:
            remove(noun, stores[noun][physical_id])
    return {"create": make, "update": update, "delete": delete}


for noun in ("DatasetGroup", "Schema", "Dataset", "Solution"):
    added[f"AWS::Personalize::{noun}"] = provisioner(noun)
