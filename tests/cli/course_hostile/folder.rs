//! What may be in a course's folder, and how much; and where its files are written.

use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use super::world::{World, ending};
use crate::common::cloud::{alone, run};
use crate::common::text;

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
