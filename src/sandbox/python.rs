//! Finding a Python that is new enough, whatever it is called here.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::time::Duration;

use tokio::process::Command;

use super::error::SandboxError;

/// The oldest version that the emulator runs on.
const OLDEST: (u32, u32) = (3, 10);

/// What Python 2 and 3 both understand.
const ASK: &str = "import sys; print('%d.%d' % sys.version_info[:2]); print(sys.executable)";

/// An interpreter that answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Python {
    pub program: PathBuf,
    pub version: (u32, u32),
}

/// What `EDEMLAB_PYTHON` names, if it is set.
pub(super) fn chosen() -> Option<OsString> {
    std::env::var_os("EDEMLAB_PYTHON").filter(|program| !program.is_empty())
}

/// The first interpreter that is new enough; only the chosen one if there is one.
pub(super) async fn find() -> Result<Python, SandboxError> {
    if let Some(program) = chosen() {
        let unusable = |reason| SandboxError::PythonUnusable {
            program: program.to_string_lossy().into(),
            reason,
        };
        let python = ask(&program, &[]).await.map_err(unusable)?;
        return if python.version >= OLDEST {
            Ok(python)
        } else {
            Err(too_old(&[python]))
        };
    }
    let (mut old, candidates) = (Vec::new(), candidates());
    for (program, args) in &candidates {
        match ask(OsStr::new(program), args).await {
            Ok(python) if python.version >= OLDEST => return Ok(python),
            Ok(python) if !old.contains(&python) => old.push(python),
            _ => {}
        }
    }
    if old.is_empty() {
        let tried: Vec<&str> = candidates.iter().map(|(program, _)| program.as_str()).collect();
        Err(SandboxError::NoPython {
            tried: format!("uv, {}", tried.join(", ")),
        })
    } else {
        Err(too_old(&old))
    }
}

/// Whether the interpreter of an environment still runs, and as which version.
pub(super) async fn version_of(program: &std::path::Path) -> Option<(u32, u32)> {
    ask(program.as_os_str(), &["-I", "-S"])
        .await
        .ok()
        .map(|python| python.version)
}

fn candidates() -> Vec<(String, Vec<&'static str>)> {
    let versions = (OLDEST.1..=14).rev().map(|minor| format!("python3.{minor}"));
    let mut all: Vec<_> = std::iter::once("python3".to_owned())
        .chain(versions)
        .map(|name| (name, vec![]))
        .collect();
    all.push(("python".into(), vec![]));
    if cfg!(windows) {
        all.push(("py".into(), vec!["-3"]));
    }
    all
}

fn too_old(found: &[Python]) -> SandboxError {
    let one = |python: &Python| {
        format!(
            "{}.{} ({})",
            python.version.0,
            python.version.1,
            python.program.display()
        )
    };
    SandboxError::PythonTooOld {
        found: found.iter().map(one).collect::<Vec<_>>().join(", "),
    }
}

async fn ask(program: &OsStr, args: &[&str]) -> Result<Python, String> {
    let mut command = Command::new(program);
    command
        .args(args)
        .args(["-c", ASK])
        .stdin(std::process::Stdio::null())
        .kill_on_drop(true);
    for name in CONFUSING {
        command.env_remove(name);
    }
    let output = match tokio::time::timeout(Duration::from_secs(20), command.output()).await {
        Err(_) => return Err("it did not answer within 20 s".into()),
        Ok(Err(error)) => return Err(error.to_string()),
        Ok(Ok(output)) => output,
    };
    let text = String::from_utf8_lossy(&output.stdout);
    understand(&text).ok_or_else(|| {
        let complaint = super::error::tail(&String::from_utf8_lossy(&output.stderr), 1);
        format!("it does not print its version ({}; {complaint})", output.status)
    })
}

/// Reads what [`ASK`] prints.
fn understand(text: &str) -> Option<Python> {
    let mut lines = text.lines();
    let (major, minor) = lines.next()?.trim().split_once('.')?;
    let program = lines.next().map(str::trim).filter(|line| !line.is_empty())?;
    Some(Python {
        program: program.into(),
        version: (major.parse().ok()?, minor.parse().ok()?),
    })
}

/// Settings of the user's shell that would lead an interpreter or an installer astray.
pub(super) const CONFUSING: [&str; 9] = [
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "__PYVENV_LAUNCHER__",
    "VIRTUAL_ENV",
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_USER",
    "PIP_ROOT",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_has_a_version_and_a_path() {
        let python = understand("3.12\n/usr/bin/python3.12\n").unwrap();
        assert_eq!(
            (python.version, python.program),
            ((3, 12), PathBuf::from("/usr/bin/python3.12"))
        );
        for odd in [
            "",
            "3\n/x",
            "3.12",
            "three.ten\n/x",
            "Python was not found; run without arguments to install\n",
        ] {
            assert_eq!(understand(odd), None, "{odd:?}");
        }
    }

    #[test]
    fn the_plain_name_comes_first_and_newer_ones_before_older() {
        let names: Vec<String> = candidates().into_iter().map(|(name, _)| name).collect();
        let place = |name: &str| names.iter().position(|other| other == name).unwrap();
        assert!(place("python3") < place("python3.13"));
        assert!(place("python3.13") < place("python3.10"));
        assert!(place("python3.10") < place("python"));
    }
}
