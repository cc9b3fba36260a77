//! A course folder comes from somebody else: nothing outside of it is read, written or waited for, whatever is in it.

use crate::common;

mod folder;
mod pages;
mod world;

use common::cloud::alone;
use world::{World, ending, listing};

/// Whether a mistake is shown at `place`.
fn shown(said: &str, place: &str) -> bool {
    said.lines()
        .any(|line| line.trim_start().trim_start_matches("--> ") == place)
}

const TOML: &str = "book/book.toml";

/// The `book.toml` with these paths in it, each of them wrong.
fn settings(theme: &str, not_found: &str, src: &str, others: &[String]) -> String {
    let list = |ends: &str| {
        let of = others.iter().filter(|path| path.ends_with(ends));
        of.map(|path| format!("\"{path}\"")).collect::<Vec<_>>().join(", ")
    };
    let redirects = others.iter().filter(|path| path.ends_with(".html"));
    let redirects: String = redirects.map(|path| format!("\"{path}\" = \"index.html\"\n")).collect();
    format!(
        "[book]\ntitle = \"T\"\nsrc = \"{src}\"\n\n[build]\nbuild-dir = \"{src}/site\"\nextra-watch-dirs = [\"..\", \"{src}/w\"]\n\n\
         [output.html]\ntheme = \"{theme}\"\ninput-404 = \"{not_found}\"\n\
         additional-css = [\"theme/page.css\", {}]\nadditional-js = [\"theme/live.js\", {}]\n\n\
         [output.html.redirect]\n{redirects}",
        list(".css"),
        list(".js")
    )
}

#[test]
fn a_books_settings_name_nothing_outside() {
    let world = World::new();
    for root in [format!("../{}", world.up()), world.absolute()] {
        let of = |file: &str| format!("{root}/{file}");
        // A slash in front of a redirect means the book itself, two do not.
        let mut others: Vec<String> = ["victim.js", "victim.css", "a.html"].map(of).into();
        others.extend([
            format!("/{root}/b.html"),
            "../labs/x.css".to_owned(),
            "C:/x.js".to_owned(),
        ]);
        let (theme, not_found) = (of("theme"), of("secret.md"));
        world.course.write(TOML, &settings(&theme, &not_found, &root, &others));
        let said = world.refused();
        others.extend([
            theme,
            not_found,
            root.clone(),
            format!("{root}/site"),
            format!("{root}/w"),
        ]);
        for path in &others {
            // With one slash in front it is a page of the book.
            let fine = path.starts_with("/tmp") && path.ends_with("a.html");
            let place = world.course.place(TOML, &format!("\"{path}\""));
            assert_eq!(shown(&said, &place), !fine, "{place} {path}:\n{said}");
        }
    }
    for (wrong, at) in [
        ("[output.html]\ntheme = \"../labs\"\n", "\"../labs\""),
        ("[output.html]\ninput-404 = \"../book.toml\"\n", "\"../book.toml\""),
        (
            "[output.html]\nadditional-css = [\"src/index.md\"]\n",
            "\"src/index.md\"",
        ),
        ("[book]\ntitel = \"T\"\n", "titel"),
        ("[book\n", "\n"),
    ] {
        world.course.write(TOML, wrong);
        let said = world.refused();
        let place = world.course.place(TOML, at);
        assert!(at == "\n" || shown(&said, &place), "{place}\n{said}");
        assert!(said.contains(TOML), "{said}");
    }
}

/// What a book's author sets for mdBook is no mistake, and neither is what mdBook takes from the environment.
#[test]
fn settings_that_stay_within_the_course_are_no_mistake_and_the_environment_is_not_asked() {
    let world = World::new();
    world.course.write(
        TOML,
        "[book]\ntitle = \"T\"\nauthors = [\"A\"]\nlanguage = \"es\"\nsrc = \"src\"\n\n\
         [build]\nbuild-dir = \"../out\"\nextra-watch-dirs = [\"../labs\"]\n\n\
         [output.html]\nadditional-css = [\"./theme/page.css\"]\nadditional-js = [\"theme/live.js\"]\ntheme = \"theme\"\n\n\
         [output.html.redirect]\n\"/old.html\" = \"https://docs.aws.amazon.com/\"\n\"old/b.html\" = \"index.html\"\n\"old/b.html#c\" = \"../index.html\"\n",
    );
    assert_eq!(world.verb(&["lint"]).code, 0);
    let before = listing(world.outside.path());
    let mut command = alone(&["guide", "no-such-page", "--course"]);
    let victim = world.outside.path().join("victim.js");
    command
        .arg(world.course.folder())
        .env("EDEMLAB_CACHE_DIR", world.cache.path())
        .env("MDBOOK_BUILD__BUILD_DIR", world.outside.path().join("site"))
        .env("MDBOOK_BOOK__SRC", world.outside.path())
        .env("MDBOOK_OUTPUT__HTML__ADDITIONAL_JS", format!("[{victim:?}]"));
    let said = ending(command);
    assert!(said.stderr.contains("no-such-page"), "{}", said.stderr);
    assert_eq!(listing(world.outside.path()), before);
    let pages = listing(world.cache.path());
    assert!(pages.values().any(|page| page.contains("<html lang=\"es\"")));
    assert!(
        !pages.keys().any(|path| path.ends_with("old.html")),
        "a redirect was written"
    );
    assert!(!world.course.folder().join("out").exists());
}

const PAGE: &str = "book/src/setup.md";

#[test]
fn an_include_stays_within_the_course() {
    let world = World::new();
    let original = world.course.read(PAGE);
    let (up, absolute) = (world.up(), world.absolute());
    // An excerpt is other text than its file: what is no include in the whole may be one in a part of it.
    world.course.write(
        "book/src/examples/nested.txt",
        &format!("{{{{#include ../index.md:1:1 \n{{{{#include {absolute}/secret.txt}}}}\n"),
    );
    world.course.write(
        "book/src/examples/anchors.txt",
        &format!("ANCHOR: a\n{{{{#include\nANCHOR: b\n{absolute}/secret.txt}}}}\nANCHOR_END: a\n"),
    );
    let directives = [
        format!("{{{{#include {absolute}/secret.txt}}}}"),
        format!("{{{{#include ../../{up}/secret.txt}}}}"),
        format!("{{{{ #include   ../src/../../{up}/secret.txt:1:2}}}}"),
        format!("{{{{#include ../../{up}/secret.txt:anchor}}}}"),
        format!("{{{{#rustdoc_include {absolute}/secret.txt:1}}}}"),
        format!("{{{{#playground {absolute}/secret.txt editable}}}}"),
        format!("{{{{#playpen ../../{up}/secret.txt}}}}"),
        format!("`{{{{#include\n{absolute}/secret.txt}}}}`"),
        "{{#include ../../../../../../../../etc/hostname}}".to_owned(),
    ];
    world
        .course
        .write(PAGE, &format!("{original}\n\n{}\n", directives.join("\n\n")));
    let said = world.refused();
    for directive in &directives {
        let place = world.course.place(PAGE, directive.trim_matches('`'));
        assert!(shown(&said, &place), "{place}: {directive}\n{said}");
    }
    assert_eq!(said.matches("cannot be included").count(), directives.len(), "{said}");
    for (file, asked, at) in [
        ("book/src/examples/nested.txt", "nested.txt:2", "{{#include /"),
        ("book/src/examples/anchors.txt", "anchors.txt:a", ""),
    ] {
        world
            .course
            .write(PAGE, &format!("{original}\n\n{{{{#include examples/{asked}}}}}\n"));
        let said = world.refused();
        let place = match at {
            "" => format!("{file}:1:1"),
            at => world.course.place(file, at),
        };
        assert!(shown(&said, &place), "{place}\n{said}");
    }
}

#[test]
fn files_that_include_each_other_come_to_an_end() {
    let world = World::new();
    let page = world.course.read(PAGE) + "\n\n{{#include examples/again.txt}}\n";
    world.course.write(PAGE, &page);
    let again = "book/src/examples/again.txt";
    world.course.write(again, "{{#include again.txt}}\n");
    assert!(world.refused().contains("include each other"));
    world.course.write(again, &"{{#include again.txt}}\n".repeat(50));
    assert!(world.refused().contains("include each other"));
}

#[test]
fn a_chapter_is_a_page_of_the_book() {
    let world = World::new();
    let summary = "book/src/SUMMARY.md";
    let original = world.course.read(summary);
    let (up, absolute) = (world.up(), world.absolute());
    let links = [
        format!("{absolute}/secret.md"),
        format!("../../{up}/secret.md"),
        "datastream/../../book.toml".to_owned(),
        "../../labs/datastream/lab.yaml".to_owned(),
        "theme/page.css".to_owned(),
        "a';alert(1);'.md".to_owned(),
        "https://pages.example/x.md".to_owned(),
        "..%20/x.md".to_owned(),
    ];
    let list = links
        .iter()
        .enumerate()
        .map(|(n, link)| format!("- [Elsewhere {n}](<{link}>)\n"));
    world
        .course
        .write(summary, &format!("{original}\n{}", list.collect::<String>()));
    let said = world.refused();
    for (n, link) in links.iter().enumerate() {
        let place = world.course.place(summary, &format!("[Elsewhere {n}]"));
        assert!(shown(&said, &place), "{place}: {link}\n{said}");
    }
    world.course.write(summary, &original);
    let lab = "labs/datastream/lab.yaml";
    let chapter = "chapter: datastream/iam.html";
    for instead in ["../../../labs/x.html", "/datastream/iam.html", "https://pages.example/"] {
        world.course.replace(lab, chapter, &format!("chapter: {instead}"));
        let said = world.verb(&["check", "datastream"]);
        assert_eq!(said.code, 2);
        assert!(
            said.stderr.contains(instead) && said.stderr.contains(lab),
            "{}",
            said.stderr
        );
        world.course.replace(lab, &format!("chapter: {instead}"), chapter);
    }
}

/// What builds the guide does not rely on `lint` having been there before.
#[test]
fn the_guide_is_built_of_the_course_alone_even_unlinted() {
    use edemlab::book::Filler;
    use edemlab::course::CourseFiles;
    use edemlab::guide::build;
    let world = World::new();
    let shipped = common::course::course();
    let before = listing(world.outside.path());
    // From where the guide is built, below the cache's folder, as from the course's own.
    let up = format!("../../../..{}", world.absolute());
    let page = world.course.read(PAGE);
    let toml = "[output.html]\nadditional-css = [\"theme/page.css\"]\n";
    let mistakes = [
        (TOML, format!("{toml}additional-js = [\"{up}/victim.js\"]\n")),
        (
            TOML,
            format!("{toml}[output.html.redirect]\n\"{up}/planted.html\" = \"x\"\n"),
        ),
        (
            PAGE,
            format!("{page}\n{{{{#include {}/secret.txt}}}}\n", world.absolute()),
        ),
        (
            "book/src/SUMMARY.md",
            format!("[One](index.md)\n[Two]({}/secret.md)\n", world.absolute()),
        ),
    ];
    for (file, text) in mistakes {
        let original = world.course.read(file);
        world.course.write(file, &text);
        let files = CourseFiles::read(world.course.folder()).unwrap();
        let filler = Box::new(Filler::new(shipped.clone(), edemlab::judge::vocabulary()));
        let error = build(&files, world.cache.path(), filler).expect_err(file).to_string();
        assert!(error.contains("the book cannot be built"), "{error}");
        assert_eq!(listing(world.outside.path()), before, "{file}");
        assert!(
            !listing(world.cache.path())
                .values()
                .any(|text| text.contains(world::SECRET))
        );
        world.course.write(file, &original);
    }
}
