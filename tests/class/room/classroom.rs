//! A class in the sandbox, the room that is shown of it, and its page in a browser.

use crate::common;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use common::browser::Browser;
use common::class::hand_in;
use common::cloud::{Cloud, REGION, alone, run, shared};
use common::course::{fault, solution};
use common::running::Running;
use common::{eventually, http};
use edemlab::account::services::IAM;
use serde_json::{Value, json};

/// Accounts of the class; `EDEMLAB_CLASS_SIZE=60` for a whole one.
pub(super) fn size() -> usize {
    std::env::var("EDEMLAB_CLASS_SIZE").map_or(5, |n| n.parse().expect("a number"))
}

/// What the others in a room are at, in turn; `None` is an account in which nothing has been begun.
pub(super) const DOING: [Option<&str>; 6] = [
    Some(""),
    Some("trigger-off"),
    Some("no-bucket"),
    None,
    Some("partition-key-name"),
    Some("no-tracker"),
];

/// A class in a room: the first lack a right that can be given them, the others are anywhere.
pub(super) struct Classroom {
    pub(super) cloud: &'static Cloud,
    pub(super) folder: tempfile::TempDir,
    pub(super) accounts: Vec<String>,
}

impl Classroom {
    /// Accounts begin with `first`, five digits; `lacking` of them lack the right.
    pub(super) fn new(first: &str, size: usize, lacking: usize) -> Self {
        let cloud = shared("class");
        let room = Self {
            cloud,
            folder: tempfile::tempdir().unwrap(),
            accounts: (1..=size).map(|n| format!("{first}{n:07}")).collect(),
        };
        let deploy = |n: usize, account: &str| {
            let templates = match DOING[n % DOING.len()] {
                _ if n < lacking => fault("role-without-dynamodb"),
                None => Vec::new(),
                Some("") => vec![solution()],
                Some(other) => fault(other),
            };
            for template in templates {
                cloud.deploy(account, &template);
            }
            hand_in(&room.path(&format!("{}.txt", id(n))), &cloud.student(account));
        };
        let all: Vec<(usize, &String)> = room.accounts.iter().enumerate().collect();
        std::thread::scope(|scope| {
            for part in all.chunks(all.len().div_ceil(4)) {
                scope.spawn(move || part.iter().for_each(|(n, account)| deploy(*n, account)));
            }
        });
        let lines = (0..size).map(|n| format!("{0},{1},{0}@example.com,{0}.txt,{REGION}\n", id(n), name(n)));
        let lines: String = lines.collect();
        std::fs::write(
            room.path("roster.csv"),
            format!("student,name,email,credentials,region\n{lines}"),
        )
        .unwrap();
        room
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn command(&self, verb: &str, args: &[&str]) -> Command {
        let (roster, out) = (self.path("roster.csv"), self.path("class"));
        let all = [
            verb,
            roster.to_str().unwrap(),
            "--lab",
            "datastream",
            "--out",
            out.to_str().unwrap(),
        ];
        self.cloud.professor(&[&all, args].concat())
    }

    pub(super) fn live(&self, args: &[&str]) -> Live {
        let mut running = Running::new(self.command("grade", &[&["--live"], args].concat()));
        let said = running.says("Ctrl-C ends it");
        let address = said.split_whitespace().find(|word| word.starts_with("http://"));
        let address = address.unwrap_or_else(|| panic!("no address: {said}")).to_owned();
        Live { running, address }
    }

    pub(super) fn of_class(&self, verb: &str, args: &[&str]) -> common::cloud::Printed {
        let out = self.path("class");
        run(alone(&[&[verb, out.to_str().unwrap()], args].concat()))
    }

    /// Gives the `n`th student's function the right that it lacks, or takes it back.
    pub(super) fn right(&self, n: usize, given: bool) {
        let account = &self.accounts[n];
        let root = self.cloud.root(account);
        let role = common::cloud::wait(root.call(&IAM, "ListRoles", json!({}))).unwrap();
        let roles = role["Roles"].as_array().unwrap().iter();
        let mut names = roles.filter_map(|role| role["RoleName"].as_str());
        let role = names
            .find(|name| name.contains("-Role-"))
            .expect("the function's role")
            .to_owned();
        let operation = if given { "AttachRolePolicy" } else { "DetachRolePolicy" };
        let policy = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess";
        let asked = json!({"RoleName": role, "PolicyArn": policy});
        common::cloud::wait(root.call(&IAM, operation, asked)).expect("done");
    }

    /// The runs that the folder has of a student.
    pub(super) fn runs(&self, n: usize) -> usize {
        let folder = self.path("class").join("reports").join(id(n)).join("datastream");
        let names = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
        names.filter(|name| name.ends_with("Z.json")).count()
    }
}

pub(super) fn id(n: usize) -> String {
    format!("s{n:03}")
}

/// A name that can be found wherever it is.
pub(super) fn name(n: usize) -> String {
    format!("Lucía Nº{n:03}")
}

/// A room that is looked at.
pub(super) struct Live {
    pub(super) running: Running,
    pub(super) address: String,
}

impl Live {
    pub(super) fn host(&self) -> &str {
        self.address.trim_start_matches("http://").trim_end_matches('/')
    }

    /// What the page is told now.
    pub(super) fn told(&self) -> (String, Value) {
        let mut stream = TcpStream::connect(self.host()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        write!(stream, "GET /edemlab/live HTTP/1.1\r\nHost: {}\r\n\r\n", self.host()).unwrap();
        let (mut text, mut buffer) = (String::new(), [0; 65_536]);
        let mut bytes = Vec::new();
        loop {
            let count = stream.read(&mut buffer).expect("what is known");
            bytes.extend_from_slice(&buffer[..count]);
            text.clear();
            text.push_str(&String::from_utf8_lossy(&bytes));
            if let Some((_, data)) = text.split_once("data: ")
                && let Some((json, _)) = data.split_once("\n\n")
            {
                // A chunk may end within it: then it is no JSON yet.
                let json: String = json.lines().collect();
                if let Ok(told) = serde_json::from_str(&json) {
                    return (text.clone(), told);
                }
            }
            assert!(count > 0, "{text}");
        }
    }

    pub(super) fn page(&self, path: &str) -> (u16, String) {
        let answer = http::get(self.host(), path);
        (
            answer.status().as_u16(),
            String::from_utf8_lossy(answer.body()).into_owned(),
        )
    }

    pub(super) fn all_are_known(&self) {
        eventually("every account has been looked at", || self.told().1["waiting"] == 0);
    }

    pub(super) fn end(self) -> (Option<i32>, String) {
        self.running.interrupt();
        self.running.end()
    }
}

pub(super) fn picture(browser: &Browser, name: &str) {
    if let Some(folder) = std::env::var_os("EDEMLAB_TEST_PICTURES") {
        browser.picture(&Path::new(&folder).join(format!("{name}.png")));
    }
}

/// The classes of a student's cells, by the number of the row.
pub(super) fn cells(browser: &Browser, number: usize) -> Vec<String> {
    let cells = browser.run(&format!(
        "const row = [...document.querySelectorAll('.map tbody tr')].find(row => row.querySelector('.nr').textContent === '{number}');\
         return row ? [...row.querySelectorAll('.cell')].map(cell => cell.classList[1]) : []"
    ));
    cells
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c.as_str().unwrap().to_owned())
        .collect()
}
