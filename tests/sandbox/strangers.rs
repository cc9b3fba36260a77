//! Whoever else is on this computer, another user and a page in the browser, makes and runs nothing in a sandbox.

use crate::common;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::browser::Browser;
use common::cloud::{Cloud, run, shared, wait};
use common::relay::Relay;
use common::{NOBODY, PATIENCE, can_become_nobody, eventually, http, text};
use edemlab::account::services::{IAM, LAMBDA};
use hyper::Response;
use serde_json::{Value, json};

fn cloud() -> &'static Cloud {
    shared("strangers")
}

/// A function that makes the file that it is told, packed.
const CODE: &str = "UEsDBBQAAAAAAAAAIQBqcKZzQgAAAEIAAAAIAAAAaW5kZXgucHlkZWYgaGFuZGxlcihldmVudCwgY29udGV4dCk6CiAgICBvcGVuKGV2\
                    ZW50WydmaWxlJ10sICd3JykuY2xvc2UoKQpQSwECFAMUAAAAAAAAACEAanCmc0IAAABCAAAACAAAAAAAAAAAAAAApAEAAAAAaW5kZXgu\
                    cHlQSwUGAAAAAAEAAQA2AAAAaAAAAAAA";

const TRUST: &str =
    r#"{"Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

/// The three requests that run code, each with its service, path, content type and body.
fn attack(account: &str, file: &Path) -> [(&'static str, &'static str, &'static str, String); 3] {
    let encoded = percent_encoding::utf8_percent_encode(TRUST, percent_encoding::NON_ALPHANUMERIC);
    let form = format!("Action=CreateRole&Version=2010-05-08&RoleName=intruder&AssumeRolePolicyDocument={encoded}");
    let function = json!({
        "FunctionName": "intruder", "Runtime": "python3.13", "Handler": "index.handler", "Code": {"ZipFile": CODE},
        "Role": format!("arn:aws:iam::{account}:role/intruder"),
    });
    [
        ("iam", "/", "application/x-www-form-urlencoded", form),
        ("lambda", "/2015-03-31/functions", "text/plain", function.to_string()),
        (
            "lambda",
            "/2015-03-31/functions/intruder/invocations",
            "text/plain",
            json!({"file": file}).to_string(),
        ),
    ]
}

/// A file that a function may make, in a folder of its own.
fn marker(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("ran")
}

/// Nothing of the attack is in the account, and no code ran.
fn nothing_happened(account: &str, file: &Path) {
    let root = cloud().root(account);
    let roles = wait(root.call(&IAM, "ListRoles", json!({}))).unwrap();
    let none = roles["Roles"].as_array().is_none_or(Vec::is_empty);
    assert!(none, "a role was made in {account}: {roles}");
    let (action, path) = ("lambda:ListFunctions", "/2015-03-31/functions/");
    let functions = wait(root.get(&LAMBDA, action, path, &[])).unwrap();
    let none = functions["Functions"].as_array().is_some_and(Vec::is_empty);
    assert!(none, "a function was made in {account}: {functions}");
    assert!(!file.exists(), "code ran as whoever runs the sandbox");
}

/// The way in is good for who knows the secret: otherwise the tests below would prove nothing.
#[test]
fn the_attack_runs_code_for_who_knows_the_secret() {
    let (account, folder) = ("199000000001", tempfile::tempdir().unwrap());
    let file = marker(&folder);
    let trust: Value = serde_json::from_str(TRUST).unwrap();
    cloud().deploy(
        account,
        &json!({"Resources": {
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}},
            "Function": {"Type": "AWS::Lambda::Function", "Properties": {
                "FunctionName": "intruder", "Runtime": "python3.13", "Handler": "index.handler",
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Code": {"ZipFile": "def handler(event, context):\n    open(event['file'], 'w').close()\n"},
            }},
        }}),
    );
    let root = cloud().root(account);
    let event = json!({"file": file});
    wait(root.invoke("intruder", &event, PATIENCE)).unwrap();
    assert!(file.exists());
}

/// What the server on this port answers to another user's request.
fn asked_by_nobody(port: u16, request: &str) -> String {
    let mut process = Command::new("bash")
        .args(["-c", "exec 3<>/dev/tcp/127.0.0.1/$0 && cat >&3 && cat <&3"])
        .arg(port.to_string())
        .uid(NOBODY)
        .gid(NOBODY)
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    process.stdin.take().unwrap().write_all(request.as_bytes()).unwrap();
    let output = process.wait_with_output().unwrap();
    assert!(output.stderr.is_empty(), "{}", text(&output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn request(host: &str, path: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("POST {path} HTTP/1.0\r\nHost: {host}\r\nContent-Length: {length}\r\n{headers}\r\n{body}")
}

fn port() -> u16 {
    cloud().own().state().unwrap().port
}

/// Where a key stands that claims to be a root user's, without its secret.
fn credential(account: &str, service: &str) -> String {
    let today = chrono::Utc::now().format("%Y%m%d");
    format!("{account}/{today}/eu-central-1/{service}/aws4_request")
}

#[test]
fn another_user_makes_and_runs_nothing() {
    if !can_become_nobody() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (account, file) = ("199000000002", marker(&folder));
    let state = cloud().own().state().unwrap();
    let token = state.json["token"].as_str().unwrap().to_owned();
    let now = chrono::Utc::now().format("%Y%m%dT%H%M%SZ").to_string();
    for (service, path, kind, body) in attack(account, &file) {
        let scope = credential(account, service);
        let signed = |signature: &str| {
            format!(
                "Content-Type: {kind}\r\nX-Amz-Date: {now}\r\nAuthorization: AWS4-HMAC-SHA256 Credential={scope}, \
                 SignedHeaders=host;x-amz-date, Signature={signature}\r\n"
            )
        };
        let query = format!(
            "{path}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={}&X-Amz-Date={now}&X-Amz-SignedHeaders=host&\
             X-Amz-Expires=600&X-Amz-Signature={}",
            scope.replace('/', "%2F"),
            "0".repeat(64)
        );
        let own = format!("127.0.0.1:{}", state.port);
        for host in [&own, "127.0.0.1:1", "localhost", "sts.amazonaws.com", "evil.example"] {
            let plain = format!("Content-Type: {kind}\r\n");
            let zeros = signed(&"0".repeat(64));
            let attempts = [
                (path, &plain),
                (path, &zeros),
                (&query, &plain),
                (path, &signed(&token)),
            ];
            for (path, headers) in attempts {
                let answer = asked_by_nobody(state.port, &request(host, path, headers, &body));
                let status = answer.split(' ').nth(1).unwrap_or_default();
                assert!(["400", "403"].contains(&status), "{host} {path} {headers}: {answer}");
            }
        }
    }
    nothing_happened(account, &file);
}

/// What others can read of the process opens nothing: there is a token in its command line.
#[test]
fn another_user_finds_no_secret() {
    let state = cloud().own().state().unwrap();
    let secret = state.json["secret"].as_str().unwrap();
    let folder = cloud().own().folder();
    for private in ["state.json", "log", "bridge.py"] {
        let mode = std::fs::metadata(folder.join(private)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{private}");
    }
    let shown = Command::new("ps")
        .args(["-ww", "-o", "command=", "-p", &state.pid.to_string()])
        .output()
        .unwrap();
    assert!(text(&shown).contains(state.json["token"].as_str().unwrap()) && !text(&shown).contains(secret));
    #[cfg(target_os = "linux")]
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        for file in ["cmdline", "environ"] {
            let seen = std::fs::read(entry.path().join(file)).unwrap_or_default();
            assert!(
                !String::from_utf8_lossy(&seen).contains(secret),
                "{:?}/{file}",
                entry.path()
            );
        }
    }
    let log = std::fs::read_to_string(folder.join("log")).unwrap();
    assert!(!log.contains(secret), "{log}");
    for args in [&["status"][..], &["inbox"], &["start"]] {
        let output = cloud().own().sandbox(args).output().unwrap();
        assert!(
            output.status.success() && !text(&output).contains(secret),
            "{}",
            text(&output)
        );
    }
    if can_become_nobody() {
        let state = folder.join("state.json");
        let read = Command::new("cat")
            .arg(&state)
            .current_dir("/")
            .uid(NOBODY)
            .gid(NOBODY)
            .output()
            .unwrap();
        assert!(!read.status.success(), "{}", text(&read));
    }
}

/// Serves one page to a browser, on a port of its own.
fn page() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    http::serve(listener, |_| async {
        let page = http::body("<!DOCTYPE html><title>A page</title>");
        Ok(Response::builder()
            .header("content-type", "text/html")
            .body(page)
            .unwrap())
    });
    format!("http://{address}/")
}

/// The script of a page that sends the attack to an endpoint, and whatever else it might try. Says what it could read.
fn script(endpoint: &str, account: &str, file: &Path, same_origin: bool) -> String {
    let requests: Vec<Value> = attack(account, file)
        .into_iter()
        .map(|(service, path, kind, body)| {
            let scope = credential(account, service);
            json!({"path": path, "kind": kind, "body": body, "scope": scope})
        })
        .collect();
    let (requests, now) = (Value::from(requests), chrono::Utc::now().format("%Y%m%dT%H%M%SZ"));
    format!(
        "const read = [], zeros = '0'.repeat(64);
         const ask = async (path, options) => {{
             try {{
                 const answer = await fetch('{endpoint}' + path, options);
                 if (answer.ok) read.push(path + ': ' + await answer.text());
             }} catch (error) {{}}
         }};
         for (const {{path, kind, body, scope}} of {requests}) {{
             const query = path + '?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=' + encodeURIComponent(scope)
                 + '&X-Amz-Date={now}&X-Amz-Expires=600&X-Amz-SignedHeaders=host&X-Amz-Signature=' + zeros;
             const authorization = 'AWS4-HMAC-SHA256 Credential=' + scope + ', SignedHeaders=host, Signature=' + zeros;
             const headers = {{'content-type': kind}};
             const mode = {same_origin} ? 'same-origin' : 'no-cors';
             await ask(path, {{method: 'POST', mode, body, headers}});
             await ask(query, {{method: 'POST', mode, body, headers}});
             await ask(query, {{method: 'POST', mode: 'cors', body, headers}});
             await ask(path, {{method: 'POST', mode: 'cors', body, headers: {{...headers, authorization, 'x-amz-date': '{now}'}}}});
         }}
         for (const path of ['/_ministack/health', '/_edemlab/inbox', '/_ministack/lambda-code/intruder']) {{
             await ask(path, {{mode: 'cors'}});
             await ask(path, {{mode: 'no-cors'}});
         }}
         return read;"
    )
}

#[test]
fn a_page_in_the_browser_makes_and_runs_nothing() {
    let Some(browser) = Browser::resolving("MAP evil.test 127.0.0.1") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let endpoint = cloud().endpoint();
    let elsewhere = Relay::on_another_port(endpoint);
    let named = format!("http://evil.test:{}", port());
    // A page of another port, and one of a name that has come to mean this computer: with the sandbox's port, and with
    // another one from which every byte is passed on.
    let ways = [
        (page(), endpoint.to_owned(), false),
        (page(), elsewhere.endpoint(), false),
        (page(), named.clone(), false),
        (format!("{named}/"), named, true),
        (format!("{}/", elsewhere.endpoint()), elsewhere.endpoint(), true),
    ];
    for (n, (from, to, same_origin)) in ways.into_iter().enumerate() {
        let account = format!("19900000010{n}");
        let file = folder.path().join(format!("ran-{n}"));
        browser.open(&from);
        let read = browser.run(&script(&to, &account, &file, same_origin));
        assert_eq!(read, json!([]), "from {from} to {to}");
        nothing_happened(&account, &file);
    }
    // A form needs no script, and a picture nobody's permission.
    let (account, file) = ("199000000110", folder.path().join("ran-form"));
    browser.open(&page());
    let (_, path, _, body) = &attack(account, &file)[0];
    let fields: Vec<Value> = body
        .split('&')
        .filter_map(|field| field.split_once('='))
        .map(|f| json!([f.0, f.1]))
        .collect();
    let scope = credential(account, "iam");
    browser.run(&format!(
        "const form = document.createElement('form');
         form.method = 'POST';
         form.action = '{endpoint}{path}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=00&X-Amz-Credential={scope}';
         for (const [name, value] of {}) {{
             const field = document.createElement('input');
             [field.name, field.value] = [name, decodeURIComponent(value)];
             form.append(field);
         }}
         document.body.append(form);
         form.submit();",
        json!(fields)
    ));
    eventually("the form was answered", || browser.address().starts_with(endpoint));
    nothing_happened(account, &file);
}

#[test]
fn a_socket_of_a_page_is_refused() {
    let mut stream = TcpStream::connect(("127.0.0.1", port())).unwrap();
    let head = format!(
        "GET / HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n",
        port()
    );
    for more in [
        "",
        "Origin: http://evil.example\r\n",
        "Authorization: AWS4-HMAC-SHA256 Credential=199000000003/x\r\n",
    ] {
        write!(stream, "{head}{more}\r\n").unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(String::from_utf8_lossy(&answer), "HTTP/1.1 403");
        stream = TcpStream::connect(("127.0.0.1", port())).unwrap();
    }
}

/// A wrong secret is said as AWS says it, and the check gives no verdict.
#[test]
fn a_wrong_secret_is_no_students_mistake() {
    let mut keys = cloud().root_keys("199000000004");
    keys.secret_access_key = "root".to_owned();
    let printed = run(cloud().check(&keys, &["--no-probe"]));
    assert_eq!(printed.code, 2, "{}{}", printed.stdout, printed.stderr);
    assert!(
        printed.stderr.contains("AWS does not accept these credentials"),
        "{}",
        printed.stderr
    );
}
