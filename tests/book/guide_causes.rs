//! While a lab is watched: what is not started or unknown is calm; whatever is broken takes the final step's verdict back,
//! and whatever is repaired sends a new event, also where no hop names it.

use crate::common;
use crate::served::{Guide, STEP, cloud, is, picture};

use common::browser::Browser;
use common::cloud::{REGION, alone, wait};
use common::course::solution_of;
use common::eventually;
use common::relay::Relay;
use common::running::Running;
use edemlab::account::Keys;
use edemlab::account::services::{EVENTBRIDGE, IAM};
use edemlab::account::wire::Service;
use serde_json::{Value, json};
use std::time::Instant;

const ACCOUNT: &str = "610000000007";

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
            let link =
                format!("return Boolean(document.querySelector('.edemlab-step a[href$=\"{page}.html#{anchor}\"]'))");
            eventually(&format!("the final step waits for {check}"), || {
                browser.run(&link) == true
            });
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

/// Nobody who has begun nothing is told of each check, and what nobody may look at has lost no points.
#[test]
fn what_is_not_started_or_unknown_is_calm() {
    let Some(browser) = Browser::start() else { return };
    let account = "610000000004";
    let guide = Guide::watching(account);
    browser.open(&guide.page("datastream/iam.html"));
    eventually("it is not started", || {
        is(&browser, &format!("{STEP}?.includes('not started · 0 of 10 points')"))
    });
    assert!(!is(&browser, "document.querySelector('.edemlab-step li')"));
    picture(&browser, "not-started-wide-light");

    let root = cloud().root(account);
    let guest = json!({"UserName": "guest"});
    wait(root.call(&IAM, "CreateUser", guest.clone())).expect("a user");
    let key = wait(root.call(&IAM, "CreateAccessKey", guest)).expect("a key");
    let key = &key["AccessKey"];
    let keys = Keys {
        access_key_id: key["AccessKeyId"].as_str().expect("a key").to_owned(),
        secret_access_key: key["SecretAccessKey"].as_str().expect("a secret").to_owned(),
        session_token: None,
    };
    let guide = Guide::watching_as(&keys);
    browser.open(&guide.page("datastream/iam.html"));
    eventually("it is unknown", || {
        is(&browser, &format!("{STEP}?.includes('unknown · ? of 10 points')"))
    });
    let said = "document.querySelector('.edemlab-step').textContent";
    assert!(is(
        &browser,
        &format!("{said}.includes('Could not determine: iam:ListRoles is denied')")
    ));
    assert!(!is(&browser, "document.querySelector('.edemlab-step li')"));
    picture(&browser, "unknown-wide-light");
    assert_eq!(browser.console(), Vec::<String>::new());
}
