//! `edemlab guide` before anything is served: what is asked for wrongly, and which pages are taken again.

use crate::common;

use std::path::Path;
use std::process::Command;

use common::cloud::{Printed, alone, run};

/// A guide that is asked for a page that is not there: its pages are made, and it ends.
fn nowhere(program: &Path, cache: &Path) -> Printed {
    let mut command = Command::new(program);
    command.args(["guide", "no-such-page"]).env("EDEMLAB_CACHE_DIR", cache);
    run(command)
}

fn guides(cache: &Path) -> usize {
    std::fs::read_dir(cache.join("guide")).unwrap().count()
}

#[test]
fn what_is_said_about_an_account_needs_a_lab() {
    for flags in [
        &["--sandbox"] as &[&str],
        &["--no-probe"],
        &["--every", "30s"],
        &["--region", "eu-west-3"],
        &["--profile", "school"],
        &["--use", "stream=clicks"],
    ] {
        let said = run(alone(&[&["guide"], flags].concat()));
        assert_eq!(said.code, 2, "{flags:?}: {}", said.stderr);
        assert!(said.stderr.contains("--watch <LAB>"), "{flags:?}: {}", said.stderr);
    }
}

#[test]
fn a_page_that_is_like_no_other_is_said_with_a_way_out() {
    let cache = tempfile::tempdir().unwrap();
    let said = nowhere(Path::new(env!("CARGO_BIN_EXE_edemlab")), cache.path());
    assert_eq!((said.code, said.stdout.as_str()), (2, ""));
    assert!(said.stderr.contains("`no-such-page`"), "{}", said.stderr);
    assert!(said.stderr.contains("`edemlab guide`"), "{}", said.stderr);
}

/// Pages are filled by the program: one of the same version that was changed since makes its own.
#[test]
fn a_program_takes_its_own_pages_again_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    let program = Path::new(env!("CARGO_BIN_EXE_edemlab"));
    nowhere(program, &cache);
    nowhere(program, &cache);
    assert_eq!(guides(&cache), 1);
    let changed = folder.path().join("edemlab");
    std::fs::copy(program, &changed).unwrap();
    nowhere(&changed, &cache);
    assert_eq!(guides(&cache), 2);
}

/// Nobody is sent to a page that ends at once.
#[test]
fn what_stands_in_the_way_of_watching_is_said_before_an_address() {
    let cache = tempfile::tempdir().unwrap();
    let mut command = alone(&["guide", "--watch", "datastream", "--region", "no-such-region"]);
    command
        .env("HOME", "no-such-folder")
        .env("EDEMLAB_CACHE_DIR", cache.path());
    let said = run(command);
    assert_eq!((said.code, said.stdout.as_str()), (2, ""), "{}", said.stderr);
    assert!(said.stderr.contains("no-such-region"), "{}", said.stderr);
}
