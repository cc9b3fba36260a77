//! The guide as a reader sees it: served from the binary alone, and alive while a lab is watched.

use crate::common;
use crate::served::{CHECK, Guide, STEP, cloud, is, picture};

use std::io::Write;
use std::net::TcpStream;

use common::browser::{Browser, CONTRAST};
use common::cloud::{alone, wait};
use common::course::{Copy, course, fault};
use common::eventually;
use edemlab::account::services::IAM;
use serde_json::json;

/// Whether the fix that the chapter itself has for that check can be seen.
const CHAPTERS_FIX: &str = "[...document.querySelectorAll('[data-check=\"iam.write-table\"] > p')]
    .find(part => part.textContent.startsWith('To fix it:')).offsetParent";

#[test]
fn a_step_turns_green_where_it_is_read_without_reloading() {
    let Some(browser) = Browser::start() else { return };
    let account = "610000000001";
    for template in fault("role-without-dynamodb") {
        cloud().deploy(account, &template);
    }
    let role = cloud().report(account, &["--no-probe"]).report.resources["role"]
        .name
        .clone();
    let guide = Guide::watching(account);
    browser.screen(1440, 1000, false);
    browser.open(&guide.page("datastream/iam.html#write-table"));
    eventually("the check is red", || {
        is(&browser, &format!("{CHECK}?.includes('to fix')"))
    });
    assert!(is(&browser, &format!("{STEP}.includes('7 of 10 points')")));
    let note = "document.querySelector('#write-table + .edemlab-note').textContent";
    for part in ["denied to role", "AmazonDynamoDBFullAccess", &role] {
        assert!(is(&browser, &format!("{note}.includes({})", json!(part))), "{part}");
    }
    let bar = "[...document.querySelectorAll('mdbook-sidebar-scrollbox a')].find(a => a.href.endsWith('iam.html')).textContent";
    assert!(is(&browser, &format!("{bar}.includes('(to fix)')")));
    let listed = "document.querySelector('.edemlab-step li').textContent";
    let shown = format!("{listed} === '✗ (to fix) The role may write to the table'");
    assert!(is(&browser, &shown), "{}", browser.run(&format!("return {listed}")));
    assert!(
        !is(&browser, CHAPTERS_FIX),
        "the fix is there twice, once without the role's name"
    );
    browser.open(&guide.page("datastream/index.html"));
    let lab = "document.querySelector('h1 + .edemlab-step')?.textContent";
    let go_on = "Go on with The role of the function ✗ (to fix)";
    eventually("the lab's first page says how far it is", || {
        is(
            &browser,
            &format!("{lab}?.startsWith('8 steps are right') && {lab}.endsWith('{go_on}')"),
        )
    });
    let next = browser.run("return document.querySelector('h1 + .edemlab-step a').href");
    assert_eq!(next, guide.page("datastream/iam.html"));
    picture(&browser, "lab-wide-light");
    for (theme, dark) in [("light", false), ("dark", true)] {
        for (size, width) in [("wide", 1440), ("phone", 390)] {
            browser.screen(width, 1000, dark);
            browser.open(&guide.page(&format!("datastream/iam.html?{size}{theme}")));
            eventually("it is shown again", || is(&browser, STEP));
            let wider = "document.documentElement.scrollWidth > innerWidth";
            assert!(!is(&browser, wider), "{size} {theme}: wider than the screen");
            for shown in [".edemlab-step a", ".edemlab-badge", ".edemlab-note p", ".edemlab-mark"] {
                let ratio = browser.run(&format!(
                    "{CONTRAST} return contrast(document.querySelector('{shown}'))"
                ));
                assert!(ratio.as_f64().unwrap() >= 4.5, "{shown} {size} {theme}: {ratio}");
            }
            picture(&browser, &format!("red-top-{size}-{theme}"));
            browser.run("document.querySelector('#write-table').scrollIntoView({behavior: 'instant'})");
            picture(&browser, &format!("red-{size}-{theme}"));
        }
    }

    browser.screen(1440, 1000, false);
    browser.run("window.kept = 'since before'");
    let policy = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess";
    let attach = json!({"RoleName": role, "PolicyArn": policy});
    wait(cloud().root(account).call(&IAM, "AttachRolePolicy", attach)).expect("attached");
    eventually("the check is green", || {
        is(&browser, &format!("{CHECK}?.includes('right')"))
    });
    assert!(is(&browser, &format!("{STEP}.includes('10 of 10 points')")));
    assert!(is(&browser, CHAPTERS_FIX), "the chapter's own fix has not come back");
    assert!(
        is(&browser, "window.kept === 'since before'"),
        "the page was loaded again"
    );
    assert!(
        !is(&browser, "document.querySelector('.edemlab-note')"),
        "a note is left"
    );
    let said = "document.querySelector('[role=status]').textContent";
    assert!(is(
        &browser,
        &format!("{said}.includes('The role may write to the table: right')")
    ));
    picture(&browser, "green-wide-light");

    // And the event, which needed it, is sent by itself.
    browser.open(&guide.page("datastream/final.html"));
    eventually("the last step is green", || {
        is(&browser, &format!("{STEP}?.includes('12 of 12 points')"))
    });
    picture(&browser, "final-wide-light");
    assert_eq!(browser.console(), Vec::<String>::new());
    guide.running.interrupt();
    let (code, said) = guide.running.end();
    assert_eq!(code, Some(0), "{said}");
    eventually("the page knows that nobody looks any more", || {
        is(
            &browser,
            "document.documentElement.matches('.edemlab-ended') && !document.getAnimations().length",
        )
    });
    for shown in [".edemlab-badge", ".edemlab-mark"] {
        let ratio = browser.run(&format!(
            "{CONTRAST} return contrast(document.querySelector('{shown}'))"
        ));
        assert!(ratio.as_f64().unwrap() >= 4.5, "{shown} at the end: {ratio}");
    }
    picture(&browser, "ended-wide-light");
}

/// What a student wrote, such as a name, is never more than text in a page.
#[test]
fn only_the_guides_own_pages_hear_what_is_known() {
    let account = "610000000002";
    let guide = Guide::watching(account);
    let ours = guide.host();
    let own = format!("Origin: http://127.0.0.1:{}", guide.port());
    let (code, head) = guide.ask("GET /edemlab/live", &[&ours, &own, "Sec-Fetch-Site: same-origin"]);
    assert_eq!(code, 200, "{head}");
    assert!(
        head.contains("text/event-stream") && !head.contains("access-control-allow-origin"),
        "{head}"
    );
    let refused: &[&[&str]] = &[
        &["Host: pages.example"],
        &["Host: 127.0.0.1:1"],
        &["Host: 127.0.0.1"],
        &[],
        &[&ours, &ours],
        &[&ours, "Origin: http://pages.example"],
        &[&ours, "Origin: null"],
        &[&ours, "Sec-Fetch-Site: cross-site"],
        &[&ours, "Sec-Fetch-Site: same-site"],
        &[&ours, "Sec-Fetch-Site: none"],
    ];
    for headers in refused {
        let (code, head) = guide.ask("GET /edemlab/live", headers);
        assert!((400..404).contains(&code), "{headers:?}: {head}");
    }
    for first in [
        "POST /edemlab/live",
        "POST /",
        "DELETE /index.html",
        "OPTIONS /edemlab/live",
    ] {
        assert_eq!(guide.ask(first, &[&ours]).0, 405, "{first}");
    }
    assert_eq!(guide.ask("GET /index.html", &["Host: pages.example"]).0, 403);
}

#[test]
fn nothing_but_the_books_pages_is_served() {
    let guide = Guide::new(alone(&["guide"]));
    let ours = guide.host();
    for path in ["/", "/index.html", "/datastream/", "/datastream/iam.html?x=1"] {
        let (code, head) = guide.ask(&format!("GET {path}"), &[&ours]);
        assert_eq!(code, 200, "{path}: {head}");
        assert!(head.contains("content-security-policy: default-src 'none'"), "{head}");
    }
    let outside = [
        "/../../../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/..%2f..%2fetc/passwd",
        "//etc/passwd",
        "/theme",
        "/datastream",
        "/book.toml",
        "/edemlab/live",
    ];
    for path in outside {
        assert_eq!(guide.ask(&format!("GET {path}"), &[&ours]).0, 404, "{path}");
    }
}

/// Pages that read along, and connections on which nobody asks anything, hold up no other page.
#[test]
fn a_stream_that_never_ends_holds_up_no_page() {
    let guide = Guide::watching("610000000003");
    let ours = guide.host();
    let address = ("127.0.0.1", guide.port());
    let open: Vec<TcpStream> = (0..12)
        .map(|number| {
            let mut stream = TcpStream::connect(address).unwrap();
            if number % 2 == 0 {
                write!(stream, "GET /edemlab/live HTTP/1.1\r\n{ours}\r\n\r\n").unwrap();
            }
            stream
        })
        .collect();
    // Many at once, again and again: a server with a pool of threads lets one of them wait for a stream to end.
    for _ in 0..20 {
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| assert_eq!(guide.ask("GET /index.html", &[&ours]).0, 200));
            }
        });
    }
    drop(open);
}

/// Without a lab that is watched the page is simply the book, and asks for nothing.
#[test]
fn unwatched_the_pages_are_quiet_and_the_search_finds_what_is_wrong() {
    let Some(browser) = Browser::start() else { return };
    let guide = Guide::new(alone(&["guide"]));
    browser.open(&guide.page("datastream/iam.html"));
    assert!(!is(&browser, "document.querySelector('[class^=edemlab-]')"));
    browser.requests();
    browser.open(&guide.page("index.html?search=trigger+disabled"));
    let first = "document.querySelector('#mdbook-searchresults li a')?.href";
    eventually("something is found", || is(&browser, first));
    let found = browser.run(&format!("return {first}"));
    assert!(
        found
            .as_str()
            .unwrap()
            .ends_with("troubleshooting.html?highlight=trigger%20disabled#trigger-disabled"),
        "{found}"
    );
    let step = "document.querySelector('#mdbook-searchresults a[href*=\"datastream/lambda.html\"]')";
    assert!(is(&browser, step), "the step itself is not found");
    picture(&browser, "search-wide-light");
    let asked = browser.requests();
    assert!(!asked.iter().any(|url| url.contains("edemlab/live")), "{asked:#?}");
    let elsewhere: Vec<_> = asked
        .iter()
        .filter(|url| !url.starts_with(&guide.address) && !url.starts_with("data:"))
        .collect();
    assert!(elsewhere.is_empty(), "{elsewhere:?}");
    assert_eq!(browser.console(), Vec::<String>::new());
}

/// A report says `edemlab guide PAGE#PLACE` for each check.
#[test]
fn the_page_of_every_check_is_there() {
    use edemlab::book::Filler;
    use edemlab::guide::{Pages, build};
    let course = course();
    let cache = tempfile::tempdir().unwrap();
    let filler = || Box::new(Filler::new(course.clone(), edemlab::judge::vocabulary()));
    let folder = build(&course.files, cache.path(), filler()).expect("it is built");
    assert_eq!(build(&course.files, cache.path(), filler()).unwrap(), folder);
    let pages = Pages::read(&folder).unwrap();
    for lab in course.labs.values() {
        for (step, check) in lab.checks() {
            let (_, anchor) = check.id.split_once('.').unwrap();
            let place = format!("{}#{anchor}", step.chapter);
            assert_eq!(pages.find(&place), Ok(place.clone()), "{}", check.id);
        }
    }
    let left: Vec<_> = std::fs::read_dir(cache.path().join("guide")).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

/// A book may name programs that mdBook is to run. Who reads a course's guide runs none of them.
#[test]
fn a_books_own_programs_are_not_run() {
    let course = Copy::new();
    let toml = course.read("book/book.toml");
    let ran = course.folder().join("ran");
    let touch = format!("touch {}", ran.display());
    let more = format!("\n[preprocessor.mine]\ncommand = \"{touch}\"\n\n[output.mine]\ncommand = \"{touch}\"\n");
    course.write("book/book.toml", &(toml + &more));
    let mut command = alone(&["guide", "--course"]);
    command
        .arg(course.folder())
        .env("EDEMLAB_CACHE_DIR", course.folder().join("cache"));
    let guide = Guide::new(command);
    assert_eq!(guide.ask("GET /index.html", &[&guide.host()]).0, 200);
    assert!(!ran.exists());
}

#[test]
fn a_page_that_is_not_there_is_said_with_what_was_meant() {
    for (asked, meant) in [
        ("datastream/iamm.html", "did you mean `datastream/iam`?"),
        ("datastream/iam.html#write-tabel", "did you mean `write-table`?"),
    ] {
        let said = common::cloud::run(alone(&["guide", asked]));
        assert_eq!(said.code, 2);
        assert!(
            said.stderr.contains(asked) && said.stderr.contains(meant),
            "{}",
            said.stderr
        );
    }
}
