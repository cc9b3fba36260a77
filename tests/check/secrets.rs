//! No key, token or undeclared value of an environment reaches anything that is printed.

use crate::common;

use common::class::kept_of;
use common::cloud::{Cloud, REGION, check_at, run, shared};
use common::course::{fault, solution, solution_with_code};
use edemlab::account::Keys;
use serde_json::Value;

const PASSWORD: &str = "hunter2-tr0ub4dor&3";

fn cloud() -> &'static Cloud {
    shared("datastream")
}

/// The function with a secret of its student's in its environment.
fn with_password(mut template: Value) -> Value {
    if let Some(function) = template["Resources"].get_mut("Function") {
        function["Properties"]["Environment"]["Variables"]["DB_PASSWORD"] = PASSWORD.into();
    }
    template
}

/// Checks in these formats with these keys; none of `secrets` is in what is printed. Gives all that was.
fn keeps(keys: &Keys, secrets: &[&str], endpoint: &str, formats: &[&str]) -> String {
    let mut all = String::new();
    for format in formats {
        let mut command = check_at(endpoint, keys, &["--format", format]);
        command.env("RUST_LOG", "trace");
        let printed = run(command);
        all += &printed.stdout;
        all += &printed.stderr;
    }
    // Wrapped lines hide nothing.
    let flat: String = all.split_whitespace().collect();
    for secret in secrets {
        assert!(secret.len() > 10, "long enough to be found by itself: {secret}");
        assert!(!flat.contains(secret), "{secret} in:\n{all}");
    }
    all
}

const EVERY: &[&str] = &["text", "json", "junit"];

fn deploy(account: &str, templates: Vec<Value>) -> Keys {
    for template in templates {
        cloud().deploy(account, &with_password(template));
    }
    cloud().student(account)
}

#[test]
fn of_an_account_as_it_should_be_no_secret_is_shown() {
    let keys = deploy("360000000001", vec![solution()]);
    let all = keeps(&keys, &[&keys.secret_access_key, PASSWORD], cloud().endpoint(), EVERY);
    assert!(all.contains("Everything is as it should be."), "{all}");
}

#[test]
fn of_mistakes_no_secret_is_shown() {
    // The first names every variable of the function, the second shows its log.
    for (account, id) in [("360000000011", "variable-name"), ("360000000012", "crash")] {
        let keys = deploy(account, fault(id));
        let secrets = [keys.secret_access_key.as_str(), PASSWORD];
        let all = keeps(&keys, &secrets, cloud().endpoint(), &["text", "json"]);
        assert!(all.contains("\"status\": \"fail\""), "{id}: {all}");
    }
}

#[test]
fn a_function_that_logs_its_secrets_does_not_make_the_report_show_them() {
    // What students print while they look for their mistake; AWS gives each function keys of its own.
    let spill = "    failed = []\n    \
                 print('ERROR password', os.environ['DB_PASSWORD'])\n    \
                 print('ERROR AWS_SECRET_ACCESS_KEY=' + os.environ['AWS_SECRET_ACCESS_KEY'])\n    \
                 print('ERROR', {'AWS_SESSION_TOKEN': os.environ.get('AWS_SESSION_TOKEN', 'TOKEN0TOKEN0TOKEN0')})\n    \
                 raise ValueError('no login with ' + os.environ['DB_PASSWORD'])";
    let account = "360000000002";
    let template = with_password(solution_with_code("    failed = []", spill));
    let outputs = cloud().deploy(account, &template);
    let keys = cloud().student(account);
    let all = keeps(&keys, &[PASSWORD], cloud().endpoint(), &["json"]);
    assert!(all.contains("ValueError"), "{all}");
    let log = cloud().log(account, &outputs["FunctionName"]).join("\n");
    for (before, after) in [("AWS_SECRET_ACCESS_KEY=", "\n"), ("'AWS_SESSION_TOKEN': '", "'")] {
        let (_, rest) = log.split_once(before).expect("the function logged it");
        let secret = rest.split(after).next().unwrap_or_default().trim();
        assert!(!all.contains(secret), "{before}{secret} in:\n{all}");
    }
}

#[test]
fn a_sessions_token_is_not_shown() {
    let account = "360000000003";
    deploy(account, vec![solution()]);
    let keys = cloud().session(account, "students");
    let token = keys.session_token.clone().expect("a session has a token");
    let secrets = [keys.secret_access_key.as_str(), token.as_str(), PASSWORD];
    let all = keeps(&keys, &secrets, cloud().endpoint(), EVERY);
    assert!(all.contains("Everything is as it should be."), "{all}");
    // And when the token is refused.
    let wrong = Keys {
        session_token: Some(format!("{token}-of-yesterday")),
        ..keys.clone()
    };
    let all = keeps(&wrong, &secrets, cloud().endpoint(), EVERY);
    assert!(all.contains("credentials"), "{all}");
}

#[test]
fn an_error_of_the_endpoint_shows_no_secret() {
    let keys = Keys {
        access_key_id: "ASIAIOSFODNN7EXAMPLE".to_owned(),
        secret_access_key: "SECRET0SECRET0SECRET0SECRET0SECRET0SECRET".to_owned(),
        session_token: Some("TOKEN0TOKEN0TOKEN0TOKEN0TOKEN0TOKEN0TOKEN".to_owned()),
    };
    let secrets = [keys.secret_access_key.clone(), keys.session_token.clone().unwrap()];
    let secrets = secrets.each_ref().map(String::as_str);
    // AWS itself answers a wrong signature with the text that should have been signed, token included.
    let body = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>SignatureDoesNotMatch</Code><Message>The Canonical String for \
         this request should have been x-amz-security-token:{}</Message></Error></ErrorResponse>",
        secrets[1]
    );
    let relay = common::relay::Relay::answering("403 Forbidden", "content-type: text/xml\r\n", &body);
    keeps(&keys, &secrets, &relay.endpoint(), EVERY);
}

#[test]
fn what_a_check_names_is_shown() {
    // The other side of the rule: the one value that a check asks for is what the student must see.
    let account = "360000000004";
    let keys = deploy(account, fault("variable-value"));
    let printed = run(cloud().check(&keys, &["lambda", "--region", REGION]));
    assert!(printed.stdout.contains("DisneyClickstreamTabel"), "{}", printed.stdout);
}

/// A word that stands in the course's texts is no variable that a check reads; a name that is part of another's is not
/// that other one.
#[test]
fn a_variable_is_named_by_what_reads_it_and_by_nothing_else() {
    let account = "360000000005";
    let values = [
        ("user", "lucia-4711-garden"),
        ("timestamp", "blue-horse-battery-9"),
        ("TABLE_NAME", "river-1889-stone"),
    ];
    let raised =
        "    failed = []\n    raise ValueError(' '.join(os.environ[n] for n in ('user', 'timestamp', 'TABLE_NAME')))";
    let mut template = with_password(solution_with_code("    failed = []", raised));
    for (name, value) in values {
        template["Resources"]["Function"]["Properties"]["Environment"]["Variables"][name] = value.into();
    }
    cloud().deploy(account, &template);
    let keys = cloud().student(account);
    let secrets: Vec<&str> = values.iter().map(|(_, value)| *value).chain([PASSWORD]).collect();
    let all = keeps(&keys, &secrets, cloud().endpoint(), EVERY);
    assert!(all.contains("ValueError") && all.contains("(hidden)"), "{all}");
    let (kept, [before, after]) = kept_of(cloud(), "datastream", &keys);
    assert!(kept.contains("\"TABLE_NAME\"") && kept.contains("ValueError"), "{kept}");
    for secret in secrets {
        assert!(!kept.contains(secret), "{secret} is kept");
    }
    assert_eq!(before, after);
}

/// The table is known by the value of a variable that no check names: that much of it is kept, so that the evidence gives
/// the same verdicts as the account.
#[test]
fn what_is_hidden_changes_no_verdict_when_it_is_judged_again() {
    let account = "360000000006";
    let mut template = solution_with_code("\"DYNAMO_DB_TABLE_NAME\"", "\"CLICKS\"");
    let variables = &mut template["Resources"]["Function"]["Properties"]["Environment"]["Variables"];
    *variables = serde_json::json!({"CLICKS": variables["DYNAMO_DB_TABLE_NAME"].take(), "DB_PASSWORD": PASSWORD});
    template["Resources"]["Table"]["Properties"]["TableName"] = "my-clicks".into();
    cloud().deploy(account, &template);
    let (kept, [before, after]) = kept_of(cloud(), "datastream", &cloud().student(account));
    assert_eq!(before, after);
    let status = |id: &str| {
        before
            .iter()
            .find(|(check, ..)| check == id)
            .map(|(_, status, _)| status.as_str())
    };
    assert_eq!(
        (status("dynamodb.exists"), status("lambda.table-variable")),
        (Some("Pass"), Some("Fail")),
        "{before:?}"
    );
    assert!(!kept.contains(PASSWORD));
    // The table's name is no secret: the words about it have it.
    assert!(kept.contains("table my-clicks"), "{kept}");
}

/// What students print to see whose session the function has, named or bare, one beside the other or line by line.
#[test]
fn a_function_that_logs_its_own_session_does_not_make_the_report_show_it() {
    let (id, secret) = ("ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    let token = format!("IQoJb3JpZ2luX2VjEJr{}", "Ab3/xY9+Qz7".repeat(24));
    let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJsdWNpYSJ9.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c";
    let key = "MIIEowIBAAKCAQEAx7Gq9vTfJ0sNn5Yp3Lr8Zk2Wd6Qe1Ub4Xc7Hs0Ga9Tj5Mf2V";
    let account = "360000000007";
    let lines = [
        format!("ERROR {id}"),
        format!("ERROR {secret}"),
        format!("ERROR {token}"),
        format!(
            "ERROR Authorization: Bearer {jwt} Bearer xoxo-4711-Zz postgres://lucia:sunflower77@db.example.com/clicks"
        ),
        format!("ERROR -----BEGIN PRIVATE KEY-----\\n{key}\\n-----END PRIVATE KEY-----"),
    ];
    let prints: String = lines.iter().map(|line| format!("    print('{line}')\n")).collect();
    let raised = format!("    failed = []\n{prints}    raise ValueError('{id} {secret} {token}')");
    cloud().deploy(account, &with_password(solution_with_code("    failed = []", &raised)));
    let keys = cloud().student(account);
    let secrets = [id, secret, &token[..40], jwt, "xoxo-4711-Zz", "sunflower77", &key[..40]];
    let all = keeps(&keys, &secrets, cloud().endpoint(), EVERY);
    assert!(all.contains("ValueError") && all.contains("log: ERROR"), "{all}");
    let (kept, [before, after]) = kept_of(cloud(), "datastream", &keys);
    for secret in secrets {
        assert!(!kept.contains(secret), "{secret} is kept");
    }
    assert!(kept.contains("db.example.com/clicks"), "the rest of the line is quoted");
    assert_eq!(before, after);
}
