//! What tests of the binary share: a sandbox of their own, and waiting for something to become true.

#![allow(dead_code, reason = "not every test file needs all of it")]

#[cfg(unix)]
pub mod aws_cli;
#[cfg(unix)]
pub mod bare;
pub mod browser;
pub mod class;
pub mod classroom;
pub mod cleaner;
pub mod cloud;
pub mod course;
pub mod crates;
pub mod desk;
pub mod fleet;
pub mod graded;
pub mod http;
pub mod linter;
pub mod lms;
pub mod moto;
pub mod orders;
pub mod paced;
pub mod planted;
pub mod rehearsal;
pub mod relay;
#[cfg(unix)]
pub mod running;
pub mod shown;
pub mod sockets;
pub mod taped;
pub mod taught;

use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::{Duration, Instant};

use assert_cmd::Command;
use edemlab::sandbox::Paths;

/// The binary with these arguments.
pub fn edemlab(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_edemlab"));
    command.args(args);
    command
}

/// A sandbox for one test. It shares the user's Python environment, and nothing else with the user's sandbox.
pub struct OwnSandbox {
    name: String,
    paths: Paths,
}

impl OwnSandbox {
    /// `test` names it, together with this process.
    pub fn new(test: &str) -> Self {
        let name = format!("test-{test}-{}", std::process::id());
        let cache = Paths::from_environment().expect("a cache folder").cache().to_owned();
        let paths = Paths::new(&cache, &name).expect("a good name");
        Self { name, paths }
    }

    /// What `EDEMLAB_SANDBOX` says to reach it.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn paths(&self) -> &Paths {
        &self.paths
    }

    /// The folder with its state, log and keys.
    pub fn folder(&self) -> PathBuf {
        self.paths.cache().join("sandbox").join(&self.name)
    }

    /// `edemlab sandbox …` for it.
    pub fn sandbox(&self, args: &[&str]) -> Command {
        let mut command = edemlab(&["sandbox"]);
        command.args(args).env("EDEMLAB_SANDBOX", &self.name);
        command
    }

    /// Starts it, and tells where it listens.
    pub fn start(&self, args: &[&str]) -> State {
        let output = self.sandbox(&["start"]).args(args).output().unwrap();
        assert!(output.status.success(), "{}", text(&output));
        self.state().expect("a state after a start")
    }

    /// What `state.json` says now.
    pub fn state(&self) -> Option<State> {
        let content = std::fs::read_to_string(self.folder().join("state.json")).ok()?;
        let json: serde_json::Value = serde_json::from_str(&content).ok()?;
        let number = |name: &str| json[name].as_u64().expect("a number");
        Some(State {
            pid: number("pid") as u32,
            port: number("port") as u16,
            json,
        })
    }

    /// The interpreter that it runs in.
    #[cfg(unix)]
    pub fn interpreter(&self) -> PathBuf {
        let pid = self.state().expect("it runs").pid.to_string();
        let shown = Command::new("ps")
            .args(["-ww", "-o", "command=", "-p", &pid])
            .output()
            .unwrap();
        let line = text(&shown);
        let (program, _) = line
            .split_once(" -u -X ")
            .unwrap_or_else(|| panic!("no sandbox: {line}"));
        program.into()
    }

    pub fn is_running(&self) -> bool {
        let output = self.sandbox(&["status"]).output().unwrap();
        !text(&output).contains("not running")
    }
}

impl Drop for OwnSandbox {
    fn drop(&mut self) {
        let _ = self.sandbox(&["stop"]).output();
        let _ = std::fs::remove_dir_all(self.folder());
    }
}

/// Where a sandbox runs.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    pub pid: u32,
    pub port: u16,
    pub json: serde_json::Value,
}

/// All that a command printed.
pub fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// How long a test waits for what must come: a machine that does other things as well takes its time.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// Looks again and again, and fails when it is not so within [`PATIENCE`].
pub fn eventually(what: &str, mut so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !so() {
        assert!(began.elapsed() < PATIENCE, "not within {PATIENCE:?}: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Has a command that builds see nothing of what `cargo test` says to a test: some crates' build scripts (ring's) look at
/// it, and they and all behind them would be built again.
pub fn as_outside_of_cargo(command: &mut std::process::Command) {
    for (name, _) in std::env::vars_os() {
        let told = name.to_string_lossy().starts_with("CARGO_") || name == "OUT_DIR";
        if told && name != "CARGO_HOME" {
            command.env_remove(name);
        }
    }
}

/// The user `nobody` of most systems. The tests can become it only if they run as root.
pub const NOBODY: u32 = 65534;

/// Whether tests can become another user; a word about it where they cannot.
#[cfg(unix)]
pub fn can_become_nobody() -> bool {
    let root = rustix::process::getuid().is_root();
    if !root {
        eprintln!("not tested: only root can become another user");
    }
    root
}

/// Sends a signal by its name.
#[cfg(unix)]
pub fn kill(signal: &str, pid: u32) {
    let sent = Command::new("sh")
        .args(["-c", &format!("kill -{signal} {pid}")])
        .output()
        .unwrap();
    assert!(sent.status.success(), "{}", text(&sent));
}

/// A program of a few lines of shell.
#[cfg(unix)]
pub fn script(path: &Path, lines: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, format!("#!/bin/sh\n{lines}\n")).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// Ends a process and all that it has started in its group.
#[cfg(unix)]
pub fn kill_group(leader: u32) {
    let leader = i32::try_from(leader).ok().and_then(rustix::process::Pid::from_raw);
    // It may have ended by itself.
    let _ = rustix::process::kill_process_group(leader.expect("a process"), rustix::process::Signal::KILL);
}
