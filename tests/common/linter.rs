//! CloudFormation's own linter, by AWS: <https://github.com/aws-cloudformation/cfn-lint>.

use edemlab::sandbox::{self, Paths};

use super::cloud::{Printed, run, wait};

/// What the linter says of a template, for a region of each of two partitions.
pub fn lint(template: &str) -> Printed {
    lint_in(template, &["eu-west-1", "cn-north-1"])
}

/// What the linter says of a template, for these regions. Of a parameter with allowed values it tries each.
pub fn lint_in(template: &str, regions: &[&str]) -> Printed {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("template.yaml");
    std::fs::write(&file, template).unwrap();
    let mut command = python("import sys; from cfnlint.runner import main; sys.exit(main())");
    command
        .arg("--regions")
        .args(regions)
        .arg("--")
        .arg(&file)
        .env("HOME", folder.path());
    run(command)
}

/// Python that can import the linter, which brings CloudFormation's schema of each type.
pub fn python(code: &str) -> std::process::Command {
    let paths = Paths::from_environment().expect("a cache folder");
    let requirements = include_str!("../class/access/requirements.txt");
    let python = wait(sandbox::environment(&paths, "cfn-lint", requirements, &|_| ())).expect("it can be installed");
    let mut command = std::process::Command::new(&python);
    command
        .args(["-B", "-c", code])
        .env_clear()
        .env("HTTPS_PROXY", "http://127.0.0.1:9");
    command
}
