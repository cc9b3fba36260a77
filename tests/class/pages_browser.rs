//! A class's pages in Chromium: what students wrote does not run, and the page sorts, filters and is moved through.

use crate::common;

use std::path::{Path, PathBuf};

use common::browser::{Browser, DOWN, END, ENTER, ESCAPE, RIGHT, TAB};
use common::{classroom, edemlab, text};
use edemlab::class::folder::file_name;
use serde_json::{Value, json};

fn pages(folder: &Path) {
    let output = edemlab(&["pages", folder.to_str().unwrap()]).output().unwrap();
    assert!(output.status.success(), "{}", text(&output));
}

/// The address of a file.
fn address(path: &Path) -> String {
    format!(
        "file://{}",
        path.to_str().unwrap().replace('%', "%25").replace('~', "%7E")
    )
}

/// What is in a page that should not be: elements, attributes and addresses that only a student can have brought.
const STRANGE: &str = r#"
    const strange = [];
    for (const element of document.querySelectorAll("*")) {
        if (["IMG", "IFRAME", "BASE", "FORM", "OBJECT", "EMBED"].includes(element.tagName)) strange.push(element.tagName);
        for (const { name } of element.attributes) if (/^on|^style$|^src|^autofocus$/.test(name)) strange.push(name);
        if ("href" in element && typeof element.href === "string" && !element.href.startsWith("file:///"))
            strange.push(element.href);
    }
    const scripts = document.scripts.length;
    return { strange, scripts, ran: window.ran === undefined ? null : window.ran };
"#;

#[test]
fn what_students_wrote_does_not_run() {
    let Some(browser) = Browser::start() else { return };
    let scratch = tempfile::tempdir().unwrap();
    let folder = classroom::hostile(scratch.path());
    pages(scratch.path());
    let mut files: Vec<(PathBuf, usize)> = vec![(scratch.path().join("index.html"), 1)];
    for student in &folder.class().students {
        let name = format!("students/{}.html", file_name(&student.id));
        files.push((scratch.path().join(name), 0));
    }
    for (file, scripts) in files {
        browser.open(&address(&file));
        // Everything that waits for a hand gets one.
        let touched = "for (const e of document.querySelectorAll('a, summary, button, bdi, dd, [tabindex]')) { e.focus(); \
                       for (const t of ['mouseover', 'mouseenter', 'focus', 'error', 'load']) e.dispatchEvent(new Event(t)); }";
        browser.run(touched);
        assert_eq!(browser.dialogue(), None, "{}", file.display());
        let found = browser.run(STRANGE);
        assert_eq!(
            found,
            json!({"strange": [], "scripts": scripts, "ran": null}),
            "{}",
            file.display()
        );
        let asked = browser.requests();
        assert!(
            !asked.is_empty() && asked.iter().all(|a| a.starts_with("file:///")),
            "{asked:?}"
        );
    }
    // It is all there to be read.
    browser.open(&address(&scratch.path().join("index.html")));
    let shown = browser.run("return document.body.textContent");
    for literal in ["<script>window.ran=1</script>", "{{ 7 * 7 }}", "\"><img src=x"] {
        assert!(shown.as_str().unwrap().contains(literal), "{literal}");
    }
}

#[test]
fn the_policy_stops_what_would_get_through() {
    let Some(browser) = Browser::start() else { return };
    let scratch = tempfile::tempdir().unwrap();
    classroom::typical(scratch.path(), 3);
    pages(scratch.path());
    let raw = "<script>window.ran=1</script><img src=x onerror='window.ran=2'><p id=grown style='height:9999px'>x</p>";
    for file in ["index.html", "students/s001.html"] {
        let path = scratch.path().join(file);
        let page = std::fs::read_to_string(&path)
            .unwrap()
            .replacen("<main>", &format!("<main>{raw}"), 1);
        std::fs::write(&path, &page).unwrap();
        browser.open(&address(&path));
        browser.requests();
        let state =
            "return [window.ran === undefined ? 0 : window.ran, document.getElementById('grown').offsetHeight > 5000]";
        assert_eq!(browser.run(state), json!([0, false]), "{file}");
        // The same without the policy does run: this test can see it.
        let open = page.replacen("Content-Security-Policy", "X-Nothing", 1);
        std::fs::write(&path, open).unwrap();
        browser.open(&address(&path));
        let ran = browser.run(state);
        assert!(ran[0].as_u64() > Some(0) && ran[1] == json!(true), "{file}: {ran}");
    }
}

/// The ids in the first column of the rows that are shown.
const ORDER: &str = "return [...document.querySelectorAll('#map tbody tr:not([hidden])')]\
                     .map((row) => row.querySelector('th small').textContent)";

/// The numbers in a column of the rows that are shown.
fn column(browser: &Browser, index: usize) -> Vec<Option<f64>> {
    let values = browser.run(&format!(
        "return [...document.querySelectorAll('#map tbody tr:not([hidden])')].map((row) => row.cells[{index}].dataset.v)"
    ));
    values
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_str().unwrap().parse().ok())
        .collect()
}

fn shown(browser: &Browser) -> Vec<Value> {
    browser.run(ORDER).as_array().unwrap().clone()
}

#[test]
fn the_class_is_sorted_and_filtered_with_mouse_and_keys() {
    let Some(browser) = Browser::start() else { return };
    let scratch = tempfile::tempdir().unwrap();
    classroom::typical(scratch.path(), 60);
    pages(scratch.path());
    browser.open(&address(&scratch.path().join("index.html")));

    // At first: who has the fewest points; who has none comes last.
    let total = column(&browser, 1);
    let told: Vec<f64> = total.iter().copied().flatten().collect();
    assert!(
        told.is_sorted() && told.len() == 57 && total[57..].iter().all(Option::is_none),
        "{total:?}"
    );
    assert_eq!(
        browser.run("return document.querySelector('[aria-sort]').textContent"),
        "Total"
    );

    // A click sorts, another turns it round; those without points stay last.
    let heading = "#map thead tr:last-child th:nth-child";
    browser.click(&format!("{heading}(2) button"));
    let total = column(&browser, 1);
    let told: Vec<f64> = total.iter().copied().flatten().collect();
    assert!(
        told.iter().rev().is_sorted() && total[57..].iter().all(Option::is_none),
        "{total:?}"
    );
    browser.click(&format!("{heading}(1) button"));
    let order = shown(&browser);
    assert!(
        order.first() == Some(&json!("s001")) && order.last() == Some(&json!("s060")),
        "{order:?}"
    );

    // By keys: a step's column, worst first.
    browser.run(&format!("document.querySelector('{heading}(10) button').focus()"));
    browser.press(&[ENTER]);
    let sorted = browser.run("return document.querySelector('[aria-sort]').textContent");
    assert_eq!(sorted, "lambda");
    let classes =
        browser.run("return [...document.querySelectorAll('#map tbody tr')].map((r) => r.cells[9].className)");
    let classes: Vec<&str> = classes.as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let (first, last) = (classes[0], classes[classes.len() - 1]);
    assert!(first.starts_with('f') && last == "none", "{classes:?}");

    // Filtered by text, and by how they stand.
    browser.type_into("#text", "Student 03");
    assert_eq!(shown(&browser).len(), 10);
    browser.press(&[ESCAPE]);
    assert_eq!(shown(&browser).len(), 60);
    browser.type_into("#text", "student-007@example.com");
    assert_eq!(shown(&browser), [json!("s007")]);
    browser.press(&[ESCAPE]);
    browser.run("document.getElementById('status').focus()");
    browser.press(&[END]);
    assert_eq!(shown(&browser), [json!("s031")]);
    assert_eq!(
        browser.run("return document.getElementById('said').textContent"),
        "1 of 60 students"
    );
    browser.click("#all");

    // Who stops at a step.
    browser.click("[data-show='stop-0-6']");
    assert_eq!(shown(&browser).len(), 23);
    let said = browser.run("return document.getElementById('said').textContent");
    assert_eq!(said, "23 of 60 students who stop at lambda");
    browser.click("[data-show='stop-0-6']");
    assert_eq!(shown(&browser).len(), 60);
}

#[test]
fn a_cell_opens_the_students_words() {
    let Some(browser) = Browser::start() else { return };
    let scratch = tempfile::tempdir().unwrap();
    classroom::typical(scratch.path(), 60);
    pages(scratch.path());
    let index = address(&scratch.path().join("index.html"));
    browser.open(&index);
    browser.click("a[href='students/s024.html#datastream.lambda']");
    assert!(browser.address().ends_with("/students/s024.html#datastream.lambda"));
    let target = browser.run("return document.querySelector(':target').querySelector('h3').textContent");
    assert!(target.as_str().unwrap().contains("lambda"), "{target}");

    // With keys: one press of Tab leads from the tools into the map, arrows lead through it.
    browser.open(&index);
    browser.type_into("#text", "s024");
    browser.run("document.querySelector('#map thead tr:last-child th:last-child button').focus()");
    browser.press(&[TAB]);
    let focus = "return document.activeElement.getAttribute('href')";
    assert_eq!(browser.run(focus), "students/s024.html");
    browser.press(&[RIGHT, RIGHT, RIGHT]);
    assert_eq!(browser.run(focus), "students/s024.html#datastream.s3");
    browser.press(&[DOWN]);
    assert_eq!(browser.run(focus), "students/s024.html#datastream.s3");
    browser.press(&[ENTER]);
    assert!(browser.address().ends_with("/students/s024.html#datastream.s3"));
    // A step that passed is folded; whoever comes for it finds it open.
    assert_eq!(
        browser.run("return document.querySelector(':target').closest('details').open"),
        true
    );
}

#[test]
fn without_script_the_table_is_there() {
    let Some(browser) = Browser::without_script() else {
        return;
    };
    let scratch = tempfile::tempdir().unwrap();
    classroom::typical(scratch.path(), 3);
    pages(scratch.path());
    browser.open(&address(&scratch.path().join("index.html")));
    assert_eq!(shown(&browser).len(), 3);
    let tools =
        "return [...document.querySelectorAll('button, input, select')].filter((e) => e.checkVisibility()).length";
    assert_eq!(browser.run(tools), 0);
}

/// Texts whose contrast is below 4.5, <https://www.w3.org/TR/WCAG22/#contrast-minimum>, and what sticks out of the page.
const UNREADABLE: &str = r#"
    const channel = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
    const parts = (color) => color.match(/[\d.]+/g).map(Number);
    const behind = (e) => {
        for (; e; e = e.parentElement) {
            const color = parts(getComputedStyle(e).backgroundColor);
            if (color.length < 4 || color[3] > 0) return color;
        }
        return [255, 255, 255];
    };
    const bad = new Set();
    for (const details of document.querySelectorAll("details")) details.open = true;
    for (const element of document.querySelectorAll("body *")) {
        if (![...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) || !element.checkVisibility()) continue;
        const [a, b] = [light(parts(getComputedStyle(element).color)), light(behind(element))];
        const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (contrast < 4.5) bad.add(`${element.tagName}.${element.className}: ${contrast.toFixed(2)}`);
    }
    if (document.scrollingElement.scrollWidth > innerWidth + 1) bad.add(`wider than the screen: ${document.scrollingElement.scrollWidth}`);
    return [...bad];
"#;

#[test]
fn pages_can_be_read_on_every_screen_in_light_and_dark() {
    let Some(browser) = Browser::start() else { return };
    let scratch = tempfile::tempdir().unwrap();
    classroom::typical(scratch.path(), 60);
    pages(scratch.path());
    for file in [
        "index.html",
        "students/s024.html",
        "students/s008.html",
        "students/s031.html",
    ] {
        for (width, height) in [(1440, 1000), (390, 844)] {
            for dark in [false, true] {
                browser.screen(width, height, dark);
                browser.open(&address(&scratch.path().join(file)));
                assert_eq!(browser.run(UNREADABLE), json!([]), "{file} at {width}, dark: {dark}");
            }
        }
    }
}

/// For those who look: `EDEMLAB_LOOK=DIR cargo test --test class pictures -- --ignored` leaves pages and
/// pictures of three sizes there.
#[test]
#[ignore = "makes pictures to look at"]
fn pictures() {
    let Some(browser) = Browser::start() else { return };
    let at = PathBuf::from(std::env::var("EDEMLAB_LOOK").expect("a folder in EDEMLAB_LOOK"));
    for count in [3, 60, 300] {
        let folder = at.join(count.to_string());
        classroom::typical(&folder, count);
        pages(&folder);
        for (name, width, height) in [("wide", 1440, 1000), ("phone", 390, 844)] {
            for dark in [false, true] {
                browser.screen(width, height, dark);
                for (what, file) in [("index", "index.html"), ("student", "students/s001.html")] {
                    browser.open(&address(&folder.join(file)));
                    let shade = if dark { "dark" } else { "light" };
                    browser.picture(&at.join(format!("{count}-{what}-{name}-{shade}.png")));
                    if what == "index" {
                        browser.run("document.getElementById('students').scrollIntoView()");
                        browser.picture(&at.join(format!("{count}-map-{name}-{shade}.png")));
                    }
                }
            }
        }
        browser.open(&address(&folder.join("index.html")));
        let took =
            browser.run("const [n] = performance.getEntriesByType('navigation'); return Math.round(n.loadEventEnd)");
        println!("{count} students: opened in {took} ms");
    }
}

#[test]
fn what_a_lab_costs_is_a_column_of_its_own_and_sorts() {
    let Some(browser) = Browser::start() else { return };
    let scratch = tempfile::tempdir().unwrap();
    let folder = classroom::typical(scratch.path(), 4);
    for (student, usd) in folder.class().students.iter().zip([1.15, 14.11, 0.43]) {
        let mut report = folder.report(student, "datastream").unwrap().expect("a report");
        report.idle_usd_per_day = Some(usd);
        folder.replace(student, &report).unwrap();
    }
    pages(scratch.path());
    browser.open(&address(&scratch.path().join("index.html")));
    let heads = "return [...document.querySelectorAll('#map thead tr:last-child th')].map((th) => th.textContent)";
    let heads = browser.run(heads);
    let costs = |head: &Value| head.as_str().is_some_and(|head| head.starts_with("Costs a day"));
    let heads = heads.as_array().unwrap();
    // The other lab has none.
    assert_eq!(heads.iter().filter(|head| costs(head)).count(), 1, "{heads:?}");
    let place = heads.iter().position(costs).unwrap();
    let button = format!("#map thead tr:last-child th:nth-child({}) button", place + 1);
    browser.click(&button);
    assert_eq!(column(&browser, place), [Some(0.43), Some(1.15), Some(14.11), None]);
    browser.click(&button);
    assert_eq!(column(&browser, place), [Some(14.11), Some(1.15), Some(0.43), None]);
    // Each lab's heading is as wide as its columns.
    let spans = browser.run(
        "return [...document.querySelectorAll('#map thead tr:first-child > *')].reduce((n, cell) => n + cell.colSpan, 0)",
    );
    assert_eq!(spans, json!(heads.len()));
}
