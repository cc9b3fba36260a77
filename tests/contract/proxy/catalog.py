"""What AWS's model says of endpoints and answers, for what needs no request."""

import functools

import errors
import model
from botocore.endpoint_provider import EndpointProvider


def answer(order):
    return {"endpoints": endpoints, "required": required, "partitions": partitions, "errors": listed}[order["ask"]](order)


@functools.lru_cache(None)
def rules(name):
    loader = model.SESSION.get_component("data_loader")
    partitions = loader.load_data("partitions")
    return EndpointProvider(loader.load_service_model(name, "endpoint-rule-set-1"), partitions)


def partitions(_):
    """The regions of each partition, by its name."""
    data = model.SESSION.get_component("data_loader").load_data("partitions")
    regions = lambda partition: sorted(name for name in partition["regions"] if not name.endswith("-global"))
    return {partition["id"]: regions(partition) for partition in data["partitions"]}


def endpoints(order):
    """Of each service, region and setting: the endpoint, and the name and region that requests to it are signed for."""
    found = []
    for name in order["services"]:
        service = model.service(name)
        for region in order["regions"]:
            settings = {"Region": region, "UseDualStack": order["dual_stack"], "UseFIPS": order["fips"]}
            known = rules(name).ruleset.parameters.keys()
            try:
                endpoint = rules(name).resolve_endpoint(**{k: v for k, v in settings.items() if k in known})
            except Exception as error:
                found.append({"service": name, "region": region, "none": str(error)})
                continue
            schemes = [s for s in endpoint.properties.get("authSchemes", []) if s["name"].startswith("sigv4")]
            scheme = schemes[0] if schemes else {}
            found.append(
                {
                    "service": name,
                    "region": region,
                    "url": endpoint.url,
                    "signing_name": scheme.get("signingName", service.signing_name),
                    "signing_region": scheme.get("signingRegion", region),
                }
            )
    return found


def required(order):
    """The members of an operation's answer that it always has, each as a path: `Roles[].Arn`."""
    found = {}
    for name in order["operations"]:
        service, called = name.split(".")
        shape = model.operation(service, called).output_shape
        found[name] = sorted(paths(shape, "", ())) if shape is not None else []
    return found


def paths(shape, at, within):
    if shape.type_name == "structure" and shape.name not in within:
        for name, member in shape.members.items():
            wire = member.serialization.get("name", name)
            inner = f"{at}.{wire}".lstrip(".")
            if name in shape.required_members:
                yield inner
            yield from paths(member, inner, within + (shape.name,))
    elif shape.type_name == "list":
        yield from paths(shape.member, f"{at}[]", within)


def listed(order):
    """The errors of each operation: those of its model, and `more` of which no model tells, each as it is sent."""
    found = {}
    for name in order["operations"]:
        service, called = name.split(".")
        known = dict(errors.modelled(service, called))
        more = dict(order["more"]) | dict(order["of"].get(name, []))
        each = [(code, status, True) for code, status in known.items()]
        each += [(code, status, False) for code, status in more.items() if code not in known]
        found[name] = [sent(service, *error) for error in each]
    return found


def sent(service, code, status, is_modelled):
    answer = errors.written(service, code, status, "m")
    body = answer.body.decode()
    return {"code": code, "modelled": is_modelled, "status": answer.status, "headers": answer.headers, "body": body}
