//! The room's page on the screens that it is read from: few and many accounts, wide, on a beamer, and dark.

use crate::common;

use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use common::browser::{Browser, CONTRAST};
use common::classroom::{Doing, HOSTILE, class, report, student};
use common::course::course;
use common::eventually;
use edemlab::class::{Class, Student};
use edemlab::guide::{Feed, Pages, Server};
use edemlab::room::{Looking, Room, names, page, shown};

const NAMES: [&str; 12] = [
    "Ana Belén Rodríguez-Villanueva García",
    "Bo Li",
    "Carmen Ortega",
    "Đorđe Petrović",
    "Elif Yılmaz",
    "Fátima Zahra El Amrani",
    "Giulia Conti",
    "Håkon Aasen",
    "İbrahim Şahin",
    "José Ramón",
    "Katarzyna Wiśniewska-Dąbrowska",
    "Lucía Martín",
];

/// A class of `count` after three quarters of an hour: everyone does as their number says.
fn hour(count: usize, labs: &[&str], now: DateTime<Utc>) -> (Class, Room) {
    let course = course();
    let mut class = class(&course, labs);
    class.students = (0..count)
        .map(|n| Student {
            name: format!(
                "{} {}",
                NAMES[n % NAMES.len()],
                if n < NAMES.len() { String::new() } else { n.to_string() }
            ),
            ..student(n + 1)
        })
        .collect();
    let mut room = Room::new(count, labs.len(), now - TimeDelta::minutes(45));
    let mut looks = Vec::new();
    for n in 0..count {
        if n % 29 == 17 {
            room.ended(n, Some("AWS does not accept these credentials: they have expired"), now);
            continue;
        }
        for (at, id) in labs.iter().enumerate() {
            let lab = course.lab(id).unwrap();
            let steps: Vec<String> = lab.steps.iter().map(|step| step.id.clone()).collect();
            let last = steps.len() - 1;
            let reached = (n * 7 + 3) % (last + 1);
            // How long ago, and what was seen then.
            let seen = match n % 6 {
                0 => vec![(40, Doing::UpTo(reached)), (2, Doing::UpTo((reached + 1).min(last)))],
                1 => vec![
                    (44 - n as i64 % 20, Doing::Slip(reached.min(last - 1))),
                    (1, Doing::Slip(reached.min(last - 1))),
                ],
                2 => vec![
                    (44, Doing::UpTo(reached)),
                    (7 + n as i64 % 9, Doing::UpTo(reached)),
                    (1, Doing::UpTo(reached)),
                ],
                3 => vec![
                    (30, Doing::All),
                    (4 + n as i64 % 9, Doing::Slip(2)),
                    (1, Doing::Slip(2)),
                ],
                4 => vec![(44, Doing::UpTo(0)), (1, Doing::UpTo(0))],
                _ => vec![(44, Doing::Slip(1)), (3, Doing::All)],
            };
            for (ago, doing) in seen {
                let time = now - TimeDelta::minutes(ago);
                let report = report(lab, n + 1, &time.to_rfc3339(), doing);
                looks.push((time, n, at, steps.clone(), report));
            }
        }
    }
    looks.sort_by_key(|look| look.0);
    for (time, n, at, steps, report) in looks {
        room.looked(n, at, &steps, &report, false, time);
    }
    (class, room)
}

/// A page that is served, and told this once.
fn served(class: &Class, told: &str) -> String {
    let (pages, feed) = (Pages::default(), Arc::new(Feed::default()));
    let (html, policy) = page(class);
    pages.put("index.html", html, policy);
    feed.publish(told);
    let server = Server::listen(None).unwrap();
    let address = server.address();
    server.serve(Arc::new(pages), Some(feed));
    address
}

fn told(class: &Class, room: &Room, pseudonyms: Option<&[String]>, now: DateTime<Utc>) -> String {
    let units: Vec<Vec<&Student>> = class.students.iter().map(|student| vec![student]).collect();
    let looking = Looking {
        anonymous: pseudonyms.is_some(),
        not_handed_in: 2,
        every: 90,
    };
    shown(room, class, &names(class, &units, pseudonyms), &looking, now)
}

fn picture(browser: &Browser, name: &str) {
    if let Some(folder) = std::env::var_os("EDEMLAB_TEST_PICTURES") {
        browser.picture(&Path::new(&folder).join(format!("{name}.png")));
    }
}

#[test]
fn it_is_read_from_the_back_of_a_room_on_every_screen() {
    let Some(browser) = Browser::start() else { return };
    let now = Utc::now();
    for (count, labs) in [
        (6, &["datastream"][..]),
        (30, &["datastream"]),
        (60, &["datastream"]),
        (60, &["datastream", "eventdriven"]),
    ] {
        let (class, room) = hour(count, labs, now);
        let pseudonyms: Vec<String> = (0..count).map(|n| format!("Sandpiper {}", (n * 37) % 97)).collect();
        for anonymous in [false, true] {
            let address = served(&class, &told(&class, &room, anonymous.then_some(&pseudonyms), now));
            for (screen, width, height, dark) in [
                ("wide", 1920, 1080, false),
                ("beamer", 1024, 768, false),
                ("dark", 1920, 1080, true),
                ("phone", 390, 800, false),
            ] {
                let which = format!(
                    "hour-{count}-{}-{screen}{}",
                    labs.len(),
                    if anonymous { "-anonymous" } else { "" }
                );
                browser.screen(width, height, dark);
                browser.open(&address);
                eventually("it is filled", || {
                    browser.run("return document.querySelectorAll('.map tbody tr').length") == count
                });
                assert_eq!(
                    browser.run("return document.documentElement.scrollWidth <= innerWidth"),
                    true,
                    "{which}"
                );
                picture(&browser, &which);
                // Who needs help is seen without scrolling, in letters of a size.
                let seen = "const all = [...document.querySelectorAll('#help li')];\
                            return all.length >= 2 && all.slice(0, 3).every(one => one.getBoundingClientRect().bottom <= innerHeight)";
                assert_eq!(browser.run(seen), true, "{which}");
                let size = "return Math.min(...[...document.querySelectorAll('#help .who')].map(e => parseFloat(getComputedStyle(e).fontSize)))";
                assert!(browser.run(size).as_f64().unwrap() >= 23.0, "{which}");
                for text in [
                    ".since",
                    ".who",
                    ".what",
                    "#help small",
                    "#news .what",
                    ".stand .number",
                    ".stand .at",
                    ".map .nr",
                    ".map .points small",
                    ".map td.fail",
                    ".map td.blocked",
                    "time",
                ] {
                    let ratio = browser.run(&format!(
                        "{CONTRAST} const one = document.querySelector('{text}'); return one ? contrast(one) : 21"
                    ));
                    assert!(ratio.as_f64().unwrap() >= 4.5, "{which}: {text} has {ratio}");
                }
            }
        }
    }
    assert!(browser.console().iter().all(|line| line.contains("favicon")));
}

/// Names, groups and reasons are strangers' texts: none is more than text.
#[test]
fn what_strangers_wrote_is_text() {
    let Some(browser) = Browser::start() else { return };
    let now = Utc::now();
    let (mut class, mut room) = hour(HOSTILE.len(), &["datastream"], now);
    for (n, text) in HOSTILE.iter().enumerate() {
        class.students[n].name = (*text).to_owned();
        class.students[n].id = format!("{n}{text}");
        if n % 3 == 0 {
            room.ended(n, Some(text), now);
        }
    }
    browser.open(&served(&class, &told(&class, &room, None, now)));
    eventually("it is filled", || {
        browser.run("return document.querySelectorAll('.map tbody tr').length") == HOSTILE.len()
    });
    let strange = "return [...document.body.querySelectorAll('*')].filter(e => ['IMG', 'IFRAME', 'BASE', 'FORM', 'OBJECT'].includes(e.tagName)\
                   || [...e.attributes].some(a => /^on|^src/.test(a.name))\
                   || (e.href && !String(e.href.baseVal ?? e.href).startsWith(location.origin))).map(e => e.outerHTML)";
    assert_eq!(browser.run(strange), serde_json::json!([]));
    assert_eq!(browser.run("return window.ran ?? null"), serde_json::Value::Null);
    assert_eq!(browser.dialogue(), None);
    let shown = browser.run("return document.body.textContent");
    assert!(shown.as_str().unwrap().contains("<script>window.ran=1</script>"));
}

/// What the page is told under pseudonyms: the course's words, numbers and times.
#[test]
fn under_pseudonyms_nothing_that_a_student_named_or_aws_answered_is_told() {
    let now = Utc::now();
    let (class, room) = hour(30, &["datastream"], now);
    let pseudonyms: Vec<String> = (0..30).map(|n| format!("Sandpiper {n}")).collect();
    // What was found has the names that students gave to things; why an account is closed, its number.
    let mut strangers: Vec<&str> = vec!["eu-west-3", "expired", "@example.com"];
    strangers.extend(class.students.iter().flat_map(|one| [one.id.as_str(), one.name.trim()]));
    let (named, anonymous) = (
        told(&class, &room, None, now),
        told(&class, &room, Some(&pseudonyms), now),
    );
    for word in strangers {
        assert!(!anonymous.contains(word), "{word}");
        assert!(
            named.contains(word) || word.contains('@'),
            "{word} could not be seen to be told"
        );
    }
    assert!(anonymous.contains("\"help\":[{"), "nobody needs help in {anonymous}");
}
