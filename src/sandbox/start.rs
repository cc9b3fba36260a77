//! Finding the running sandbox, or starting one.

use super::error::SandboxError;
use super::event::SandboxEvent;
use super::log_end::{end_of_log, silent};
use super::process::{self, Launch};
use super::running::{LastStart, Sandbox, find};
use super::secret::SandboxSecret;
use super::state::{SandboxState, Schema};
use super::{Paths, environment, lock, paths};
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

/// How it should be started, if it is not running yet.
#[derive(Debug, Clone)]
pub struct StartOptions {
    /// Where it must listen; a free port if none is given.
    pub port: Option<u16>,
    /// It ends by itself when this process has ended.
    pub owner: Option<u32>,
    /// The region of a request that names none.
    pub region: String,
}

impl Default for StartOptions {
    fn default() -> Self {
        Self {
            port: None,
            owner: None,
            region: "us-east-1".into(),
        }
    }
}

/// How long a new emulator may take to answer, and one that is there but silent.
const START_TIMEOUT: Duration = Duration::from_secs(30);

const SILENCE_TIMEOUT: Duration = Duration::from_secs(10);

/// The exit code of the bridge when the emulator is not the one it knows.
const DOES_NOT_FIT: i32 = 3;

/// What the emulator says, and Python, where a port is taken.
const PORT_IN_USE: &str = "already in use";

/// Another program can take a free port before the emulator does.
const ATTEMPTS: usize = 5;

/// The sandbox: the one that runs, else a new one. Two commands at once get the same one.
pub async fn start(paths: &Paths, options: &StartOptions, on: &dyn Fn(SandboxEvent)) -> Result<Sandbox, SandboxError> {
    if let LastStart::Running(sandbox) = find(paths).await {
        return reuse(sandbox, options, on);
    }
    paths::create_folder(paths.run())?;
    let _lock = lock::acquire(&paths.lock(), || on(SandboxEvent::Waiting)).await?;
    match find(paths).await {
        LastStart::Running(sandbox) => return reuse(sandbox, options, on),
        LastStart::Silent(state) => {
            // Its starter may have been killed meanwhile, or it may be busy.
            if let Some(secret) = answers_within(&state, SILENCE_TIMEOUT).await {
                return reuse(Sandbox::new(paths, state, secret), options, on);
            }
            on(SandboxEvent::Replacing { pid: state.pid });
            if !process::end(state.pid, &state.token, state.port).await {
                return Err(SandboxError::Unstoppable {
                    pid: state.pid,
                    port: state.port,
                });
            }
        }
        LastStart::Nothing => {}
    }
    SandboxState::remove(paths)?;
    if let Some(port) = options.port {
        process::check_port(port)?;
    }
    let began = Instant::now();
    let python = environment::ensure(paths, on).await?;
    let sandbox = launch(paths, &python, options, on).await?;
    on(SandboxEvent::Ready {
        port: sandbox.port,
        seconds: began.elapsed().as_secs_f64(),
    });
    Ok(sandbox)
}

fn reuse(sandbox: Sandbox, options: &StartOptions, on: &dyn Fn(SandboxEvent)) -> Result<Sandbox, SandboxError> {
    match options.port {
        Some(asked) if asked != sandbox.port => Err(SandboxError::OtherPort {
            running: sandbox.port,
            asked,
        }),
        _ => {
            on(SandboxEvent::Reused {
                port: sandbox.port,
                outdated: sandbox.outdated,
            });
            Ok(sandbox)
        }
    }
}

async fn answers_within(state: &SandboxState, patience: Duration) -> Option<SandboxSecret> {
    let asked = Instant::now();
    // One without a secret is of an older version, and will not get one.
    while state.secret.is_some() && asked.elapsed() < patience && process::is_ours(state.pid, &state.token) {
        if let Some(secret) = state.answers().await {
            return Some(secret);
        }
        // Between two looks; how long in all is limited.
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    None
}

async fn launch(
    paths: &Paths,
    python: &std::path::Path,
    options: &StartOptions,
    on: &dyn Fn(SandboxEvent),
) -> Result<Sandbox, SandboxError> {
    let mut attempt = 1;
    loop {
        let port = match options.port {
            Some(port) => port,
            None => process::free_port()?,
        };
        on(SandboxEvent::Starting { port });
        let token = uuid::Uuid::new_v4().simple().to_string();
        let secret = SandboxSecret::random().map_err(|cause| SandboxError::Random { cause })?;
        let (region, owner) = (options.region.as_str(), options.owner);
        let mut child = process::spawn(
            paths,
            &Launch {
                python,
                port,
                region,
                token: &token,
                secret: &secret,
                owner,
            },
        )?;
        let state = SandboxState {
            schema: Schema::One,
            pid: child.id(),
            port,
            region: region.into(),
            token,
            secret: Some(secret),
            build: environment::build(),
            started: chrono::Utc::now(),
        };
        // Written before it answers: if this command is killed now, the next one still finds the process.
        let ended = match state.write(paths) {
            Ok(()) => wait(paths, &state, &mut child).await,
            Err(error) => Err(error),
        };
        let error = match ended {
            Ok(Ended::Answers(secret)) => return Ok(Sandbox::new(paths, state, secret)),
            Ok(Ended::Died(status)) => died(paths, port, status),
            Err(error) => {
                process::end(state.pid, &state.token, state.port).await;
                error
            }
        };
        SandboxState::remove(paths)?;
        let lost_race = matches!(error, SandboxError::PortTaken { .. }) && options.port.is_none();
        if !lost_race || attempt == ATTEMPTS {
            return Err(error);
        }
        attempt += 1;
    }
}

/// How waiting for an emulator ended.
enum Ended {
    /// It answers, and has proved that it knows this.
    Answers(SandboxSecret),
    /// It is gone.
    Died(ExitStatus),
}

/// Waits until the emulator answers, or has ended with a status.
async fn wait(paths: &Paths, state: &SandboxState, child: &mut Child) -> Result<Ended, SandboxError> {
    let (began, mut pause) = (Instant::now(), Duration::from_millis(20));
    loop {
        let ended = child
            .try_wait()
            .map_err(|cause| SandboxError::file("wait for", paths.run(), cause))?;
        if let Some(status) = ended {
            return Ok(Ended::Died(status));
        }
        if let Some(secret) = state.answers().await {
            return Ok(Ended::Answers(secret));
        }
        if began.elapsed() > START_TIMEOUT {
            return Err(silent(paths, state, START_TIMEOUT.as_secs()));
        }
        // Between two looks; how long in all is limited.
        tokio::time::sleep(pause).await;
        pause = (pause * 3 / 2).min(Duration::from_millis(100));
    }
}

/// Why an emulator ended that should have answered.
fn died(paths: &Paths, port: u16, status: ExitStatus) -> SandboxError {
    if status.code() == Some(DOES_NOT_FIT) {
        let line = end_of_log(paths, 1);
        return SandboxError::Bridge {
            reason: line.strip_prefix("sandbox: ").unwrap_or(&line).to_owned(),
        };
    }
    let output = end_of_log(paths, 12);
    match process::check_port(port) {
        Err(taken) => taken,
        // Whoever had it may have left it again: a connection has a port of its own for a moment.
        Ok(()) if output.contains(PORT_IN_USE) => SandboxError::PortTaken { port },
        Ok(()) => SandboxError::Died {
            status: status.to_string(),
            log: paths.log(),
            output,
        },
    }
}
