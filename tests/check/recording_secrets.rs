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
use common::cloud::{REGION, wait};
use common::course::course;
use common::orders::{self, of};
use common::planted::{self, variables};
use edemlab::judge::{Options, judge_on};
use edemlab::recording::Recorder;
use serde_json::{Value, json};

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
    let own = of(&mut template, "HumanApproval");
    let mut all = own["Environment"]["Variables"].as_object().cloned().unwrap_or_default();
    all.extend(variables().as_object().cloned().unwrap_or_default());
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

#[test]
fn none_of_forty_planted_names_and_secrets_is_in_a_recording() {
    const ACCOUNT: &str = "370100000001";
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

    let passed_by = spy.seen.lock().unwrap();
    planted::assert_all_in(&passed_by, ACCOUNT);
    planted::assert_none_in(&kept, ACCOUNT);
    let findings = edemlab::recording::verify(&kept, &course.files).expect("a recording");
    let lines: Vec<&str> = findings.iter().filter_map(|f| kept.lines().nth(f.line - 1)).collect();
    assert!(findings.is_empty(), "{findings:?} in\n{lines:#?}");
}
