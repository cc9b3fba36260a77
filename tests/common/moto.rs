//! A second emulator of AWS, by other people: the server of [moto](https://docs.getmoto.org).

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use edemlab::account::Keys;
use edemlab::sandbox::{self, Paths};
use serde_json::{Value, json};

use super::PATIENCE;
use super::cloud::wait;

/// Packages pinned with hashes.
const REQUIREMENTS: &str = include_str!("../sandbox/second_opinion/requirements.txt");

/// The server, which ends with this value, and with this process, however that ends: it reads from it.
pub struct Moto {
    child: Child,
    orders: Option<ChildStdin>,
    answers: Receiver<String>,
    errors: tempfile::NamedTempFile,
    endpoint: String,
}

/// What it has beside its own operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lacking {
    /// Those of `lacking.py`.
    Added,
    /// Nothing.
    AsItIs,
}

impl Moto {
    /// Starts it on a free port. Only the first time, its environment is made.
    pub fn start(lacking: Lacking) -> Self {
        let errors = tempfile::NamedTempFile::new().unwrap();
        let mut command = Command::new(python());
        // -B leaves nothing beside the programs, -E and -s see nothing of the user's.
        command.args(["-B", "-E", "-s", "-u"]).arg(program());
        if lacking == Lacking::AsItIs {
            command.arg("--as-it-is");
        }
        for (name, _) in std::env::vars_os() {
            let upper = name.to_string_lossy().to_uppercase();
            if ["AWS_", "MOTO_"].iter().any(|start| upper.starts_with(start)) || upper.ends_with("_PROXY") {
                command.env_remove(name);
            }
        }
        command
            .env("AWS_CONFIG_FILE", "no-such-file")
            .env("AWS_SHARED_CREDENTIALS_FILE", "no-such-file")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors.reopen().unwrap());
        let mut child = command.spawn().expect("the environment's Python runs");
        let (orders, answers) = (child.stdin.take(), lines(&mut child));
        let mut moto = Self {
            child,
            orders,
            answers,
            errors,
            endpoint: String::new(),
        };
        moto.endpoint = moto.answer()["endpoint"].as_str().expect("an endpoint").to_owned();
        moto
    }

    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Makes what a template describes in an account, and gives the keys of somebody in it.
    pub fn deploy(&mut self, account: &str, region: &str, stack: &str, template: &Value) -> Keys {
        let order = json!({"account": account, "region": region, "stack": stack, "template": template});
        writeln!(self.orders.as_mut().expect("open until it is dropped"), "{order}").unwrap();
        let answer = self.answer();
        let field = |name: &str| match answer[name].as_str() {
            Some(text) => text.to_owned(),
            None => panic!("not deployed: {answer}\n{}", self.last_words()),
        };
        Keys {
            access_key_id: field("access_key_id"),
            secret_access_key: field("secret_access_key"),
            session_token: Some(field("session_token")),
        }
    }

    fn answer(&self) -> Value {
        let line = self.answers.recv_timeout(PATIENCE);
        let line = line.unwrap_or_else(|error| panic!("no answer: {error}\n{}", self.last_words()));
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    fn last_words(&self) -> String {
        let all = std::fs::read_to_string(self.errors.path()).unwrap_or_default();
        let said = all.lines().filter(|line| !line.contains("\" 200 -"));
        let mut last: Vec<&str> = said.rev().take(30).collect();
        last.reverse();
        last.join("\n")
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        drop(self.orders.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn python() -> PathBuf {
    let paths = Paths::from_environment().expect("a cache folder");
    wait(sandbox::environment(&paths, "second-opinion", REQUIREMENTS, &|_| ())).expect("its packages can be installed")
}

fn program() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sandbox/second_opinion/server.py")
}

/// What it prints, line by line.
fn lines(child: &mut Child) -> Receiver<String> {
    let (sender, receiver) = channel();
    let stdout = BufReader::new(child.stdout.take().expect("piped"));
    std::thread::spawn(move || {
        for line in stdout.lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}
