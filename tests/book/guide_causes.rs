//! While a lab is watched, whatever is broken takes the final step's verdict back, and whatever is repaired sends a new
//! event: also where no hop names it.

use crate::common;

use common::browser::Browser;
use common::cloud::{Cloud, REGION, alone, shared, wait};
use common::course::solution_of;
use common::eventually;
use common::relay::Relay;
use common::running::Running;
use edemlab::account::services::{EVENTBRIDGE, IAM};
use edemlab::account::wire::Service;
use serde_json::{Value, json};
use std::time::Instant;

const ACCOUNT: &str = "610000000007";

fn cloud() -> &'static Cloud {
    shared("book")
}

fn call(service: &Service, operation: &str, input: &Value) -> Value {
    wait(cloud().root(ACCOUNT).call(service, operation, input.clone())).expect(operation)
}

/// Something that can be broken and repaired.
struct Cause {
    /// The check that shows it; none where only the event does.
    check: Option<&'static str>,
    service: Service,
    broken: (&'static str, Value),
    repaired: (&'static str, Value),
}

/// Whether the final step's page, or another one's, says this in the box under its title.
fn says(browser: &Browser, selector: &str, text: &str) -> bool {
    let badge = format!("document.querySelector('{selector} .edemlab-badge')?.textContent");
    browser.run(&format!("return Boolean({badge}?.includes({}))", json!(text))) == true
}

#[test]
fn what_is_broken_turns_red_and_what_is_repaired_sends_a_new_event() {
    let Some(browser) = Browser::start() else { return };
    let mut template = solution_of("eventdriven");
    for role in ["MachineRole", "ApiRole"] {
        template["Outputs"][role] = json!({"Value": {"Ref": role}});
    }
    template["Outputs"]["RuleArn"] = json!({"Value": {"Fn::GetAtt": ["OrderRule", "Arn"]}});
    let outputs = cloud().deploy_as(ACCOUNT, REGION, "edemlab-eventdriven", &template);
    cloud().confirm(ACCOUNT, REGION);
    let keys = cloud().student(ACCOUNT);
    let (rule, bus) = (outputs["RuleArn"].rsplit('/').next(), &outputs["BusName"]);
    let deny = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]});
    let role =
        |role: &str| json!({"RoleName": outputs[role], "PolicyName": "deny", "PolicyDocument": deny.to_string()});
    let named_policy = |role: &str| json!({"RoleName": outputs[role], "PolicyName": "deny"});
    let named = json!({"Name": rule, "EventBusName": bus});
    let of_rule = json!({"Rule": rule, "EventBusName": bus});
    let targets = call(&EVENTBRIDGE, "ListTargetsByRule", &of_rule)["Targets"].clone();
    let with_path = |path: Option<&str>| {
        let mut targets = targets.clone();
        if let Some(path) = path {
            targets[0]["InputPath"] = path.into();
        }
        json!({"Rule": rule, "EventBusName": bus, "Targets": targets})
    };
    let causes = [
        Cause {
            check: Some("eventbridge.order-enabled"),
            service: EVENTBRIDGE,
            broken: ("DisableRule", named.clone()),
            repaired: ("EnableRule", named),
        },
        Cause {
            check: Some("stepfunctions.role"),
            service: IAM,
            broken: ("PutRolePolicy", role("MachineRole")),
            repaired: ("DeleteRolePolicy", named_policy("MachineRole")),
        },
        Cause {
            check: Some("apigateway.role"),
            service: IAM,
            broken: ("PutRolePolicy", role("ApiRole")),
            repaired: ("DeleteRolePolicy", named_policy("ApiRole")),
        },
        Cause {
            check: None,
            service: EVENTBRIDGE,
            broken: ("PutTargets", with_path(Some("$.detail"))),
            repaired: ("PutTargets", with_path(None)),
        },
    ];
    let relay = Relay::to(cloud().endpoint());
    let mut command = alone(&["guide", "--watch", "eventdriven", "--every", "5s"]);
    command
        .env("AWS_ENDPOINT_URL", relay.endpoint())
        .env("AWS_REGION", REGION)
        .env("AWS_ACCESS_KEY_ID", &keys.access_key_id)
        .env("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
    let mut guide = Running::new(command);
    let said = guide.says("Ctrl-C ends it");
    let address = said
        .split_whitespace()
        .find(|word| word.starts_with("http://"))
        .expect("an address");
    let (step, full) = (".edemlab-step", "15 of 15 points");
    browser.open(&format!("{address}eventdriven/final.html"));
    eventually("the final step is green", || says(&browser, step, full));
    for cause in causes {
        let check = cause.check.unwrap_or("final.started");
        call(&cause.service, cause.broken.0, &cause.broken.1);
        let broken = Instant::now();
        let (page, anchor) = check.split_once('.').expect("a check");
        eventually(&format!("{check} takes the verdict back"), || {
            !says(&browser, step, full)
        });
        if cause.check.is_some() {
            browser.open(&format!("{address}eventdriven/{page}.html"));
            eventually(&format!("{check} is red"), || {
                says(&browser, &format!("#{anchor}"), "to fix")
            });
            browser.open(&format!("{address}eventdriven/final.html"));
        }
        let red = broken.elapsed();
        let orders = relay.count("POST /dev/orders");
        call(&cause.service, cause.repaired.0, &cause.repaired.1);
        let repaired = Instant::now();
        eventually(&format!("{check} is repaired"), || says(&browser, step, full));
        println!(
            "{check}: red after {red:.1?}, green again after {:.1?}",
            repaired.elapsed()
        );
        assert!(relay.count("POST /dev/orders") > orders, "{check}: no new event");
    }
    guide.interrupt();
    let (code, said) = guide.end();
    assert_eq!(code, Some(0), "{said}");
}
