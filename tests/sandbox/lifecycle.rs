//! `edemlab sandbox`: one process, found again, never mistaken for another, ended when asked.

use crate::common;

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use common::relay::Relay;
use common::{NOBODY, OwnSandbox, State, can_become_nobody, eventually, kill, text};
use serde_json::json;

/// Some process that is none of ours.
struct Stranger(Child);

impl Stranger {
    fn new() -> Self {
        Self(Command::new("sleep").arg("600").spawn().unwrap())
    }

    fn lives(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }

    fn end(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn two_starts_at_once_give_one_process() {
    let own = OwnSandbox::new("twice");
    let begin = || {
        let command = own.sandbox(&["start"]);
        let mut process = Command::new(command.get_program());
        process
            .args(command.get_args())
            .envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        process.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let both = [begin(), begin()].map(|process| process.wait_with_output().unwrap());
    let state = own.state().unwrap();
    for output in both {
        assert!(output.status.success(), "{}", text(&output));
        assert!(
            text(&output).contains(&format!("127.0.0.1:{}", state.port)),
            "{}",
            text(&output)
        );
    }
    #[cfg(target_os = "linux")]
    assert_eq!(
        processes_with(own.folder().join("bridge.py").to_str().unwrap()),
        [state.pid]
    );
    assert_eq!(own.start(&[]), state, "a third start finds it again");
}

#[cfg(target_os = "linux")]
fn processes_with(text: &str) -> Vec<u32> {
    let pids = std::fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let has = |pid: &u32| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).contains(text)
    };
    pids.filter(has).collect()
}

#[test]
fn it_is_stopped_when_asked_and_only_then() {
    let own = OwnSandbox::new("stop");
    let nothing = own.sandbox(&["stop"]).output().unwrap();
    assert!(
        nothing.status.success() && text(&nothing).contains("not running"),
        "{}",
        text(&nothing)
    );

    let state = own.start(&[]);
    assert!(own.is_running());
    assert!(own.sandbox(&["stop"]).output().unwrap().status.success());
    assert!(!own.is_running());
    TcpListener::bind(("127.0.0.1", state.port)).expect("its port is free again");
}

#[test]
fn a_taken_port_is_named() {
    let own = OwnSandbox::new("port");
    let other = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = other.local_addr().unwrap().port().to_string();
    let refused = own.sandbox(&["start", "--port", &port]).output().unwrap();
    assert!(!refused.status.success());
    assert!(
        text(&refused).contains(&format!("port {port} is taken")),
        "{}",
        text(&refused)
    );

    drop(other);
    let state = own.start(&["--port", &port]);
    assert_eq!(state.port.to_string(), port);
    assert_eq!(
        own.start(&["--port", &port]),
        state,
        "asked for where it is, it is found"
    );
    let elsewhere = own.sandbox(&["start", "--port", "1"]).output().unwrap();
    assert!(!elsewhere.status.success());
    assert!(
        text(&elsewhere).contains(&format!("already running on port {port}, not on 1")),
        "{}",
        text(&elsewhere)
    );
}

#[test]
fn a_killed_process_is_noticed() {
    let own = OwnSandbox::new("killed");
    let first = own.start(&[]);
    kill("KILL", first.pid);
    eventually("it is noticed", || !own.is_running());
    let second = own.start(&[]);
    assert_ne!(second.pid, first.pid);
    assert!(own.is_running());
}

#[test]
fn a_process_that_got_its_number_is_left_alone() {
    let own = OwnSandbox::new("recycled");
    let mut state = own.start(&[]);
    kill("KILL", state.pid);
    // A server that answers something else has got the port, too.
    let mut stranger = Stranger::new();
    let server = Relay::answering("200 OK", "", "{\"edition\":\"light\"}");
    state.json["pid"] = stranger.0.id().into();
    state.json["port"] = server.port().into();
    let file = own.folder().join("state.json");
    std::fs::write(&file, state.json.to_string()).unwrap();
    assert!(!own.is_running());
    let stopped = own.sandbox(&["stop"]).output().unwrap();
    assert!(stopped.status.success() && stranger.lives(), "{}", text(&stopped));

    std::fs::write(&file, state.json.to_string()).unwrap();
    let new = own.start(&[]);
    assert!(new.pid != stranger.0.id() && stranger.lives());
}

#[test]
fn a_state_that_cannot_be_read_is_as_good_as_none() {
    let own = OwnSandbox::new("garbage");
    std::fs::create_dir_all(own.folder()).unwrap();
    for garbage in ["", "{", "[]", r#"{"schema":"edemlab/sandbox/0","pid":1}"#, "\u{0}"] {
        std::fs::write(own.folder().join("state.json"), garbage).unwrap();
        assert!(!own.is_running(), "{garbage:?}");
    }
    own.start(&[]);
    assert!(own.is_running());
}

#[test]
fn a_process_that_hangs_can_be_stopped() {
    let own = OwnSandbox::new("hangs");
    let state = own.start(&[]);
    kill("STOP", state.pid);
    let status = own.sandbox(&["status"]).output().unwrap();
    assert!(
        !status.status.success() && text(&status).contains("did not answer"),
        "{}",
        text(&status)
    );
    let stopped = own.sandbox(&["stop"]).output().unwrap();
    assert!(stopped.status.success(), "{}", text(&stopped));
    assert!(!own.is_running());
}

#[test]
fn it_ends_with_its_owner() {
    let own = OwnSandbox::new("owner");
    let mut owner = Stranger::new();
    own.start(&["--owner", &owner.0.id().to_string()]);
    assert!(own.is_running());
    owner.end();
    eventually("it ended", || !own.is_running());
}

#[test]
fn it_listens_on_the_loopback_address_only() {
    let own = OwnSandbox::new("loopback");
    let state = own.start(&[]);
    TcpStream::connect(("127.0.0.1", state.port)).unwrap();
    // Of this machine as well, and reached by whoever listens on all addresses.
    #[cfg(target_os = "linux")]
    TcpStream::connect(("127.0.0.2", state.port)).expect_err("only 127.0.0.1");
}

#[cfg(target_os = "linux")]
#[test]
fn nothing_of_the_users_environment_reaches_it() {
    let own = OwnSandbox::new("environment");
    let mut command = own.sandbox(&["start"]);
    for name in [
        "AWS_SECRET_ACCESS_KEY",
        "AWS_PROFILE",
        "AWS_ENDPOINT_URL",
        "HTTP_PROXY",
        "PYTHONPATH",
        "MY_TOKEN",
    ] {
        command.env(name, "http://canary.invalid");
    }
    let started = command.output().unwrap();
    assert!(started.status.success(), "{}", text(&started));
    let seen = std::fs::read(format!("/proc/{}/environ", own.state().unwrap().pid)).unwrap();
    let seen = String::from_utf8_lossy(&seen);
    assert!(!seen.contains("canary"), "{seen}");
    assert!(
        !seen.contains(&format!("HOME={}\0", std::env::var("HOME").unwrap())),
        "{seen}"
    );
}

#[test]
fn each_account_has_a_student_with_a_key_that_is_made_once() {
    use std::os::unix::fs::PermissionsExt;
    let own = OwnSandbox::new("student");
    own.start(&[]);
    let environment = |account: &str| {
        let output = own
            .sandbox(&["env", "--account", account, "--region", "eu-central-1"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", text(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    let first = environment("111122223333");
    assert!(first.contains("export AWS_REGION=eu-central-1"), "{first}");
    let secret = first
        .lines()
        .find_map(|line| line.strip_prefix("export AWS_SECRET_ACCESS_KEY="))
        .unwrap();
    assert_eq!(environment("111122223333"), first);
    assert!(!environment("444455556666").contains(secret));

    let key = own.folder().join("keys/111122223333.json");
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(
        (mode(&key), mode(&own.folder()), mode(&own.folder().join("log"))),
        (0o600, 0o700, 0o600)
    );
    assert!(
        !std::fs::read_to_string(own.folder().join("log"))
            .unwrap()
            .contains(secret)
    );

    assert!(own.sandbox(&["stop"]).output().unwrap().status.success());
    assert!(!key.exists(), "a key is of no use after its sandbox");
    own.start(&[]);
    assert!(!environment("111122223333").contains(secret));
}

#[test]
fn each_start_has_another_secret_and_only_env_prints_it() {
    let own = OwnSandbox::new("secrets");
    let secret = |state: State| state.json["secret"].as_str().unwrap().to_owned();
    let first = secret(own.start(&[]));
    let root = |account: &str| {
        let printed = own.sandbox(&["env", "--root", "--account", account]).output().unwrap();
        assert!(printed.status.success(), "{}", text(&printed));
        text(&printed)
    };
    let printed = root("111122223333");
    assert!(printed.contains("export AWS_ACCESS_KEY_ID=111122223333\n"), "{printed}");
    assert!(
        printed.contains(&format!("export AWS_SECRET_ACCESS_KEY={first}\n")),
        "{printed}"
    );
    assert!(root("444455556666").contains(&first));
    let student = own.sandbox(&["env"]).output().unwrap();
    assert!(student.status.success() && !text(&student).contains(&first));
    assert!(own.sandbox(&["stop"]).output().unwrap().status.success());
    assert_ne!(secret(own.start(&[])), first);
}

/// Another user's server that has taken the port of a sandbox that is gone, and knows all that was in its command line.
#[test]
fn a_server_without_the_secret_is_not_taken_for_the_sandbox() {
    let own = OwnSandbox::new("impostor");
    let mut state = own.start(&[]);
    let page =
        json!({"edition": format!("edemlab={}", state.json["token"].as_str().unwrap()), "proof": "00".repeat(32)});
    let impostor = Relay::answering("200 OK", "content-type: application/json\r\n", &page.to_string());
    let address = impostor.endpoint();
    state.json["port"] = address.rsplit(':').next().unwrap().parse::<u16>().unwrap().into();
    std::fs::write(own.folder().join("state.json"), state.json.to_string()).unwrap();
    let said = own.sandbox(&["status"]).output().unwrap();
    assert!(text(&said).contains("did not answer"), "{}", text(&said));
    let secret = state.json["secret"].as_str().unwrap();
    assert!(
        impostor.sent().contains("GET /") && !impostor.sent().contains(secret),
        "{}",
        impostor.sent()
    );
}

/// Another user's process that has got the number of a sandbox that is gone, and says the same in its command line.
#[test]
fn another_users_process_is_not_taken_for_the_sandbox() {
    if !can_become_nobody() {
        return;
    }
    let own = OwnSandbox::new("double");
    let mut state = own.start(&[]);
    assert!(own.sandbox(&["stop"]).output().unwrap().status.success());
    let name = format!("edemlab={}", state.json["token"].as_str().unwrap());
    let double = Command::new("bash")
        .args(["-c", "exec -a \"$0\" sleep 600", &name])
        .uid(NOBODY)
        .gid(NOBODY)
        .current_dir("/")
        .spawn();
    let mut double = Stranger(double.unwrap());
    eventually("it says so", || {
        let line = std::fs::read_to_string(format!("/proc/{}/cmdline", double.0.id())).unwrap_or_default();
        !cfg!(target_os = "linux") || line.starts_with(&name)
    });
    state.json["pid"] = double.0.id().into();
    std::fs::write(own.folder().join("state.json"), state.json.to_string()).unwrap();
    let said = own.sandbox(&["status"]).output().unwrap();
    assert!(text(&said).contains("not running"), "{}", text(&said));
    assert_ne!(own.start(&[]).pid, double.0.id());
    assert!(double.lives(), "it is left alone");
}

#[test]
#[cfg(target_os = "linux")]
fn a_connection_that_its_client_has_closed_is_closed() {
    let own = OwnSandbox::new("closed");
    assert!(own.sandbox(&["start"]).output().unwrap().status.success());
    let port = own.state().unwrap().port;
    let began = std::time::Instant::now();
    for _ in 0..20 {
        let mut connection = TcpStream::connect(("127.0.0.1", port)).unwrap();
        write!(connection, "HEAD / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n").unwrap();
        // All of it: with an answer half read, a connection is reset and not closed.
        let mut answer = BufReader::new(&connection).lines();
        assert!(answer.any(|line| line.unwrap().is_empty()));
    }
    eventually("all are closed", || common::sockets::to(port).half_closed == 0);
    // An idle one is kept for 75 s: none of these has waited for that.
    assert!(began.elapsed().as_secs() < 60);
}
