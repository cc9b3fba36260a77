//! Names, secrets and addresses that are planted in an account, and the proof that a text has none of them.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use edemlab::account::services::{LOGS, SNS};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use regex::Regex;
use serde_json::{Value, json};

use super::cloud::{Cloud, wait};

/// Names, secrets and addresses. One more is the number of the account in which they are.
pub const WORDS: [&str; 40] = [
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
    // Each word of it is AWS's.
    "max.user@lambda-user.events.com",
];

/// A function's environment variables with most of them.
pub fn variables() -> Value {
    json!({
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
        "WRITE": "max.user@lambda-user.events.com",
        "SQUARE": "[[\"eudald\", 481516234299]]",
        "LONG": STANDARD.encode([7u8; 300]),
    })
}

/// Seconds that the stranger's function may take: a short number stays in a recording, and so shows that the function is in it.
pub const TIMEOUT: u32 = 217;

/// What a stranger has in the account, which nothing ties to a lab. They stand in names, tags, descriptions, variables, policies,
/// addresses and definitions.
pub fn stranger() -> Value {
    let mut all = variables();
    all["PEOPLE"] = "mariona of queralt, serrat, Vilardell, x.bofarull@correu.example.cat, Ludovica".into();
    all["NOTES"] =
        "Oriol Casademont, Quim Ferrandis, Blancafort, Ana, Núria; hooks.example.net/?token=T0PS3CR3T; 655 12 39 88"
            .into();
    let trust = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {"Service": ["lambda.amazonaws.com", "states.amazonaws.com"]}},
        {"Sid": "AllowBlancafort", "Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {"AWS": "arn:aws:iam::481516234299:user/eudald"}},
    ]});
    let tags = json!([{"Key": "owner", "Value": "Roser Capdevila"}, {"Key": "guifre", "Value": "llobregat"}]);
    json!({"Resources": {
        "Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": "mariona-of-queralt", "Tags": tags}},
        "Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/serrat/invoices-of-ana"}},
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "Ludovica-news", "Tags": tags}},
        "Reader": {"Type": "AWS::SNS::Subscription", "Properties": {
            "TopicArn": {"Ref": "Topic"}, "Protocol": "email", "Endpoint": "x.bofarull+34655123987@correu.example.cat",
        }},
        "Role": {"Type": "AWS::IAM::Role", "Properties": {
            "RoleName": "eudald-of-vilardell", "Description": "for the forn Vilardell",
            "AssumeRolePolicyDocument": trust, "Tags": tags,
        }},
        "Function": {"Type": "AWS::Lambda::Function", "Properties": {
            "FunctionName": "guifre-invoices", "Runtime": "python3.13", "Handler": "index.handler", "Timeout": TIMEOUT,
            "Role": {"Fn::GetAtt": ["Role", "Arn"]}, "Code": {"ZipFile": "def handler(event, context): return 'Oriol'"},
            "Description": "Made by Oriol Casademont (655 12 39 88); see https://hooks.example.net/a%20b?token=T0PS3CR3T%2Fx",
            "Environment": {"Variables": all}, "Tags": tags,
        }},
        "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {
            "TableName": "Capdevila-invoices", "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "eudald", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "eudald", "KeyType": "HASH"}], "Tags": tags,
        }},
        "Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {
            "StateMachineName": "Casademont", "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
            "DefinitionString": json!({"Comment": "by Roser Capdevila, with Ana and Núria", "StartAt": "Quim",
                "States": {"Quim": {"Type": "Pass", "Result": "montserrat", "End": true}}}).to_string(),
        }},
        "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {
            "Name": "llobregat", "Description": "Invoices of Quim Ferrandis",
        }},
    }})
}

/// Log lines and tags with them in what stands in the account's region, whoever has made it.
pub fn write_into(cloud: &Cloud, account: &str) {
    let root = cloud.root(account);
    wait(async {
        let groups = root
            .list(&LOGS, "DescribeLogGroups", json!({}), "logGroups")
            .await
            .unwrap();
        for group in groups {
            let of = json!({"logGroupName": group["logGroupName"], "logStreamName": "2026/11/30/[$LATEST]guifre"});
            root.call(&LOGS, "CreateLogStream", of.clone()).await.unwrap();
            let message = "ERROR for Núria Casademont: hunter2-tr0ub4dor, 4111 1111 1111 1111, wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
            let mut put = of;
            put["logEvents"] = json!([{"timestamp": chrono::Utc::now().timestamp_millis(), "message": message}]);
            root.call(&LOGS, "PutLogEvents", put).await.unwrap();
        }
        for topic in root.list(&SNS, "ListTopics", json!({}), "Topics").await.unwrap() {
            let tags =
                json!({"ResourceArn": topic["TopicArn"], "Tags": [{"Key": "owner", "Value": "Roser Capdevila"}]});
            root.call(&SNS, "TagResource", tags).await.unwrap();
        }
    });
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

/// All forty, in an account.
fn words(account: &str) -> impl Iterator<Item = &str> {
    WORDS.into_iter().chain([account])
}

/// Each of them has passed by: that none is kept says something.
pub fn assert_all_in(passed_by: &str, account: &str) {
    let passed_by = unpacked(passed_by).to_lowercase();
    let absent = words(account).filter(|word| !passed_by.contains(&word.to_lowercase()));
    let absent: Vec<&str> = absent.collect();
    assert!(absent.is_empty(), "these never passed by: {absent:?}");
}

/// None of them is there, in any form.
pub fn assert_none_in(kept: &str, account: &str) {
    let all = unpacked(kept).to_lowercase();
    let letters: BTreeSet<&str> = all.split(|c: char| !c.is_alphanumeric()).collect();
    for word in words(account) {
        for form in forms(word) {
            // Three letters are in other words too.
            let is_there = match form.chars().count() < 4 {
                true => letters.contains(form.as_str()),
                false => all.contains(&form),
            };
            assert!(!is_there, "{word} as {form} in:\n{kept}");
        }
    }
}
