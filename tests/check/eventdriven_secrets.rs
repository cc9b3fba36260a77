//! Whoever has a task's token can approve an order. It is in no output, whatever the functions log.

use crate::common;

use std::collections::BTreeSet;

use common::class::kept_of;
use common::cloud::Printed;
use common::orders::{LAB, Orders, fault, of, recode, solution};
use serde_json::json;

const ASKED: &str = "    task_token = event[\"taskToken\"]\n    order = event[\"input\"][\"detail\"]\n";

/// Checks the account in every format; no token that was ever given is in anything that is printed.
fn keeps_the_tokens(it: Orders) -> [Printed; 3] {
    let printed = it.print_all(&[]);
    let tokens: BTreeSet<String> = it.tokens();
    assert!(tokens.len() >= 6, "two orders a check: {tokens:?}");
    for one in &printed {
        // Wrapped lines hide nothing.
        let flat: String = format!("{}{}", one.stdout, one.stderr).split_whitespace().collect();
        for token in &tokens {
            assert!(token.len() > 30, "long enough to be found by itself: {token}");
            assert!(!flat.contains(token), "{token} in:\n{}", one.stdout);
        }
    }
    printed
}

#[test]
fn of_an_account_as_it_should_be() {
    // The solution's own function logs the token: that is how staff gets it.
    let printed = keeps_the_tokens(Orders::with("450000000001", &[solution()]));
    assert!(printed.iter().all(|one| one.code == 0));
}

#[test]
fn of_a_handler_that_does_not_return_it() {
    let it = Orders::with("450000000002", &fault("role-without-states"));
    let printed = keeps_the_tokens(it);
    assert!(
        printed[1].stdout.contains("states:SendTaskSuccess"),
        "{}",
        printed[1].stdout
    );
}

#[test]
fn of_a_function_that_logs_its_event_and_then_raises() {
    let mut template = solution();
    recode(
        &mut template,
        "HumanApproval",
        ASKED,
        &format!("    print(event)\n    print('ERROR', event)\n    raise RuntimeError('asked in vain')\n{ASKED}"),
    );
    let printed = keeps_the_tokens(Orders::with("450000000003", &[template]));
    assert!(printed[1].stdout.contains("asked in vain"), "{}", printed[1].stdout);
}

#[test]
fn of_a_handler_that_raises_with_its_event() {
    let mut template = solution();
    let first = "    approved = event[\"approved\"]\n";
    recode(
        &mut template,
        "ApprovalHandler",
        first,
        &format!("    raise RuntimeError(f\"no: {{event['taskToken']}} {{event}}\")\n{first}"),
    );
    let printed = keeps_the_tokens(Orders::with("450000000004", &[template]));
    assert!(printed[1].stdout.contains("RuntimeError"), "{}", printed[1].stdout);
}

#[test]
fn of_a_function_that_raises_with_the_bare_token() {
    let mut template = solution();
    recode(
        &mut template,
        "HumanApproval",
        ASKED,
        &format!(
            "    print('ERROR', event['taskToken'])\n    raise RuntimeError('waits with ' + event['taskToken'])\n{ASKED}"
        ),
    );
    let printed = keeps_the_tokens(Orders::with("450000000005", &[template]));
    assert!(printed[1].stdout.contains("waits with"), "{}", printed[1].stdout);
}

#[test]
fn of_an_approval_whose_output_is_the_token() {
    // The next function gets it as the customer's name, and raises with it.
    let mut template = solution();
    recode(
        &mut template,
        "ApprovalHandler",
        "\"customer\": customer, \"orderId\": order_id}\n        ",
        "\"customer\": task_token, \"orderId\": order_id}\n        ",
    );
    recode(
        &mut template,
        "ToSNS",
        "    customer = event[\"customer\"]\n",
        "    customer = event[\"customer\"]\n    raise RuntimeError('who is ' + customer)\n",
    );
    let printed = keeps_the_tokens(Orders::with("450000000006", &[template]));
    assert!(printed[1].stdout.contains("who is"), "{}", printed[1].stdout);
}

/// Who subscribed is a matter between them and the student: a report and its evidence name enough to find the mail.
#[test]
fn of_subscribers_the_address_is_masked() {
    let mut template = fault("subscription-pending").pop().unwrap();
    of(&mut template, "Subscription")["Endpoint"] = "maria.secretaria@example.com".into();
    let topic = json!({"Ref": "Topic"});
    for (name, protocol, endpoint) in [
        ("Sms", "sms", "+34600123412"),
        (
            "Web",
            "https",
            "https://lucia:sunflower77@hooks.example.com/orders?key=4711abcd",
        ),
    ] {
        let properties = json!({"TopicArn": topic, "Protocol": protocol, "Endpoint": endpoint});
        template["Resources"][name] = json!({"Type": "AWS::SNS::Subscription", "Properties": properties});
    }
    let it = Orders::with("450000000007", &[template]);
    let mut all: String = it
        .print_all(&["--no-probe"])
        .map(|one| one.stdout + &one.stderr)
        .concat();
    let (kept, [before, after]) = kept_of(it.cloud, LAB, &it.student());
    all += &kept;
    for secret in ["maria.secretaria", "600123", "sunflower77", "4711abcd"] {
        assert!(!all.contains(secret), "{secret} in:\n{all}");
    }
    for shown in ["m…@example.com", "+34…12", "hooks.example.com/orders"] {
        assert!(kept.contains(shown), "{shown} is not in:\n{kept}");
    }
    assert_eq!(before, after);
}
