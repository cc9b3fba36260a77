//! The sandbox on machines that lack something: each ends with a clear word, and nothing half-made stays behind.

#![cfg(unix)]

mod common;

use std::path::Path;

use common::{OwnSandbox, edemlab, eventually, kill, script, text};

/// A machine with nothing in its cache and nothing on its PATH but what a test puts there.
struct Bare(tempfile::TempDir);

impl Bare {
    fn new() -> Self {
        let bare = Self(tempfile::tempdir().unwrap());
        std::fs::create_dir(bare.programs()).unwrap();
        bare
    }

    fn programs(&self) -> std::path::PathBuf {
        self.0.path().join("bin")
    }

    fn cache(&self) -> std::path::PathBuf {
        self.0.path().join("cache")
    }

    /// A Python that tells this version, and does `rest` with all other arguments.
    fn python(&self, name: &str, version: &str, rest: &str) {
        let lines = format!("case \"$*\" in *sys.version_info*) echo {version}; echo \"$0\"; exit;; esac\n{rest}");
        script(&self.programs().join(name), &lines);
    }

    fn command(&self) -> assert_cmd::Command {
        let mut command = edemlab(&["sandbox", "start"]);
        command
            .env("EDEMLAB_CACHE_DIR", self.cache())
            .env_remove("EDEMLAB_PYTHON")
            .env_remove("EDEMLAB_SANDBOX");
        command.env("PATH", self.programs());
        command
    }

    /// Starts, which must fail, and returns what was said.
    fn fails(&self, command: &mut assert_cmd::Command) -> String {
        let output = command.output().unwrap();
        assert!(!output.status.success(), "{}", text(&output));
        let left = std::fs::read_dir(self.cache().join("env")).into_iter().flatten();
        let left: Vec<_> = left
            .map(|entry| entry.unwrap().file_name())
            .filter(|name| name != "lock")
            .collect();
        assert!(left.is_empty(), "left behind: {left:?}");
        text(&output)
    }
}

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
    let began = bare.0.path().join("began");
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

/// A cache whose environments all have this for a Python.
fn with_emulator(lines: &str) -> Bare {
    // The names of the environments are edemlab's own; those of the shared cache are known once there is one.
    let own = OwnSandbox::new(&format!("names-{}", lines.len()));
    own.start(&[]);
    let bare = Bare::new();
    for environment in std::fs::read_dir(own.paths().cache().join("env")).unwrap() {
        let environment = environment.unwrap();
        let copy = bare.cache().join("env").join(environment.file_name());
        if environment.path().is_dir() {
            fake(&copy, lines);
        }
    }
    bare
}

fn fake(environment: &Path, lines: &str) {
    let answer = "case \"$*\" in *sys.version_info*) echo 3.12; echo \"$0\"; exit;; esac";
    script(&environment.join("bin/python"), &format!("{answer}\n{lines}"));
    std::fs::write(environment.join("edemlab-python-version"), "3.12").unwrap();
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
fn an_emulator_that_does_not_fit_is_named_in_one_line() {
    let bare = with_emulator("echo 'sandbox: this MiniStack does not fit: x has changed' >&2; exit 3");
    let said = text(&bare.command().output().unwrap());
    assert!(
        said.contains("refused to start: this MiniStack does not fit: x has changed"),
        "{said}"
    );
}
