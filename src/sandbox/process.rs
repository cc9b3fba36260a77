//! The emulator as a process: starting it so that it outlives us, asking who it is, ending it.

use std::ffi::OsString;
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::error::SandboxError;
use super::paths::{self, Paths};
use super::secret::SandboxSecret;
use super::{bridge, http};
use crate::private;

/// A warm function costs about 47 MB, a cold start some tenths of a second.
const WARM_SECONDS: &str = "30";

/// What the emulator may see of the user's environment: nothing that names an account, a region or an endpoint.
const HANDED_ON: [&str; 9] = [
    "PATH",
    "LANG",
    "LC_ALL",
    "LD_LIBRARY_PATH",
    "SYSTEMROOT",
    "COMSPEC",
    "PATHEXT",
    "WINDIR",
    "NUMBER_OF_PROCESSORS",
];

/// How one emulator is started.
pub(super) struct Launch<'a> {
    pub python: &'a Path,
    pub port: u16,
    pub region: &'a str,
    pub token: &'a str,
    pub secret: &'a SandboxSecret,
    pub owner: Option<u32>,
}

/// Starts the emulator with a fresh log and fresh folders. It keeps running when this process ends.
pub(super) fn spawn(paths: &Paths, launch: &Launch<'_>) -> Result<Child, SandboxError> {
    for folder in [paths.home(), paths.temporary()] {
        paths::remove_folder(&folder)?;
        paths::create_folder(&folder)?;
    }
    bridge::write(paths)?;
    let log_path = paths.log();
    let unwritable = |cause| SandboxError::file("write", &log_path, cause);
    let log = private::options().truncate(true).open(&log_path).map_err(unwritable)?;
    let errors = log.try_clone().map_err(unwritable)?;

    let mut command = Command::new(launch.python);
    // Python keeps `-X` options that it does not know: the token is in the command line, and the program does not see it.
    command.arg("-u").arg("-X").arg(mark(launch.token)).arg(paths.bridge());
    command
        .env_clear()
        .envs(environment(paths, launch))
        .current_dir(paths.home());
    // The secret goes through a pipe: others can read a command line, and functions inherit the environment.
    command.stdin(Stdio::piped()).stdout(log).stderr(errors);
    detach(&mut command);
    let mut child = command.spawn().map_err(|cause| SandboxError::Spawn {
        program: launch.python.into(),
        cause,
    })?;
    if let Some(mut input) = child.stdin.take() {
        // One that has ended already is found so by whoever waits for it.
        let _ = input.write_all(format!("{}\n", launch.secret.expose()).as_bytes());
    }
    Ok(child)
}

fn environment(paths: &Paths, launch: &Launch<'_>) -> Vec<(&'static str, OsString)> {
    let mut all: Vec<(&'static str, OsString)> = HANDED_ON
        .into_iter()
        .filter_map(|name| Some((name, std::env::var_os(name)?)))
        .collect();
    for name in ["HOME", "USERPROFILE"] {
        all.push((name, paths.home().into()));
    }
    for name in ["TMPDIR", "TEMP", "TMP"] {
        all.push((name, paths.temporary().into()));
    }
    // As in AWS Lambda, for the functions that run in it.
    all.push(("TZ", "UTC".into()));
    all.push(("PYTHONUTF8", "1".into()));
    // Its default is 0.0.0.0, and it runs code.
    all.push(("BIND_HOST", "127.0.0.1".into()));
    all.push(("GATEWAY_PORT", launch.port.to_string().into()));
    all.push(("AUTH", "true".into()));
    all.push(("MINISTACK_AUTOCREATE_AWS_MANAGED", "1".into()));
    all.push(("MINISTACK_REGION", launch.region.into()));
    all.push(("LAMBDA_EXECUTOR", "local".into()));
    all.push(("LAMBDA_WARM_TTL_SECONDS", WARM_SECONDS.into()));
    if let Some(owner) = launch.owner {
        all.push(("EDEMLAB_OWNER_PID", owner.to_string().into()));
    }
    all
}

/// The token as it appears in the command line.
fn mark(token: &str) -> String {
    format!("edemlab={token}")
}

/// Whether an emulator that knows this secret answers on this port. It is told a signature and a challenge, never the secret.
pub(super) async fn answers(port: u16, secret: &SandboxSecret) -> bool {
    let challenge = uuid::Uuid::new_v4().simple().to_string();
    let path = format!("/_edemlab/health?challenge={challenge}");
    let health = http::ask(port, secret, "GET", &path, Duration::from_secs(3)).await;
    health.is_ok_and(|page| {
        let proof = page.body["proof"].as_str().unwrap_or_default();
        page.status == 200 && secret.is_proved(&challenge, proof)
    })
}

/// A port of the loopback interface that is free at this moment.
pub(super) fn free_port() -> Result<u16, SandboxError> {
    let refused = |cause| SandboxError::PortRefused { port: 0, cause };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(refused)?;
    Ok(listener.local_addr().map_err(refused)?.port())
}

/// Whether the emulator could listen there. A listener on all interfaces takes the port too, even where the system would
/// let both bind.
pub(super) fn check_port(port: u16) -> Result<(), SandboxError> {
    let address = (Ipv4Addr::LOCALHOST, port).into();
    match TcpListener::bind(address) {
        Err(cause) if cause.kind() == std::io::ErrorKind::AddrInUse => Err(SandboxError::PortTaken { port }),
        Err(cause) => Err(SandboxError::PortRefused { port, cause }),
        Ok(listener) => {
            drop(listener);
            match std::net::TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
                Ok(_) => Err(SandboxError::PortTaken { port }),
                Err(_) => Ok(()),
            }
        }
    }
}

/// Whether the process `pid` runs and is the emulator with this token: never another that got its number.
pub(super) fn is_ours(pid: u32, token: &str) -> bool {
    command_line_of(pid, token).is_some()
}

/// The command line of the emulator with this token, if it runs as the process `pid`.
pub(super) fn command_line_of(pid: u32, token: &str) -> Option<String> {
    command_line(pid).filter(|line| line.contains(&mark(token)))
}

/// Ends the emulator and the functions in it, first politely. True once it is gone and its port is free.
pub(super) async fn end(pid: u32, token: &str, port: u16) -> bool {
    for force in [false, true] {
        // Looked at again right before the signal: the number may be another's by now.
        if is_ours(pid, token) {
            signal(pid, force);
        }
        if within(GRACE, || !is_ours(pid, token)).await {
            // A process loses its command line before its sockets. Later on the port may be another program's.
            within(GRACE, || check_port(port).is_ok()).await;
            return true;
        }
    }
    false
}

/// How long a process may take to end after a signal.
const GRACE: Duration = Duration::from_secs(5);

/// Whether something becomes true in time.
async fn within(patience: Duration, so: impl Fn() -> bool) -> bool {
    let (began, mut pause) = (Instant::now(), Duration::from_millis(5));
    loop {
        if so() {
            return true;
        }
        if began.elapsed() > patience {
            return false;
        }
        // Between two looks; how long in all is limited.
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(100));
    }
}

/// The command line of a process of this user; none for one that is gone or only waits to be buried. Another user's may say
/// whatever it likes.
#[cfg(target_os = "linux")]
fn command_line(pid: u32) -> Option<String> {
    let owner = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(format!("/proc/{pid}")).ok()?);
    if owner != rustix::process::geteuid().as_raw() {
        return None;
    }
    let line = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    Some(String::from_utf8_lossy(&line).into_owned())
}

#[cfg(all(unix, not(target_os = "linux")))]
fn command_line(pid: u32) -> Option<String> {
    let shown = printed(Command::new("ps").args(["-ww", "-o", "uid=,command=", "-p", &pid.to_string()]))?;
    let (owner, line) = shown.trim_start().split_once(' ')?;
    (owner.parse() == Ok(rustix::process::geteuid().as_raw())).then(|| line.to_owned())
}

#[cfg(windows)]
fn command_line(pid: u32) -> Option<String> {
    let query = format!("(Get-CimInstance Win32_Process -Filter 'ProcessId={pid}').CommandLine");
    printed(Command::new("powershell").args(["-NoProfile", "-NonInteractive", "-Command", &query]))
}

#[cfg(not(target_os = "linux"))]
fn printed(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Its own process group: a Ctrl-C in our terminal is not meant for it.
#[cfg(unix)]
fn detach(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

#[cfg(windows)]
fn detach(command: &mut Command) {
    const CREATE_NEW_PROCESS_GROUP: u32 = 0x0000_0200;
    const CREATE_NO_WINDOW: u32 = 0x0800_0000;
    std::os::windows::process::CommandExt::creation_flags(command, CREATE_NEW_PROCESS_GROUP | CREATE_NO_WINDOW);
}

/// The emulator leads a process group of its own, so its functions are in it.
#[cfg(unix)]
fn signal(pid: u32, force: bool) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let group = i32::try_from(pid).ok().filter(|pid| *pid > 1).and_then(Pid::from_raw);
    let Some(group) = group else {
        return;
    };
    let signal = if force { Signal::KILL } else { Signal::TERM };
    // A stopped process would hear of it only when it is continued. One that is gone already needs no signal.
    for signal in [signal, Signal::CONT] {
        let _ = kill_process_group(group, signal);
    }
}

#[cfg(windows)]
fn signal(pid: u32, _force: bool) {
    printed(Command::new("taskkill").args(["/F", "/T", "/PID", &pid.to_string()]));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_process_is_not_the_emulator() {
        assert!(!is_ours(std::process::id(), "0123456789abcdef"));
        assert!(!is_ours(u32::MAX, "0123456789abcdef"));
    }
}
