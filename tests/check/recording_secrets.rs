//! No name and no secret of an account is in a recording of it.

use crate::common;

use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use common::cloud::{REGION, wait};
use common::course::course;
use common::orders::{self, of};
use edemlab::judge::{Options, judge_on};
use edemlab::recording::Recorder;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use regex::Regex;
use serde_json::{Value, json};

/// What is planted in the account: names, secrets and addresses, each in a place of its own.
const PLANTED: &[&str] = &[
    "mariona",
    "queralt",
    "serrat",
    "Vilardell",
    "bofarull",
    "correu.example.cat",
    "guifre",
    "hunter2",
    "tr0ub4dor",
    "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "ghp_aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3",
    "4111 1111 1111 1111",
    "84.88.12.201",
    "34655123987",
    "655 12 39 88",
    "2a0c:5a80:1234:9f00",
    "Oriol",
    "Casademont",
    "Quim",
    "Ferrandis",
    "Blancafort",
    "481516234299",
    "eudald",
    "Roser",
    "Capdevila",
    "llobregat",
    "Ana",
    "Núria",
    "postgres",
    "montserrat",
    "wJalrXUtnFEMI",
    "bPxRfiCYEXAMPLEKEY",
    "AKIAIOSFODNN7EXAMPLE",
    "IQoJb3JpZ2luX2VjEJr",
    "eyJhbGciOiJIUzI1NiJ9",
    "hooks.example.net",
    "T0PS3CR3T",
    "ec2-52-18-7-91",
    "Ludovica",
    "370100000001",
];

/// An account in which they stand where an account's owner writes: in names, tags, descriptions, variables, logs, policies,
/// addresses of subscribers, definitions, and in texts packed into these.
fn planted() -> Value {
    let mut template = orders::solution();
    of(&mut template, "Bus")["Name"] = "mariona-of-queralt-orders".into();
    of(&mut template, "LogGroup")["LogGroupName"] = "/aws/events/serrat-orders".into();
    of(&mut template, "RuleRole")["Description"] = "for the forn Vilardell".into();
    of(&mut template, "Topic")["TopicName"] = "Orders-Ludovica".into();
    of(&mut template, "Api")["Description"] = "Orders of Quim Ferrandis".into();
    of(&mut template, "Subscription")["Endpoint"] = "x.bofarull+34655123987@correu.example.cat".into();
    of(&mut template, "HumanApproval")["FunctionName"] = "guifre-approval".into();
    of(&mut template, "HumanApproval")["Description"] =
        "Made by Oriol Casademont (655 12 39 88); see https://hooks.example.net/a%20b?token=T0PS3CR3T%2Fx".into();
    let variables = json!({
        "DB_PASSWORD": "hunter2-tr0ub4dor&3",
        "PAY": "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
        "GIT": "ghp_aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3",
        "CARD": "4111 1111 1111 1111",
        "HOSTS": "84.88.12.201, 2a0c:5a80:1234:9f00:0:0:0:1, ec2-52-18-7-91.eu-west-1.compute.amazonaws.com",
        "PACKED": STANDARD.encode("password=llobregat, and more of it"),
        "AWS_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "AWS_TOKEN": "IQoJb3JpZ2luX2VjEJr//////////wEaDGV1LWNlbnRyYWwtMSJHMEUCIQ",
        "JWT": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJsdWNpYSJ9.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
        "DB": "postgres://u:montserrat@db.example.org/x",
        // Texts that are nearly something else.
        "XML": "<b class='guifre'>mariona &amp; &#x51;uim</b><!-- Oriol -->",
        "HALF": "{\"queralt\": [\"Capdevila",
        "TWICE": "{\"a\": 1, \"Ferrandis\": {\"a\": \"Ana\"}, \"a\": 34655123987}",
        "BROKEN": "%C3%28guifre%zz%FAmariona 100%",
        "TURNED": "\u{202e}Oriol\u{200b} ÀÑÇ Quim\u{301}",
        "NESTED": json!({"a": json!({"b": json!({"c": "by Roser"}).to_string()}).to_string()}).to_string(),
        "SQUARE": "[[\"eudald\", 481516234299]]",
        "LONG": STANDARD.encode([7u8; 300]),
    });
    let own = of(&mut template, "HumanApproval");
    let mut all = own["Environment"]["Variables"].as_object().cloned().unwrap_or_default();
    all.extend(variables.as_object().cloned().unwrap_or_default());
    own["Environment"] = json!({"Variables": all});
    let statement = json!({"Sid": "AllowBlancafort", "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"AWS": "arn:aws:iam::481516234299:user/eudald"}});
    let trust = &mut of(&mut template, "MachineRole")["AssumeRolePolicyDocument"]["Statement"];
    trust.as_array_mut().expect("a list").push(statement);
    let definition = &mut of(&mut template, "Machine")["DefinitionString"];
    let text = definition.as_str().expect("a text");
    let comment = "An order waits for a human, and then its customer hears of it.";
    assert!(text.contains(comment), "{text}");
    *definition = text.replace(comment, "by Roser Capdevila, with Ana and Núria").into();
    template
}

/// Keeps what passes as it is.
#[derive(Debug, Clone, Default)]
struct Spy {
    inner: Option<SharedHttpClient>,
    connector: Option<SharedHttpConnector>,
    seen: Arc<Mutex<String>>,
}

impl HttpClient for Spy {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.as_ref().expect("a client");
        SharedHttpConnector::new(Self {
            connector: Some(inner.http_connector(settings, components)),
            ..self.clone()
        })
    }
}

impl HttpConnector for Spy {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let seen = self.seen.clone();
        let asked = format!(
            "{} {:?}\n",
            request.uri(),
            request.body().bytes().map(String::from_utf8_lossy)
        );
        seen.lock().unwrap().push_str(&asked);
        let answer = self.connector.as_ref().expect("a connector").call(request);
        HttpConnectorFuture::new(async move {
            let mut response = answer.await?;
            let body = std::mem::replace(response.body_mut(), SdkBody::taken());
            let bytes = ByteStream::new(body).collect().await.expect("a body").into_bytes();
            seen.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes));
            *response.body_mut() = SdkBody::from(bytes);
            Ok(response)
        })
    }
}

/// A text, and below it all that is packed into it: JSON's escapes, percent-encoding, base64.
fn unpacked(text: &str) -> String {
    let mut all = String::new();
    let mut layer = text.to_owned();
    let base64 = Regex::new("[A-Za-z0-9+/]{12,}={0,2}").unwrap();
    for _ in 0..5 {
        all.push_str(&layer);
        all.push('\n');
        let packed = base64
            .find_iter(&layer)
            .filter_map(|found| STANDARD.decode(found.as_str()).ok());
        let packed: Vec<String> = packed
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .collect();
        let plain = layer
            .replace("\\u00fa", "ú")
            .replace("\\\"", "\"")
            .replace("\\\\", "\\");
        layer = percent_decode_str(&plain).decode_utf8_lossy().into_owned() + "\n" + &packed.join("\n");
    }
    all
}

/// The forms in which somebody would look for a text.
fn forms(text: &str) -> Vec<String> {
    let mut forms = vec![
        text.to_lowercase(),
        utf8_percent_encode(text, NON_ALPHANUMERIC).to_string().to_lowercase(),
    ];
    // In base64 a text has three looks; its first and last letters depend on what is beside it.
    for before in ["", "-", "--"] {
        let encoded = STANDARD.encode(format!("{before}{text}"));
        let inner: String = encoded.trim_end_matches('=').chars().skip(before.len() + 1).collect();
        let inner: String = inner.chars().take(inner.chars().count().saturating_sub(2)).collect();
        if inner.len() >= 6 {
            forms.push(inner.to_lowercase());
        }
    }
    forms
}

#[test]
fn none_of_forty_planted_names_and_secrets_is_in_a_recording() {
    const ACCOUNT: &str = "370100000001";
    assert_eq!(PLANTED.len(), 40);
    let lab = orders::Orders::with(ACCOUNT, &[planted()]);
    // A function that logs what it should not.
    let mut spills = planted();
    orders::recode(
        &mut spills,
        "HumanApproval",
        "    print(f\"Task token: {task_token}\")",
        "    print(f\"Task token: {task_token}\")\n    print('for Núria Casademont,', dict(os.environ))",
    );
    let code = of(&mut spills, "HumanApproval")["Code"]["ZipFile"]
        .as_str()
        .unwrap()
        .replace("import json", "import json\nimport os");
    of(&mut spills, "HumanApproval")["Code"]["ZipFile"] = code.into();
    lab.deploy(&[spills]);
    let spy = Spy::default();
    let course = course();
    let account = lab.cloud.account(lab.student(), REGION).through(|client| {
        SharedHttpClient::new(Spy {
            inner: Some(client),
            ..spy.clone()
        })
    });
    let recorder = Recorder::new(&course.files).unwrap();
    let account = recorder.around(&account);
    let (_keep, stop) = tokio::sync::watch::channel(0u8);
    let options = Options::default();
    let lab = course.lab("eventdriven").unwrap();
    let judged = wait(judge_on(lab, &account, &options, &|_| (), stop, Some(&recorder))).expect("it is judged");
    let recording = recorder.finish(&judged, &account, &course.files);
    let kept = recording.text();

    let passed_by = unpacked(&spy.seen.lock().unwrap()).to_lowercase();
    let vacuous: Vec<&&str> = PLANTED
        .iter()
        .filter(|planted| !passed_by.contains(&planted.to_lowercase()))
        .collect();
    assert!(vacuous.is_empty(), "these never passed by: {vacuous:?}");
    let all = unpacked(&kept).to_lowercase();
    let words: Vec<String> = all.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect();
    for planted in PLANTED {
        for form in forms(planted) {
            // Three letters are in other words too.
            let is_there = match form.chars().count() < 4 {
                true => words.contains(&form),
                false => all.contains(&form),
            };
            assert!(!is_there, "{planted} as {form} in:\n{kept}");
        }
    }
    let findings = edemlab::recording::verify(&kept, &course.files).expect("a recording");
    let lines: Vec<&str> = findings.iter().filter_map(|f| kept.lines().nth(f.line - 1)).collect();
    assert!(findings.is_empty(), "{findings:?} in\n{lines:#?}");
}
