//! The grader as a Lambda function: nothing but its start.

use std::process::ExitCode;

fn main() -> ExitCode {
    edemlab::commands::function::run()
}
