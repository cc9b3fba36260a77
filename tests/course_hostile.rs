//! A course folder comes from somebody else: nothing outside of it is read, written or waited for, whatever is in it.
#![cfg(unix)]

mod common;

use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use common::cloud::{Printed, alone, run};
use common::course::Copy;
use common::{PATIENCE, text};

const SECRET: &str = "what-stands-outside-of-the-course";

/// A course, and a folder beside it that is none of its business.
struct World {
    course: Copy,
    outside: tempfile::TempDir,
    cache: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let outside = tempfile::tempdir().unwrap();
        for name in ["secret.txt", "secret.md", "victim.js", "victim.css"] {
            std::fs::write(outside.path().join(name), SECRET).unwrap();
        }
        std::fs::create_dir_all(outside.path().join("theme/css")).unwrap();
        std::fs::write(outside.path().join("theme/css/general.css"), SECRET).unwrap();
        Self {
            course: Copy::new(),
            outside,
            cache: tempfile::tempdir().unwrap(),
        }
    }

    /// The outside's path from the course's own folder.
    fn up(&self) -> String {
        format!("../{}", self.outside.path().file_name().unwrap().to_str().unwrap())
    }

    fn absolute(&self) -> String {
        self.outside.path().to_str().unwrap().to_owned()
    }

    /// A verb with this course: it ends by itself, and has done nothing outside.
    fn verb(&self, args: &[&str]) -> Printed {
        let before = listing(self.outside.path());
        let mut command = alone(args);
        command
            .arg("--course")
            .arg(self.course.folder())
            .env("EDEMLAB_CACHE_DIR", self.cache.path());
        let said = ending(command);
        assert_eq!(
            listing(self.outside.path()),
            before,
            "{args:?} has changed what is outside"
        );
        for (path, content) in listing(self.cache.path()) {
            assert!(!content.contains(SECRET), "{args:?}: the secret is in {path:?}");
        }
        for stream in [&said.stdout, &said.stderr] {
            assert!(!stream.contains(SECRET), "{args:?}: {stream}");
        }
        said
    }

    /// What `lint` says of it, which the guide and the preprocessor refuse as well.
    fn refused(&self) -> String {
        let said = self.verb(&["lint"]);
        assert_eq!((said.code, said.stdout.as_str()), (2, ""), "{}", said.stderr);
        let guide = self.verb(&["guide", "no-such-page"]);
        assert_eq!(guide.code, 2);
        assert!(!guide.stderr.contains("no-such-page"), "it was built: {}", guide.stderr);
        assert_eq!(guide.stderr, said.stderr);
        said.stderr
    }
}

/// Every file below a folder with what is in it, when it was changed, and what it is.
fn listing(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let is = std::fs::symlink_metadata(&path).unwrap();
            let content = match is.is_file() {
                true => String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned(),
                false => String::new(),
            };
            if is.is_dir() {
                open.push(path.clone());
            }
            found.insert(
                path,
                format!("{:o} {}.{} {content}", is.mode(), is.mtime(), is.mtime_nsec()),
            );
        }
    }
    found
}

/// A command that must end by itself.
fn ending(mut command: Command) -> Printed {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let read = |mut stream: Box<dyn std::io::Read + Send>| {
        std::thread::spawn(move || {
            let mut text = String::new();
            stream.read_to_string(&mut text).map(|_| text).unwrap()
        })
    };
    let (out, err) = (read(Box::new(out)), read(Box::new(err)));
    let began = Instant::now();
    let code = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status.code();
        }
        if began.elapsed() > PATIENCE / 4 {
            let _ = child.kill();
            let _ = child.wait();
            panic!("it hangs: {command:?}");
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    };
    Printed {
        code: code.expect("a code"),
        stdout: out.join().unwrap(),
        stderr: err.join().unwrap(),
    }
}

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
         [output.html.redirect]\n\"/old.html\" = \"https://docs.aws.amazon.com/\"\n\"old/b.html#c\" = \"../index.html\"\n",
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

fn fifo(path: &Path) {
    let made = Command::new("mkfifo").arg(path).output().unwrap();
    assert!(made.status.success(), "{}", text(&made));
}

/// Pipes, sockets and links at any place, each of them named. Nothing is waited for.
#[test]
fn only_regular_files_of_the_folder_are_read() {
    let world = World::new();
    let outside = world.outside.path();
    let places = [
        "labs/datastream/code",
        "labs/datastream",
        "labs",
        "checks/datastream",
        "checks",
        "book",
        "book/src",
        "book/src/datastream",
        "book/theme",
    ];
    let mut planted = Vec::new();
    let mut sockets = Vec::new();
    for place in places {
        let at = |name: &str| world.course.folder().join(place).join(name);
        fifo(&at("pipe.md"));
        sockets.push(UnixListener::bind(at("socket")).unwrap());
        symlink(outside.join("secret.txt"), at("link.yaml")).unwrap();
        symlink(outside, at("folder")).unwrap();
        symlink("loop", at("loop")).unwrap();
        symlink("..", at("parent")).unwrap();
        symlink("/dev/zero", at("zero")).unwrap();
        for name in ["pipe.md", "socket", "link.yaml", "folder", "loop", "parent", "zero"] {
            planted.push(format!("{place}/{name}"));
        }
    }
    let verbs: &[&[&str]] = &[
        &["lint"],
        &["guide", "no-such-page"],
        &["files", "datastream"],
        &["explain", "datastream"],
        &["check", "datastream"],
    ];
    for verb in verbs {
        let said = world.verb(verb);
        assert_eq!((said.code, said.stdout.as_str()), (2, ""), "{verb:?}: {}", said.stderr);
        let named = planted
            .iter()
            .filter(|path| said.stderr.contains(&format!("`{path}`")))
            .count();
        assert_eq!(named, 20, "{}", said.stderr);
        assert!(
            said.stderr.contains(&format!("and {} more", planted.len() - 20)),
            "{}",
            said.stderr
        );
    }
    // Each alone is refused as well; those that are hidden are not looked at.
    for path in &planted {
        std::fs::rename(
            world.course.folder().join(path),
            world
                .course
                .folder()
                .join(path)
                .with_file_name(format!(".{}", path.replace('/', "-"))),
        )
        .unwrap();
    }
    assert_eq!(world.verb(&["lint"]).code, 0);
    for path in &planted {
        let at = world.course.folder().join(path);
        let hidden = at.with_file_name(format!(".{}", path.replace('/', "-")));
        std::fs::rename(&hidden, &at).unwrap();
        let said = world.verb(&["lint"]);
        assert_eq!(said.code, 2, "{path}");
        assert!(said.stderr.contains(&format!("`{path}` is ")), "{}", said.stderr);
        std::fs::rename(&at, &hidden).unwrap();
    }
}

#[test]
fn the_parts_of_a_course_and_the_course_itself_are_folders() {
    let world = World::new();
    for part in ["labs", "checks", "book"] {
        let (at, away) = (world.course.folder().join(part), world.course.folder().join("away"));
        std::fs::rename(&at, &away).unwrap();
        symlink(&away, &at).unwrap();
        let said = world.verb(&["lint"]);
        assert_eq!(said.code, 2);
        assert!(
            said.stderr.contains(&format!("`{part}` is a symbolic link")),
            "{}",
            said.stderr
        );
        std::fs::remove_file(&at).unwrap();
        fifo(&at);
        assert_eq!(world.verb(&["lint"]).code, 2, "{part}");
        std::fs::remove_file(&at).unwrap();
        std::fs::rename(&away, &at).unwrap();
    }
    let beside = world.course.folder().join("CONTRIBUTING.md");
    for make in [fifo as fn(&Path), |at| symlink("/etc/hostname", at).unwrap()] {
        make(&beside);
        let said = world.verb(&["lint"]);
        assert_eq!(said.code, 2);
        assert!(said.stderr.contains("`CONTRIBUTING.md` is "), "{}", said.stderr);
        std::fs::remove_file(&beside).unwrap();
    }
    let pipe = world.outside.path().join("pipe");
    fifo(&pipe);
    for path in [
        pipe.as_path(),
        Path::new("/dev/zero"),
        &world.outside.path().join("secret.txt"),
    ] {
        let mut command = alone(&["lint", "--course"]);
        command.arg(path);
        let said = ending(command);
        assert_eq!(said.code, 2);
        assert!(said.stderr.contains("is not a course"), "{}", said.stderr);
    }
    // Where the course is, is the user's own choice.
    let way = world.outside.path().join("way");
    symlink(world.course.folder(), &way).unwrap();
    let mut command = alone(&["lint", "--course"]);
    command.arg(&way);
    assert_eq!(ending(command).code, 0);
}

#[test]
fn there_is_an_end_to_how_much_is_read() {
    let world = World::new();
    let code = world.course.folder().join("labs/datastream/code");
    let refused = |what: &str| {
        for verb in [&["lint"] as &[&str], &["files", "datastream"]] {
            let said = world.verb(verb);
            assert_eq!((said.code, said.stdout.as_str()), (2, ""), "{verb:?}");
            assert!(said.stderr.contains(what), "{}", said.stderr);
        }
    };
    // Without blocks on disk: a terabyte costs nothing here.
    let large = code.join("large.bin");
    let file = std::fs::File::create(&large).unwrap();
    file.set_len(1 << 40).unwrap();
    refused("`labs/datastream/code/large.bin` is larger than ");
    std::fs::remove_file(&large).unwrap();

    for number in 0..5 {
        let file = std::fs::File::create(code.join(format!("large-{number}.bin"))).unwrap();
        file.set_len(30 << 20).unwrap();
    }
    refused("the course has more than ");
    for number in 0..5 {
        std::fs::remove_file(code.join(format!("large-{number}.bin"))).unwrap();
    }

    let deep = (0..40).fold(code.clone(), |folder, _| folder.join("d"));
    std::fs::create_dir_all(&deep).unwrap();
    refused("folders deep");
    std::fs::remove_dir_all(code.join("d")).unwrap();

    // Hidden files count: they are looked at, if only by their names.
    let many = code.join("many");
    std::fs::create_dir(&many).unwrap();
    for number in 0..10_001 {
        std::fs::File::create(many.join(format!(".{number}"))).unwrap();
    }
    refused("the course has more than ");
    std::fs::remove_dir_all(&many).unwrap();
    assert_eq!(world.verb(&["lint"]).code, 0);
}

/// On another system, in an address or in a page's script, such a name would mean something else.
#[test]
fn a_files_name_is_plain() {
    let world = World::new();
    for name in [
        "a\\..\\b", "C:x", "a'b", "a\"b", "a<b", "NUL", "com1.txt", "a\nb", "dot.", "a&b",
    ] {
        let at = world.course.folder().join("labs/datastream/code").join(name);
        std::fs::write(&at, "").unwrap();
        let said = world.verb(&["files", "datastream"]);
        assert_eq!((said.code, said.stdout.as_str()), (2, ""), "{name}");
        assert!(said.stderr.contains("rename it"), "{}", said.stderr);
        std::fs::remove_file(&at).unwrap();
    }
    for name in ["plain name.txt", "Señal-1_(b)+c.py", "console.log", "..a"] {
        std::fs::write(world.course.folder().join("labs/datastream/code").join(name), "").unwrap();
    }
    assert_eq!(world.verb(&["lint"]).code, 0);
}

/// A student's own folder may have links in it, too.
#[test]
fn files_are_written_through_no_link() {
    let world = World::new();
    let here = tempfile::tempdir().unwrap();
    let write = |more: &[&str]| {
        let args = ["files", "datastream", "--to", here.path().to_str().unwrap()];
        world.verb(&[&args, more].concat())
    };
    let labs = here.path().join("labs");
    let code = labs.join("datastream/code");
    let place = code.join("Dockerfile");
    let links: [(&Path, &Path); 4] = [
        (&labs, world.outside.path()),
        (&code, world.outside.path()),
        (&place, &world.outside.path().join("victim.js")),
        (&place, &world.outside.path().join("not-there")),
    ];
    for (link, to) in links {
        std::fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(to, link).unwrap();
        for flags in [&[] as &[&str], &["--force"]] {
            let said = write(flags);
            assert_eq!(said.code, 2, "{}", said.stdout);
            let named = link.display().to_string();
            assert!(
                said.stderr.contains(&named) && said.stderr.contains("a symbolic link"),
                "{}",
                said.stderr
            );
        }
        std::fs::remove_file(link).unwrap();
    }
    fifo(&place);
    let said = write(&[]);
    assert_eq!(said.code, 2);
    assert!(said.stderr.contains("Dockerfile"), "{}", said.stderr);
    std::fs::remove_file(&place).unwrap();

    // The folder that was named may be one itself.
    let way = here.path().join("way");
    std::fs::create_dir(here.path().join("real")).unwrap();
    symlink("real", &way).unwrap();
    let mut command = alone(&["files", "datastream", "--to"]);
    command.arg(&way);
    let said = run(command);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(here.path().join("real/labs/datastream/code/Dockerfile").is_file());
}
