//! A machine as `edemlab doctor` finds it, and what it says of it.

use assert_cmd::Command;
use chrono::{TimeDelta, Utc};
use serde_json::Value;

use crate::common::bare::Bare;
use crate::common::cloud::REGION;
use crate::common::relay::Relay;
use crate::common::{script, text};

pub const SECRET: &str = "a-secret-that-nobody-may-see";

/// A machine with all that is needed, and AWS as `endpoint` answers.
pub struct Machine {
    pub bare: Bare,
    pub endpoint: String,
    pub keys: Option<(String, String)>,
    pub columns: &'static str,
}

impl Machine {
    pub fn with_all(endpoint: &str) -> Self {
        let machine = Self::empty(endpoint);
        machine.bare.python("python3", "3.12", "exit 0");
        machine.program("aws", "echo aws-cli/2.31.0 Python/3.13.7 Linux/6.1");
        machine.program(
            "docker",
            "case $1 in --version) echo Docker version 28.2.2;; *) echo 28.2.2;; esac",
        );
        Self {
            keys: Some(("AKIAIOSFODNN7EXAMPLE".to_owned(), SECRET.to_owned())),
            ..machine
        }
    }

    /// No program, and no keys.
    pub fn empty(endpoint: &str) -> Self {
        Self {
            bare: Bare::new(),
            endpoint: endpoint.to_owned(),
            keys: None,
            columns: "80",
        }
    }

    pub fn program(&self, name: &str, lines: &str) {
        script(&self.bare.programs().join(name), lines);
    }

    pub fn remove(&self, name: &str) {
        std::fs::remove_file(self.bare.programs().join(name)).unwrap();
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = self.bare.command_of(&["doctor"]);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("AWS_") {
                command.env_remove(name);
            }
        }
        command
            .args(args)
            .env("HOME", self.bare.folder())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_ENDPOINT_URL", &self.endpoint)
            .env("AWS_REGION", REGION)
            .env("COLUMNS", self.columns);
        if let Some((id, secret)) = &self.keys {
            command
                .env("AWS_ACCESS_KEY_ID", id)
                .env("AWS_SECRET_ACCESS_KEY", secret);
        }
        command
    }

    pub fn says(&self, args: &[&str]) -> (Option<i32>, String) {
        let output = self.command(args).output().unwrap();
        (output.status.code(), text(&output))
    }

    pub fn finds(&self, args: &[&str]) -> Found {
        let output = self.command(args).args(["--format", "json"]).output().unwrap();
        let json = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output)));
        Found {
            code: output.status.code(),
            json,
        }
    }
}

pub struct Found {
    pub code: Option<i32>,
    pub json: Value,
}

impl Found {
    pub fn item(&self, id: &str) -> &Value {
        let items = self.json["items"].as_array().unwrap();
        items
            .iter()
            .find(|item| item["id"] == id)
            .unwrap_or_else(|| panic!("no {id}: {}", self.json))
    }

    pub fn state(&self, id: &str) -> &str {
        self.item(id)["state"].as_str().unwrap()
    }

    pub fn found(&self, id: &str) -> &str {
        self.item(id)["found"].as_str().unwrap()
    }

    /// All fixes, one after the other.
    pub fn fix(&self, id: &str) -> String {
        let fixes = self.item(id)["fix"].as_array().unwrap();
        fixes
            .iter()
            .map(|fix| fix.as_str().unwrap())
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// Those that are not simply ready.
    pub fn others(&self) -> Vec<(&str, &str)> {
        let items = self.json["items"].as_array().unwrap().iter();
        let all = items.map(|item| (item["id"].as_str().unwrap(), item["state"].as_str().unwrap()));
        all.filter(|(_, state)| *state != "ready").collect()
    }
}

/// An AWS that knows this caller and whose clock is `ahead` of ours.
pub fn aws(arn: &str, ahead: TimeDelta) -> Relay {
    let body = format!(
        r#"<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
        <Arn>{arn}</Arn><UserId>AIDAEXAMPLE</UserId><Account>123456789012</Account>
        </GetCallerIdentityResult></GetCallerIdentityResponse>"#
    );
    Relay::answering("200 OK", &date(ahead), &body)
}

fn date(ahead: TimeDelta) -> String {
    let date = (Utc::now() + ahead).format("%a, %d %b %Y %H:%M:%S GMT");
    format!("content-type: text/xml\r\ndate: {date}\r\n")
}

pub fn refusing(code: &str) -> Relay {
    let body = format!("<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>");
    Relay::answering("403 Forbidden", &date(TimeDelta::zero()), &body)
}

pub const USER: &str = "arn:aws:iam::123456789012:user/s001";
