//! Pages of the book that are made from the program: they are what the program says, or one command makes them so. And the
//! check language's reference, one of them, as the program shows it.

use std::fmt::Write;
use std::path::Path;

use clap::{Command, CommandFactory};
use edemlab::cli::Cli;
use edemlab::costs::{Unit, prices};
use edemlab::course::REFERENCE;
use edemlab::judge;

use crate::common::cloud::{Printed, alone, run};
use crate::common::course::Copy;

/// Makes the pages again. `CONTRIBUTING.md` names it.
const AGAIN: &str = "EDEMLAB_UPDATE=1 cargo test --locked --test book generated";

#[test]
fn generated_pages_are_what_the_program_says() {
    let pages = [
        ("commands-table.md", "src/cli.rs", commands()),
        ("language.md", "src/course/reference.md", REFERENCE.to_owned()),
        ("prices-table.md", "src/costs/prices.yaml", prices_table()),
    ];
    let mut stale = Vec::new();
    for (name, source, text) in pages {
        let file = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("book/src/reference")
            .join(name);
        let page = format!("<!-- Made from {source}. Change that, then run: {AGAIN} -->\n\n{text}");
        if std::fs::read_to_string(&file).ok().as_deref() != Some(&page) {
            if std::env::var_os("EDEMLAB_UPDATE").is_some() {
                std::fs::write(&file, page).unwrap();
            } else {
                stale.push(name);
            }
        }
    }
    assert!(
        stale.is_empty(),
        "{stale:?} in book/src/reference are not what the program says. Run: {AGAIN}"
    );
}

/// The regions that the course names, and that of a Learner Lab.
const REGIONS: [&str; 4] = ["eu-central-1", "eu-west-3", "eu-north-1", "us-east-1"];

/// Every price in the regions of the course.
fn prices_table() -> String {
    let mut table = format!(
        "| what | for | {} | as of |\n",
        REGIONS.map(|region| format!("`{region}`")).join(" | ")
    );
    table.push_str(&format!("|---|---|{}---|\n", "---|".repeat(REGIONS.len())));
    for price in prices() {
        let unit = match price.unit {
            Unit::Hour => "an hour",
            Unit::Month => "a month",
        };
        let usd = REGIONS.map(|region| {
            price
                .usd(region)
                .map_or("–".to_owned(), |usd| usd.normalize().to_string())
        });
        let (of, page, as_of) = (&price.of, &price.page, &price.as_of);
        writeln!(table, "| [{of}]({page}) | {unit} | {} | {as_of} |", usd.join(" | ")).unwrap();
    }
    table
}

/// Every command with what it is for, and a link to its section.
fn commands() -> String {
    let mut program = Cli::command();
    program.build();
    let mut table = "| command | what it does |\n|---|---|\n".to_owned();
    rows(&mut program, &mut table);
    table
}

fn rows(command: &mut Command, table: &mut String) {
    // mdBook's questions are none of a reader's.
    let is_leaf = !command.has_subcommands() || command.get_name() == "book";
    if is_leaf || command.get_positionals().next().is_some() {
        // Every command has options, and the page writes `LAB` for clap's `<LAB>`.
        let usage = command
            .render_usage()
            .to_string()
            .replace(" [OPTIONS]", "")
            .replace(['<', '>'], "");
        let usage = usage.lines().next().unwrap_or_default().trim_start_matches("Usage: ");
        let anchor = usage
            .split_whitespace()
            .skip(1)
            .take_while(|word| word.starts_with(|c: char| c.is_ascii_lowercase()))
            .collect::<Vec<_>>()
            .join("-");
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(
            table,
            "| [`{}`](#{anchor}) | {} |",
            usage.replace('|', "\\|"),
            about.replace('|', "\\|")
        );
    }
    if is_leaf {
        return;
    }
    for inner in command.get_subcommands_mut() {
        rows(inner, table);
    }
}

/// A kind or verb that the reference does not have would be found by reading the source only.
#[test]
fn the_reference_lists_every_kind_and_verb_and_no_other() {
    let vocabulary = judge::vocabulary();
    let listed = |section: &str| {
        let part = REFERENCE.split("\n## ").find(|part| part.starts_with(section));
        let rows = part.expect(section).lines().filter_map(|line| line.strip_prefix("| `"));
        let mut names: Vec<String> = rows
            .filter_map(|row| row.split('`').next())
            .map(str::to_owned)
            .collect();
        names.sort();
        names
    };
    let mut kinds: Vec<String> = vocabulary.kinds.iter().map(|kind| kind.name.to_owned()).collect();
    let mut verbs: Vec<String> = vocabulary.verbs.iter().map(|verb| verb.name.to_owned()).collect();
    kinds.sort();
    verbs.sort();
    assert_eq!(listed("Kinds"), kinds);
    assert_eq!(listed("Verbs"), verbs);
}

/// An author reads off the reference which values a report does not show.
#[test]
fn the_reference_names_what_is_secret_of_a_kind() {
    let mut secret = 0;
    for kind in judge::vocabulary().kinds {
        let row = REFERENCE
            .lines()
            .find(|line| line.starts_with(&format!("| `{}` |", kind.name)));
        let row = row.expect(kind.name);
        let places: Vec<String> = kind.secret.iter().map(|place| format!("`{place}`")).collect();
        secret += places.len();
        let named = row
            .split_once("secret: ")
            .map(|(_, rest)| rest.trim_end_matches([' ', '|']));
        assert_eq!(named.unwrap_or_default(), places.join(", "), "{row}");
    }
    assert!(secret > 0, "no kind has a secret");
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn explain_language_shows_every_word_of_the_reference() {
    for columns in ["40", "80", "200"] {
        let mut command = alone(&["explain", "language"]);
        command.env("COLUMNS", columns);
        let shown = run(command).stdout;
        let missing: Vec<&str> = REFERENCE
            .lines()
            .filter(|line| !line.starts_with("|---") && !line.starts_with("```"))
            .flat_map(|line| line.trim_start_matches(['#', '-', ' ']).split('|'))
            .flat_map(|cell| cell.split_whitespace())
            .filter(|word| !shown.contains(&word.replace("**", "")) && word.len() < 14)
            .collect();
        assert!(missing.is_empty(), "at {columns} columns, not shown: {missing:?}");
    }
}

#[test]
fn explain_language_breaks_no_code() {
    for columns in ["40", "80", "100"] {
        let mut command = alone(&["explain", "language"]);
        command.env("COLUMNS", columns);
        // An example is as it is.
        let is_example = |line: &&str| line.starts_with("    ") && !line.starts_with(&" ".repeat(20));
        for line in run(command).stdout.lines().filter(|line| !is_example(line)) {
            assert!(line.matches('`').count() % 2 == 0, "at {columns}: {line}");
        }
    }
}

#[test]
fn explain_language_needs_no_course_and_takes_a_section() {
    let explain = |args: &[&str]| {
        let mut command = alone(&[&["explain", "language"], args].concat());
        command.args(["--course", "no-such-folder"]);
        run(command)
    };
    let whole = explain(&[]);
    assert_eq!(whole.code, 0, "{}", whole.stderr);
    let shown = flat(&whole.stdout);
    let names = shown.strip_prefix("Sections: ").expect("the sections come first");
    let (names, _) = names.split_once(". One of them: ").expect("and how to see one");
    for name in names.split(", ") {
        let part = explain(&[name]);
        assert_eq!(part.code, 0, "{name}: {}", part.stderr);
        let body = part.stdout.split_once('\n').expect("more than a heading").1;
        assert!(whole.stdout.contains(body.trim_end()), "{name}: {body}");
        assert!(part.stdout.len() < whole.stdout.len() / 2, "{name} is not a section");
    }
    let kinds = explain(&["kinds"]).stdout;
    assert!(
        flat(&kinds).contains("`sns.topic` ListTopics, with `TopicName`"),
        "{kinds}"
    );
    assert!(!kinds.contains("kinesis.put_record"), "{kinds}");
    let table = explain(&["dynamodb.table"]);
    assert_eq!(table.code, 0, "{}", table.stderr);
    assert!(
        table.stdout.contains("    KeySchema, a list\n      AttributeName\n"),
        "{}",
        table.stdout
    );
    let put = explain(&["kinesis.put_record"]);
    assert!(put.stdout.contains("sends the event"), "{}", put.stdout);
    let wrong = explain(&["kindz"]);
    assert_eq!(wrong.code, 2);
    assert!(
        wrong
            .stderr
            .contains("no section, kind or verb `kindz`: did you mean `kinds`?"),
        "{}",
        wrong.stderr
    );
}

#[test]
fn lint_names_the_reference_and_refuses_a_lab_of_its_name() {
    let course = Copy::new();
    let lint = || -> Printed {
        let mut command = alone(&["lint", "--course"]);
        command.arg(course.folder());
        run(command)
    };
    let file = "checks/datastream/kinesis.yaml";
    course.replace(file, "  - id: on-demand", "  - tag: on-demand");
    let printed = lint();
    assert_eq!(printed.code, 2);
    assert!(
        printed.stderr.contains("edemlab explain language"),
        "{}",
        printed.stderr
    );

    course.replace(file, "  - tag: on-demand", "  - id: on-demand");
    assert_eq!(lint().code, 0);
    std::fs::create_dir(course.folder().join("labs/language")).unwrap();
    course.write("labs/language/lab.yaml", "title: X\nedition: '1'\nsteps: []\n");
    let printed = lint();
    assert_eq!(printed.code, 2);
    assert!(
        printed.stderr.contains("a lab cannot be called `language`")
            && printed.stderr.contains("labs/language/lab.yaml:1:1"),
        "{}",
        printed.stderr
    );
}
