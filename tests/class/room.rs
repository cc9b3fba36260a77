//! The room, live: a class whose accounts change while its page is read.

use crate::common;

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use common::browser::Browser;
use common::class::hand_in;
use common::cloud::{Cloud, REGION, alone, run, shared};
use common::course::{fault, solution};
use common::running::Running;
use common::{eventually, http};
use edemlab::account::Keys;
use edemlab::account::services::IAM;
use hyper::Request;
use hyper::body::Bytes;
use serde_json::{Value, json};

/// Accounts of the class; `EDEMLAB_CLASS_SIZE=60` for a whole one.
fn size() -> usize {
    std::env::var("EDEMLAB_CLASS_SIZE").map_or(5, |n| n.parse().expect("a number"))
}

/// What the others in a room are at, in turn; `None` is an account in which nothing has been begun.
const DOING: [Option<&str>; 6] = [
    Some(""),
    Some("trigger-off"),
    Some("no-bucket"),
    None,
    Some("partition-key-name"),
    Some("no-tracker"),
];

/// A class in a room: the first lack a right that can be given them, the others are anywhere.
struct Classroom {
    cloud: &'static Cloud,
    folder: tempfile::TempDir,
    accounts: Vec<String>,
}

impl Classroom {
    /// Accounts begin with `first`, five digits; `lacking` of them lack the right.
    fn new(first: &str, size: usize, lacking: usize) -> Self {
        let cloud = shared("class");
        let room = Self {
            cloud,
            folder: tempfile::tempdir().unwrap(),
            accounts: (1..=size).map(|n| format!("{first}{n:07}")).collect(),
        };
        let deploy = |n: usize, account: &str| {
            let templates = match DOING[n % DOING.len()] {
                _ if n < lacking => fault("role-without-dynamodb"),
                None => Vec::new(),
                Some("") => vec![solution()],
                Some(other) => fault(other),
            };
            for template in templates {
                cloud.deploy(account, &template);
            }
            hand_in(&room.path(&format!("{}.txt", id(n))), &cloud.student(account));
        };
        let all: Vec<(usize, &String)> = room.accounts.iter().enumerate().collect();
        std::thread::scope(|scope| {
            for part in all.chunks(all.len().div_ceil(4)) {
                scope.spawn(move || part.iter().for_each(|(n, account)| deploy(*n, account)));
            }
        });
        let lines = (0..size).map(|n| format!("{0},{1},{0}@example.com,{0}.txt,{REGION}\n", id(n), name(n)));
        let lines: String = lines.collect();
        std::fs::write(
            room.path("roster.csv"),
            format!("student,name,email,credentials,region\n{lines}"),
        )
        .unwrap();
        room
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, verb: &str, args: &[&str]) -> Command {
        let (roster, out) = (self.path("roster.csv"), self.path("class"));
        let all = [
            verb,
            roster.to_str().unwrap(),
            "--lab",
            "datastream",
            "--out",
            out.to_str().unwrap(),
        ];
        self.cloud.professor(&[&all, args].concat())
    }

    fn live(&self, args: &[&str]) -> Live {
        let mut running = Running::new(self.command("grade", &[&["--live"], args].concat()));
        let said = running.says("Ctrl-C ends it");
        let address = said.split_whitespace().find(|word| word.starts_with("http://"));
        let address = address.unwrap_or_else(|| panic!("no address: {said}")).to_owned();
        Live { running, address }
    }

    fn of_class(&self, verb: &str, args: &[&str]) -> common::cloud::Printed {
        let out = self.path("class");
        run(alone(&[&[verb, out.to_str().unwrap()], args].concat()))
    }

    /// Gives the `n`th student's function the right that it lacks, or takes it back.
    fn right(&self, n: usize, given: bool) {
        let account = &self.accounts[n];
        let root = self.cloud.root(account);
        let role = common::cloud::wait(root.call(&IAM, "ListRoles", json!({}))).unwrap();
        let roles = role["Roles"].as_array().unwrap().iter();
        let mut names = roles.filter_map(|role| role["RoleName"].as_str());
        let role = names
            .find(|name| name.contains("-Role-"))
            .expect("the function's role")
            .to_owned();
        let operation = if given { "AttachRolePolicy" } else { "DetachRolePolicy" };
        let policy = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess";
        let asked = json!({"RoleName": role, "PolicyArn": policy});
        common::cloud::wait(root.call(&IAM, operation, asked)).expect("done");
    }

    /// The runs that the folder has of a student.
    fn runs(&self, n: usize) -> usize {
        let folder = self.path("class").join("reports").join(id(n)).join("datastream");
        let names = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
        names.filter(|name| name.ends_with("Z.json")).count()
    }
}

fn id(n: usize) -> String {
    format!("s{n:03}")
}

/// A name that can be found wherever it is.
fn name(n: usize) -> String {
    format!("Lucía Nº{n:03}")
}

/// A room that is looked at.
struct Live {
    running: Running,
    address: String,
}

impl Live {
    fn host(&self) -> &str {
        self.address.trim_start_matches("http://").trim_end_matches('/')
    }

    /// What the page is told now.
    fn told(&self) -> (String, Value) {
        let mut stream = TcpStream::connect(self.host()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        write!(stream, "GET /edemlab/live HTTP/1.1\r\nHost: {}\r\n\r\n", self.host()).unwrap();
        let (mut text, mut buffer) = (String::new(), [0; 65_536]);
        let mut bytes = Vec::new();
        loop {
            let count = stream.read(&mut buffer).expect("what is known");
            bytes.extend_from_slice(&buffer[..count]);
            text.clear();
            text.push_str(&String::from_utf8_lossy(&bytes));
            if let Some((_, data)) = text.split_once("data: ")
                && let Some((json, _)) = data.split_once("\n\n")
            {
                // A chunk may end within it: then it is no JSON yet.
                let json: String = json.lines().collect();
                if let Ok(told) = serde_json::from_str(&json) {
                    return (text.clone(), told);
                }
            }
            assert!(count > 0, "{text}");
        }
    }

    fn page(&self, path: &str) -> (u16, String) {
        let answer = http::get(self.host(), path);
        (
            answer.status().as_u16(),
            String::from_utf8_lossy(answer.body()).into_owned(),
        )
    }

    fn all_are_known(&self) {
        eventually("every account has been looked at", || self.told().1["waiting"] == 0);
    }

    fn end(self) -> (Option<i32>, String) {
        self.running.interrupt();
        self.running.end()
    }
}

fn picture(browser: &Browser, name: &str) {
    if let Some(folder) = std::env::var_os("EDEMLAB_TEST_PICTURES") {
        browser.picture(&Path::new(&folder).join(format!("{name}.png")));
    }
}

/// The classes of a student's cells, by the number of the row.
fn cells(browser: &Browser, number: usize) -> Vec<String> {
    let cells = browser.run(&format!(
        "const row = [...document.querySelectorAll('.map tbody tr')].find(row => row.querySelector('.nr').textContent === '{number}');\
         return row ? [...row.querySelectorAll('.cell')].map(cell => cell.classList[1]) : []"
    ));
    cells
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn each_change_is_on_the_page_within_two_rounds_and_the_folder_is_an_ordinary_one() {
    let Some(browser) = Browser::start() else { return };
    let size = size();
    let changing = (size / 5).max(2);
    let room = Classroom::new("67100", size, changing);
    let every = Duration::from_secs(size.max(10) as u64);
    let live = room.live(&["--every", &format!("{}s", every.as_secs())]);
    browser.screen(1920, 1080, false);
    browser.open(&live.address);
    eventually("all are on the page", || {
        let waiting = browser.run("return document.getElementById('facts').textContent");
        let waiting = waiting.as_str().unwrap();
        waiting.contains("accounts") && !waiting.contains("not looked at yet")
    });
    let steps = common::course::steps_of("datastream");
    let iam = steps.iter().position(|step| step == "iam").unwrap();
    assert!((0..changing).all(|n| cells(&browser, n + 1)[iam] == "fail"));
    let runs: Vec<usize> = (0..size).map(|n| room.runs(n)).collect();
    assert!(runs.iter().all(|count| *count == 1), "{runs:?}");
    for (size, width, height, dark) in [
        ("wide", 1920, 1080, false),
        ("beamer", 1024, 768, false),
        ("dark", 1920, 1080, true),
    ] {
        browser.screen(width, height, dark);
        eventually("it fits", || {
            browser.run("return document.documentElement.scrollWidth <= innerWidth") == true
        });
        picture(&browser, &format!("room-{}-{size}", room.accounts.len()));
    }
    browser.screen(1920, 1080, false);
    browser.run("window.kept = 'since before'");

    let mut open: Vec<(usize, Instant)> = Vec::new();
    let mut slowest = Duration::ZERO;
    for n in 0..changing {
        room.right(n, true);
        open.push((n, Instant::now()));
    }
    while !open.is_empty() {
        open.retain(|(n, since)| {
            let is_green = cells(&browser, n + 1)[iam] == "pass";
            slowest = if is_green {
                slowest.max(since.elapsed())
            } else {
                slowest
            };
            assert!(
                is_green || since.elapsed() <= 2 * every,
                "{} after {:?}",
                id(*n),
                since.elapsed()
            );
            !is_green
        });
        std::thread::sleep(Duration::from_millis(100));
    }
    eprintln!("{changing} changes of {size} accounts, the slowest after {slowest:?}; a round is {every:?}");
    assert_eq!(
        browser.run("return window.kept"),
        "since before",
        "the page was loaded again"
    );
    let news = browser.run("return document.getElementById('news').textContent");
    assert!(
        (0..changing).any(|n| news.as_str().unwrap().contains(&name(n))),
        "{news}"
    );
    picture(&browser, &format!("room-{size}-green"));
    // Where nobody has done anything, nothing has changed from one look to the next.
    let told = live.told().1;
    let of = |told: &Value, what: &str| told["places"][changing][what].clone();
    eventually("a quiet account is looked at again", || {
        of(&live.told().1, "looked") != of(&told, "looked")
    });
    assert_eq!(of(&live.told().1, "active"), of(&told, "active"));
    // Whoever closes the page and opens it again sees the same.
    browser.open("about:blank");
    browser.open(&live.address);
    eventually("it is there again", || {
        cells(&browser, 1).get(iam).is_some_and(|cell| cell == "pass")
    });
    let refused = browser.console();
    assert!(refused.iter().all(|line| line.contains("favicon")), "{refused:?}");

    let (code, said) = live.end();
    assert!(matches!(code, Some(0 | 3)), "{said}");
    eventually("the page knows that nobody looks any more", || {
        browser.run("return !document.getElementById('ended').hidden") == true
    });
    picture(&browser, &format!("room-{size}-ended"));

    // A run for each result that was another one, and no more.
    for (n, account) in room.accounts.iter().enumerate() {
        assert_eq!(room.runs(n), if n < changing { 2 } else { 1 }, "{} {account}", id(n));
    }
    let copy = room.path("before");
    common::course::copy(&room.path("class"), &copy);
    let printed = room.of_class("regrade", &[]);
    assert!(
        printed.stdout.contains("all points are what they were"),
        "{}{}",
        printed.stdout,
        printed.stderr
    );
    let diff = run(alone(&[
        "diff",
        copy.to_str().unwrap(),
        room.path("class").to_str().unwrap(),
    ]));
    assert_eq!(diff.code, 0, "{}{}", diff.stdout, diff.stderr);
    assert_eq!(room.of_class("pages", &[]).code, 0);
    for count in ["last", "best"] {
        let book = room.of_class("gradebook", &["--for", "csv", "--out", "-", "--count", count]);
        let line = book
            .stdout
            .lines()
            .find(|line| line.starts_with("s000"))
            .unwrap_or_default();
        assert!(
            line.contains("s000") && !line.is_empty(),
            "{}{}",
            book.stdout,
            book.stderr
        );
    }

    // Graded afterwards, with the events: one run more for each, and nothing has to be said for it.
    let graded = run(room.command("grade", &["--only", "s000"]));
    assert_eq!(room.runs(0), 3, "{}{}", graded.stdout, graded.stderr);
}

#[test]
fn under_pseudonyms_nothing_that_is_served_says_who_it_is_and_they_stay_the_same() {
    let room = Classroom::new("67200", 3, 1);
    // Whose keys are not accepted: what AWS says of that names them, too.
    let bad = Keys {
        secret_access_key: "wrong".to_owned(),
        ..room.cloud.student(&room.accounts[2])
    };
    hand_in(&room.path("s002.txt"), &bad);
    let named = |told: &Value| -> BTreeSet<String> {
        let places = told["places"].as_array().unwrap().iter();
        places.map(|place| place["name"].as_str().unwrap().to_owned()).collect()
    };
    let rows = |told: &Value| {
        let places = told["places"].as_array().unwrap().iter();
        let of = |place: &Value| {
            (
                place["name"].clone(),
                place["closed"].is_null(),
                place["labs"][0]["steps"].clone(),
            )
        };
        places.map(of).collect::<Vec<_>>()
    };
    let live = room.live(&["--every", "5s", "--anonymous"]);
    live.all_are_known();
    let (text, told) = live.told();
    assert_eq!(named(&told).len(), 3);
    assert_eq!((&told["closed"], &told["anonymous"]), (&json!(1), &json!(true)));
    let (code, page) = live.page("/");
    assert_eq!(code, 200);
    let reports = room.path("class").join("reports");
    let report = std::fs::read_to_string(reports.join("s000/datastream.json")).unwrap();
    let report: edemlab::report::Report = serde_json::from_str(&report).unwrap();
    let mut words: Vec<String> = (0..3)
        .flat_map(|n| [id(n), name(n), format!("{}@", id(n)), room.accounts[n].clone()])
        .collect();
    words.extend(report.resources.values().map(|one| one.name.clone()));
    for word in words.iter().filter(|word| word.len() > 3) {
        assert!(
            !text.contains(word.as_str()) && !page.contains(word.as_str()),
            "{word} in {text}"
        );
    }
    for path in [
        "/students/s000.html",
        "/students/",
        "/class.json",
        "/reports/s000/datastream.json",
    ] {
        assert_eq!(live.page(path).0, 404, "{path}");
    }
    let (code, said) = live.end();
    assert!(matches!(code, Some(0 | 3)), "{said}");
    // Opened again, everyone is who they were.
    let again = room.live(&["--every", "5s", "--anonymous"]);
    again.all_are_known();
    assert_eq!(rows(&again.told().1), rows(&told));
    again.end();
    // Forgotten are they with all else.
    let forgotten = run(alone(&[
        "class",
        "forget",
        room.path("class").to_str().unwrap(),
        "s000",
        "--yes",
    ]));
    assert_eq!(forgotten.code, 0, "{}{}", forgotten.stdout, forgotten.stderr);
    assert!(!room.path("class").join("underway/s000").exists());
}

#[test]
fn one_account_that_cannot_be_opened_stops_nobody_and_an_event_is_sent_where_it_is_asked_for() {
    let room = Classroom::new("67300", 2, 0);
    let bad = Keys {
        secret_access_key: "wrong".to_owned(),
        ..room.cloud.student(&room.accounts[1])
    };
    hand_in(&room.path("s001.txt"), &bad);
    let mut live = room.live(&["--every", "5s"]);
    live.all_are_known();
    live.running.says("s001: ");
    let told = live.told().1;
    assert_eq!(told["closed"], 1);
    assert_eq!(
        told["places"][0]["labs"][0]["steps"][7],
        Value::Null,
        "an event was sent"
    );
    assert!(told["places"][1]["closed"].is_string());
    // The student's own page is a click away.
    let (code, page) = live.page("/students/s000.html");
    assert!(code == 200 && page.contains(&name(0)), "{page}");

    live.running.type_in("nonsense\n");
    live.running.says("is none of the keys");
    live.running.type_in("p s009\n");
    live.running.says("nobody here is `s009`");
    live.running.type_in("p 1\n");
    live.running
        .says("s000: is looked at now, and an event is sent through it");
    live.running.says("s000: datastream: the event arrived");
    eventually("the page shows it", || {
        live.told().1["places"][0]["labs"][0]["steps"][7][0] == "pass"
    });
    // It stays, as long as nothing in front of it changes; and the folder has the whole run.
    let runs = room.runs(0);
    assert_eq!(runs, 2);
    let looked = live.told().1["places"][0]["looked"].clone();
    eventually("it is looked at again", || {
        live.told().1["places"][0]["looked"] != looked
    });
    assert_eq!(live.told().1["places"][0]["labs"][0]["steps"][7][0], "pass");
    assert_eq!(room.runs(0), 2);

    // New keys are handed in: they are taken, now if that is asked for.
    hand_in(&room.path("s001.txt"), &room.cloud.student(&room.accounts[1]));
    live.running.type_in("p s001\n");
    live.running.says("s001: the account can be opened again");
    eventually("it is known", || live.told().1["closed"] == 0);
    let (code, said) = live.end();
    assert!(matches!(code, Some(0 | 3)), "{said}");
    let report = room.path("class").join("reports/s000/datastream.json");
    let report: edemlab::report::Report = serde_json::from_str(&std::fs::read_to_string(report).unwrap()).unwrap();
    assert!(report.left_out.is_empty(), "the last run is not the one with the event");
}

#[test]
fn what_does_not_go_together_is_refused_with_a_reason() {
    let scratch = tempfile::tempdir().unwrap();
    let roster = scratch.path().join("roster.csv");
    std::fs::write(&roster, "student,profile\ns001,p\n").unwrap();
    let out = scratch.path().join("class");
    let refused = |args: &[&str]| {
        let all = ["grade", roster.to_str().unwrap(), "--out", out.to_str().unwrap()];
        let printed = run(alone(&[&all, args].concat()));
        assert_eq!(printed.code, 2, "{args:?}: {}", printed.stdout);
        printed.stderr
    };
    assert!(refused(&["--live", "--fleet", "edemlab"]).contains("--fleet grades on AWS: omit one of the two"));
    assert!(refused(&["--live", "--again", "all"]).contains("nothing for --again to choose"));
    assert!(refused(&["--live", "--no-probe"]).contains("omit --no-probe"));
    assert!(refused(&["--anonymous"]).contains("--live"));
    assert!(refused(&["--live", "--every", "1s"]).contains("at least 5s"));
    assert!(!out.exists());
}

#[test]
fn a_pair_by_its_role_and_only_this_computers_own_page_hears_it() {
    let room = Classroom::new("67400", 1, 0);
    // A pair that is reached by a role, in a region that is looked for.
    let secret = room.path("secret");
    let (secret, account) = (secret.to_str().unwrap(), &room.accounts[0]);
    let (made, _) = edemlab::class::access::Secret::load_or_make(Path::new(secret)).unwrap();
    let template = room.cloud.access_template(&[]);
    room.cloud.make_role(account, &template, &made.external_id("group a"));
    let lines = format!(
        "student,name,account,group\ns000,{},{account},a\ns001,{},,a\n",
        name(0),
        name(1)
    );
    std::fs::write(room.path("roster.csv"), lines).unwrap();
    let live = room.live(&["--every", "5s", "--secret", secret]);
    live.all_are_known();
    let told = live.told().1;
    assert_eq!((&told["accounts"], &told["closed"]), (&json!(1), &json!(0)), "{told}");
    assert_eq!(told["places"][0]["name"], "group a");
    assert_eq!(told["places"][0]["labs"][0]["points"]["possible"], 88);
    assert_eq!((room.runs(0), room.runs(1)), (1, 1));
    let ask = |path: &str, headers: &[(&str, &str)]| {
        let mut request = Request::get(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Bytes::new()).unwrap();
        common::cloud::wait(http::head(live.host(), request))
            .unwrap()
            .status()
            .as_u16()
    };
    for path in ["/", "/students/s000.html", "/edemlab/live"] {
        assert_eq!(ask(path, &[("host", live.host())]), 200, "{path}");
        assert_eq!(ask(path, &[("host", "pages.example")]), 403, "{path}");
        let origin = [("host", live.host()), ("origin", "http://pages.example")];
        assert_eq!(ask(path, &origin), 403, "{path}");
    }
    let cross = [("host", live.host()), ("sec-fetch-site", "cross-site")];
    assert_eq!(ask("/edemlab/live", &cross), 403);
    live.end();
}
