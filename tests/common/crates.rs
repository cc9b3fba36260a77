//! What cargo builds the program of.

/// What cargo builds with these features, one crate a line with its own.
pub fn crates(features: &str) -> Vec<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut tree = std::process::Command::new(cargo);
    tree.current_dir(env!("CARGO_MANIFEST_DIR"));
    tree.args([
        "tree",
        "--locked",
        "--offline",
        "--edges",
        "normal,build",
        "--prefix",
        "none",
        "--format",
        "{p} {f}",
    ]);
    let output = tree.args(["--features", features]).output().unwrap();
    assert!(output.status.success(), "{}", super::text(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    let mut lines: Vec<String> = text
        .lines()
        .map(|line| line.trim_end_matches(" (*)").to_owned())
        .collect();
    lines.sort();
    lines.dedup();
    lines
}
