"""CloudFormation makes resources past the API, so what the API refuses has to be refused here as well."""
import inspect
import json
import threading

from ministack import app
from ministack.core.concurrency import esm_wake
from ministack.services import kinesis, lambda_svc as fn

from .fit import expect, expect_all, misfit, wrap
from .functions import logging_of, refused_function
from .triggers import refused_trigger

expect_all(kinesis, "", _register_consumer="data", _deregister_consumer="data")
expect_all(fn, "", _vpc_config_with_id="request_config")

corrected, changed, added, late = {}, {}, {}, []


def loading(function):
    """Called with CloudFormation's own module once that is there."""
    late.append(function)
    return function


def creating(*kinds):
    """Corrects how a kind of resource is made: the decorated function gets the original, then its arguments."""
    def decorate(function):
        corrected.update(dict.fromkeys(kinds, function))
        return function
    return decorate


def updating(kind):
    """Corrects how a kind of resource is changed: the decorated function gets the original, then its arguments."""
    def decorate(function):
        changed[kind] = function
        return function
    return decorate


def refuse(why):
    if why:
        raise ValueError(f'Resource handler returned message: "{why}"')


@creating("AWS::Lambda::Function")
def create_function(original, logical_id, props, stack_name):
    why = refused_function(props)
    refuse(why and f"Invalid request provided: {why}")
    name, attributes = original(logical_id, props, stack_name)
    config = fn._functions[name]["config"]
    config.update(VpcConfig=fn._vpc_config_with_id(props.get("VpcConfig")), LoggingConfig=logging_of(config))
    if "ReservedConcurrentExecutions" in props:
        fn._functions[name]["concurrency"] = int(props["ReservedConcurrentExecutions"])
    return name, attributes


@updating("AWS::Lambda::Function")
def update_function(original, physical_id, old_props, new_props, stack_name, logical_id):
    """What a template does not reserve any more is free again, and what it reserves is reserved."""
    name, attributes = original(physical_id, old_props, new_props, stack_name, logical_id)
    reserved = new_props.get("ReservedConcurrentExecutions")
    if reserved != old_props.get("ReservedConcurrentExecutions"):
        fn._functions[name]["concurrency"] = None if reserved is None else int(reserved)
    return name, attributes


@updating("AWS::DynamoDB::Table")
def update_table(original, physical_id, old_props, new_props, stack_name, logical_id):
    """A key of another type is another table; see
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html."""
    def keys(props):
        types = {one["AttributeName"]: one["AttributeType"] for one in props.get("AttributeDefinitions", [])}
        return [types.get(one["AttributeName"]) for one in props.get("KeySchema", [])]
    if keys(old_props) != keys(new_props) and old_props.get("KeySchema") == new_props.get("KeySchema"):
        old_props = {**old_props, "KeySchema": None}
    return original(physical_id, old_props, new_props, stack_name, logical_id)


@creating("AWS::Lambda::EventSourceMapping")
def create_trigger(original, logical_id, props, stack_name):
    why = refused_trigger(props)
    refuse(why and f"Invalid request provided: {why}")
    made = original(logical_id, props, stack_name)
    esm_wake.set()
    return made


def create_consumer(logical_id, props, stack_name):
    status, _, body = kinesis._register_consumer({"StreamARN": props["StreamARN"], "ConsumerName": props["ConsumerName"]})
    answer = json.loads(body)
    refuse(status >= 400 and answer.get("message"))
    made = answer["Consumer"]
    return made["ConsumerARN"], {"ConsumerARN": made["ConsumerARN"], "ConsumerName": made["ConsumerName"],
                                 "ConsumerStatus": made["ConsumerStatus"], "StreamARN": props["StreamARN"],
                                 "ConsumerCreationTimestamp": str(made["ConsumerCreationTimestamp"])}


def delete_consumer(physical_id, props):
    kinesis._deregister_consumer({"ConsumerARN": physical_id})


def update_consumer(physical_id, old_props, new_props, stack_name):
    delete_consumer(physical_id, old_props)
    return create_consumer("", new_props, stack_name)


added["AWS::Kinesis::StreamConsumer"] = {"create": create_consumer, "update": update_consumer, "delete": delete_consumer}


def fit_cloudformation():
    from ministack.services.cloudformation import provisioners

    @wrap(provisioners, "_zip_inline", "source handler runtime")
    def zip_inline(original, source, handler, runtime):
        return original(source, "index.handler", runtime)  # the file is called index, whatever the handler says

    handlers = expect(provisioners, "_RESOURCE_HANDLERS")
    for kind, function in corrected.items():
        original = handlers.get(kind, {}).get("create")
        if not original or " ".join(inspect.signature(original).parameters) != "logical_id props stack_name":
            misfit(f"{kind} is not as expected")
        handlers[kind]["create"] = (lambda *args, function=function, original=original: function(original, *args))
    for kind, function in changed.items():
        original = handlers.get(kind, {}).get("update")
        parameters = "physical_id old_props new_props stack_name logical_id"
        if not original or " ".join(inspect.signature(original).parameters) != parameters:
            misfit(f"a change of {kind} is not as expected")
        handlers[kind]["update"] = (lambda *args, function=function, original=original: function(original, *args))
    for kind, handler in added.items():
        if kind in handlers:
            misfit(f"it has {kind} of its own")
        handlers[kind] = handler
    for function in late:
        function(provisioners)


fitting = threading.Lock()


@wrap(app, "_get_module", "name")
def get_module(original, name):
    """CloudFormation takes 0.7 s to import: that is done while the first requests are already answered."""
    if name != "cloudformation":
        return original(name)
    with fitting:
        if name not in app._loaded_modules:
            fit_cloudformation()
        return original(name)
