//! The room, live: a class whose accounts change while its page is read.

use crate::common;

mod classroom;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use classroom::{Classroom, cells, id, name, picture, size};
use common::browser::Browser;
use common::class::hand_in;
use common::cloud::{alone, run};
use common::{eventually, http};
use edemlab::account::Keys;
use hyper::Request;
use hyper::body::Bytes;
use serde_json::{Value, json};

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

    // Nobody has asked CloudTrail for all these looks.
    let report = room.path("class").join("reports").join(id(0)).join("datastream.json");
    let report = std::fs::read_to_string(report).unwrap();
    assert!(report.contains("\"made\"") && !report.contains("\"changes\"") && !report.contains("trail_unread"));
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
