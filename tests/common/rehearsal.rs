//! A lab that is rehearsed by the binary in an account of the sandbox, as if it were AWS.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use edemlab::account::Keys;
use serde_json::Value;

use super::cleaner::standing;
use super::cloud::{Printed, REGION, alone, run, shared};

/// An account in which a lab is rehearsed, and the folder of that.
pub struct Rehearsal {
    pub folder: tempfile::TempDir,
    pub lab: &'static str,
    pub keys: Keys,
    pub endpoint: String,
}

impl Rehearsal {
    pub fn new(lab: &'static str, account: &str) -> Self {
        let cloud = shared("rehearse");
        Self {
            folder: tempfile::tempdir().unwrap(),
            lab,
            keys: cloud.student(account),
            endpoint: cloud.endpoint().to_owned(),
        }
    }

    pub fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    pub fn command(&self, args: &[&str]) -> std::process::Command {
        self.command_in(&self.out(), args)
    }

    pub fn command_in(&self, out: &Path, args: &[&str]) -> std::process::Command {
        let mut command = alone(&["rehearse", self.lab, "--out"]);
        command
            .arg(out)
            .args(args)
            .current_dir(self.folder.path())
            .env("AWS_ENDPOINT_URL", &self.endpoint)
            .env("AWS_REGION", REGION)
            .env("AWS_ACCESS_KEY_ID", &self.keys.access_key_id)
            .env("AWS_SECRET_ACCESS_KEY", &self.keys.secret_access_key);
        command
    }

    pub fn run(&self, args: &[&str]) -> Printed {
        run(self.command(args))
    }

    pub fn record(&self) -> Value {
        let text = std::fs::read_to_string(self.out().join("rehearsal.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    }
}

/// What stands in the account: by what, and where it is.
pub fn things(account: &str) -> BTreeSet<String> {
    standing(shared("rehearse"), account).into_keys().collect()
}

/// Lines joined: a terminal's width breaks them.
pub fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub fn last_line(printed: &Printed) -> String {
    let text = flat(&printed.stdout);
    let at = ["Nothing of the rehearsal", "STILL THERE"].map(|begins| text.rfind(begins));
    at.into_iter()
        .flatten()
        .max()
        .map(|at| text[at..].to_owned())
        .unwrap_or_default()
}
