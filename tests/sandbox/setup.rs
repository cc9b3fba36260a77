//! The sandbox on machines that lack something: each ends with a clear word, and nothing half-made stays behind.

use crate::common;

use common::bare::{Bare, with_emulator};
use common::{eventually, kill, text};

#[test]
fn no_python() {
    let bare = Bare::new();
    let said = bare.fails(&mut bare.command());
    assert!(
        said.contains("needs Python 3.10 or newer, and none was found"),
        "{said}"
    );
    assert!(said.contains("python3.12") && said.contains("EDEMLAB_PYTHON"), "{said}");
}

#[test]
fn only_an_old_python() {
    let bare = Bare::new();
    bare.python("python3", "3.9", "exit 1");
    bare.python("python", "2.7", "exit 1");
    let said = bare.fails(&mut bare.command());
    assert!(
        said.contains("found only 3.9 (") && said.contains("bin/python3)"),
        "{said}"
    );
    assert!(said.contains("2.7 ("), "{said}");
}

#[test]
fn a_newer_python_under_another_name_and_without_venv() {
    let bare = Bare::new();
    bare.python("python3", "3.9", "exit 1");
    bare.python(
        "python3.12",
        "3.12",
        "echo 'Error: ensurepip is not available.'; exit 1",
    );
    let said = bare.fails(&mut bare.command());
    assert!(
        said.contains("bin/python3.12 cannot make a virtual environment"),
        "{said}"
    );
    assert!(said.contains("sudo apt install python3-venv"), "{said}");
}

#[test]
fn the_python_that_is_asked_for() {
    let bare = Bare::new();
    bare.python("python3", "3.12", "exit 1");
    let said = bare.fails(bare.command().env("EDEMLAB_PYTHON", "/nowhere/python"));
    assert!(said.contains("EDEMLAB_PYTHON names \"/nowhere/python\""), "{said}");
    bare.python("mine", "3.8", "exit 1");
    let said = bare.fails(bare.command().env("EDEMLAB_PYTHON", bare.programs().join("mine")));
    assert!(said.contains("found only 3.8"), "{said}");
}

#[test]
fn no_network() {
    let bare = Bare::new();
    // The real Python and pip, and an index that refuses. uv is told so in its own words.
    let mut command = bare.command();
    command.env("PATH", std::env::var_os("PATH").unwrap());
    command
        .env("PIP_INDEX_URL", "http://127.0.0.1:9/")
        .env("PIP_NO_INDEX", "1")
        .env("PIP_FIND_LINKS", "");
    command
        .env("PIP_CONFIG_FILE", "/dev/null")
        .env("UV_OFFLINE", "1")
        .env("UV_NO_CACHE", "1");
    let said = bare.fails(&mut command);
    assert!(said.contains("could not be downloaded"), "{said}");
    assert!(said.contains("needed only once"), "{said}");
    assert!(said.contains("No matching distribution found"), "{said}");
}

#[test]
fn a_killed_installation_leaves_nothing_that_the_next_one_takes_for_whole() {
    let bare = Bare::new();
    let began = bare.folder().join("began");
    let rest = format!(
        "for last; do :; done; mkdir -p \"$last/bin\"; echo $$ > {}; exec sleep 600",
        began.display()
    );
    bare.python("python3", "3.12", &rest);
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_edemlab"));
    command
        .args(["sandbox", "start"])
        .env("EDEMLAB_CACHE_DIR", bare.cache())
        .env_remove("EDEMLAB_PYTHON");
    command.env("PATH", format!("{}:/usr/bin:/bin", bare.programs().display()));
    let mut killed = command.spawn().unwrap();
    let mut installer = None;
    eventually("the installation began", || {
        installer = std::fs::read_to_string(&began)
            .ok()
            .and_then(|pid| pid.trim().parse().ok());
        installer.is_some()
    });
    killed.kill().unwrap();
    killed.wait().unwrap();
    kill("KILL", installer.unwrap());
    let half = std::fs::read_dir(bare.cache().join("env")).unwrap().count();
    assert_eq!(half, 2, "the lock and the half-made environment");

    std::fs::remove_file(bare.programs().join("python3")).unwrap();
    bare.python("python3", "3.12", "echo 'No module named venv' >&2; exit 1");
    let said = bare.fails(&mut bare.command());
    assert!(said.contains("cannot make a virtual environment"), "{said}");
}

#[test]
fn an_emulator_that_dies_shows_its_last_words() {
    let bare = with_emulator("echo one; printf 'two\\033[31m\\n' >&2; exit 7");
    let output = bare.command().output().unwrap();
    let said = text(&output);
    assert!(!output.status.success());
    assert!(said.contains("ended while it was starting (exit status: 7)"), "{said}");
    assert!(
        said.contains("| one\n") && said.contains("| two[31m"),
        "control characters are taken out: {said:?}"
    );
}

#[test]
fn a_port_that_was_free_a_moment_ago_is_not_tried_twice() {
    // Whoever had the port meanwhile has left it again: only what the emulator says tells.
    let bare = with_emulator(
        "[ -e \"$0.tried\" ] && exit 7; : > \"$0.tried\"; echo \"ERROR: 127.0.0.1:$GATEWAY_PORT is already in use.\"; exit 1",
    );
    let said = text(&bare.command().output().unwrap());
    assert!(said.contains("ended while it was starting (exit status: 7)"), "{said}");
}

#[test]
fn an_emulator_that_does_not_fit_is_named_in_one_line() {
    let bare = with_emulator("echo 'sandbox: this MiniStack does not fit: x has changed' >&2; exit 3");
    let said = text(&bare.command().output().unwrap());
    assert!(
        said.contains("refused to start: this MiniStack does not fit: x has changed"),
        "{said}"
    );
}

#[test]
fn a_new_environment_takes_the_place_of_those_that_nobody_uses() {
    let bare = Bare::new();
    bare.makes_environments();
    let environments = bare.cache().join("env");
    let [idle, used, foreign] = ["0000000000000001", "0000000000000002", "notes"].map(|name| environments.join(name));
    for folder in [&idle, &used, &foreign] {
        std::fs::create_dir_all(folder.join("bin")).unwrap();
    }
    let sandbox = Pretender::new(&bare, "other", &used);
    let lock = std::fs::File::create(bare.cache().join("sandbox/other/lock")).unwrap();
    let there = || [&idle, &used, &foreign].map(|folder| folder.exists());
    // The environment is made, and what is started in it ends at once.
    let make = || {
        let made = |entry: &std::fs::DirEntry| entry.path().join("edemlab-python-version").exists();
        let current = std::fs::read_dir(&environments).unwrap().flatten().find(made);
        if let Some(entry) = current {
            std::fs::remove_dir_all(entry.path()).unwrap();
        }
        let said = text(&bare.command().output().unwrap());
        assert!(said.contains("exit status: 7"), "{said}");
        assert!(
            std::fs::read_dir(&environments)
                .unwrap()
                .flatten()
                .any(|entry| made(&entry))
        );
    };

    lock.lock().unwrap();
    make();
    assert_eq!(
        there(),
        [true; 3],
        "another sandbox is just being started: who knows in which"
    );
    lock.unlock().unwrap();
    make();
    assert_eq!(there(), [false, true, true]);
    drop(sandbox);
    make();
    assert_eq!(there(), [false, false, true], "its sandbox has ended");
    let left = std::fs::read_dir(&environments).unwrap().count();
    assert_eq!(left, 3, "the lock, the notes, the current one; nothing half-removed");
}

/// A process that has the command line of a sandbox, and its state.
struct Pretender(std::process::Child);

impl Pretender {
    fn new(bare: &Bare, name: &str, environment: &std::path::Path) -> Self {
        let mut command = std::process::Command::new("sh");
        command
            .args(["-c", "read line"])
            .arg(environment.join("bin/python"))
            .args(["-u", "-X", "edemlab=token"]);
        let child = command.stdin(std::process::Stdio::piped()).spawn().unwrap();
        let state = serde_json::json!({
            "schema": "edemlab/sandbox/1", "pid": child.id(), "port": 1, "region": "eu-central-1", "token": "token",
            "build": "0", "started": "2026-11-24T10:00:00Z",
        });
        let folder = bare.cache().join("sandbox").join(name);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("state.json"), state.to_string()).unwrap();
        Self(child)
    }
}

impl Drop for Pretender {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
