//! Programs of this computer. Each is given a few seconds.

use super::item::{Observed, Prerequisite, Readiness};
use crate::report::text::cut;
use crate::sandbox::{self, Interpreter, Paths};
use std::future::Future;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;

/// How long a program may take to tell its version, and Docker to ask its engine.
const PROGRAM_TIMEOUT: Duration = Duration::from_secs(10);

/// How long Python and the sandbox may take: several programs one after the other.
const SLOW_PROGRAM_TIMEOUT: Duration = Duration::from_secs(20);

/// What became of a program.
enum ProgramOutcome {
    /// The first line of what it printed.
    Well(String),
    /// The last line of its complaint.
    Badly(String),
    TooLate,
    NotThere,
}

async fn run(program: &str, args: &[&str]) -> ProgramOutcome {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).kill_on_drop(true);
    let output = match tokio::time::timeout(PROGRAM_TIMEOUT, command.output()).await {
        Err(_) => return ProgramOutcome::TooLate,
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::NotFound => return ProgramOutcome::NotThere,
        Ok(Err(error)) => return ProgramOutcome::Badly(error.to_string()),
        Ok(Ok(output)) => output,
    };
    let out = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let err = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    let line = |line: Option<&str>| cut(line.unwrap_or_default().trim(), 200);
    if output.status.success() {
        // Old versions of the AWS CLI tell theirs on standard error.
        ProgramOutcome::Well(line(if out.is_empty() { &err } else { &out }.lines().next()))
    } else {
        ProgramOutcome::Badly(line(err.lines().last().or(out.lines().last())))
    }
}

pub(super) async fn python() -> Prerequisite {
    let seen = match limited(sandbox::interpreter()).await {
        Some(Ok(Interpreter::Uv)) => Observed::ready("uv, which brings a Python"),
        Some(Ok(Interpreter::Python { version, program })) => {
            Observed::ready(format!("{}.{} with venv, {}", version.0, version.1, program.display()))
        }
        // The message says what to do, too.
        Some(Err(error)) => Observed::new(Readiness::Missing, error.to_string(), []),
        None => Observed::new(
            Readiness::Unknown,
            format!("it did not answer within {} s", SLOW_PROGRAM_TIMEOUT.as_secs()),
            ["Try `python3 --version`, or let EDEMLAB_PYTHON name another one."],
        ),
    };
    Prerequisite::new("python", "Python", "the sandbox", seen)
}

pub(super) async fn sandbox() -> Prerequisite {
    let seen = match limited(examined()).await {
        Some(seen) => seen,
        None => Observed::new(
            Readiness::Unknown,
            "it did not answer in time",
            ["`edemlab sandbox stop` ends it."],
        ),
    };
    Prerequisite::new("sandbox", "Sandbox", "trying everything without an AWS account", seen)
}

async fn examined() -> Observed {
    let paths = match Paths::from_environment() {
        Ok(paths) => paths,
        Err(error) => return Observed::new(Readiness::Missing, error.to_string(), []),
    };
    match sandbox::status(&paths).await {
        Ok(Some(running)) if running.outdated => Observed::new(
            Readiness::Warning,
            format!("runs at {}, started by another version of edemlab", running.endpoint),
            ["`edemlab sandbox stop`; the next start is this version's."],
        ),
        Ok(Some(running)) => Observed::ready(format!("runs at {}", running.endpoint)),
        Ok(None) if sandbox::is_made(&paths).await => Observed::ready("installed, not running"),
        Ok(None) => Observed::ready("not installed yet: its first start does that, from the network"),
        Err(error) => Observed::new(Readiness::Warning, error.to_string(), []),
    }
}

pub(super) async fn aws_cli() -> Prerequisite {
    let seen = match run("aws", &["--version"]).await {
        ProgramOutcome::Well(version) => {
            Observed::ready(version.split(' ').next().unwrap_or_default().replace('/', " "))
        }
        other => Observed::new(
            Readiness::Optional,
            other.complaint(),
            ["https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html; CloudShell has it."],
        ),
    };
    Prerequisite::new(
        "aws-cli",
        "AWS CLI",
        "the guide's commands; the console does as well",
        seen,
    )
}

pub(super) async fn docker() -> Prerequisite {
    let (client, engine) = tokio::join!(
        run("docker", &["--version"]),
        run("docker", &["version", "--format", "{{.Server.Version}}"]),
    );
    const START: &str = "Start Docker Desktop, or `sudo systemctl start docker`; CloudShell has a running one.";
    let seen = match (client, engine) {
        (ProgramOutcome::Well(_), ProgramOutcome::Well(version)) if !version.is_empty() => {
            Observed::ready(format!("its engine answers, version {version}"))
        }
        (ProgramOutcome::Well(client), engine) => {
            let found = format!("{client}; its engine: {}", engine.complaint());
            Observed::new(Readiness::Optional, found, [START])
        }
        (client, _) => Observed::new(
            Readiness::Optional,
            client.complaint(),
            ["https://docs.docker.com/get-started/get-docker/; CloudShell has it."],
        ),
    };
    Prerequisite::new("docker", "Docker", "steps that build a container image", seen)
}

impl ProgramOutcome {
    fn complaint(self) -> String {
        match self {
            Self::NotThere => "not found on PATH".to_owned(),
            Self::TooLate => format!("no answer within {} s", PROGRAM_TIMEOUT.as_secs()),
            Self::Badly(why) | Self::Well(why) if why.is_empty() => "it does not work, and does not say why".to_owned(),
            Self::Badly(why) | Self::Well(why) => why,
        }
    }
}

async fn limited<T>(what: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(SLOW_PROGRAM_TIMEOUT, what).await.ok()
}
