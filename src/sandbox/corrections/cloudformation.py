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

corrected, added, late = {}, {}, []


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
