//! Parse, run, exit code: nothing else.

use edemlab::commands;
use std::process::ExitCode;

/// A class is many small documents: with the C library's own allocator, a third of the processor's time is spent in it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match commands::parse() {
        Ok(cli) => ExitCode::from(commands::run(cli)),
        Err(error) => {
            // Nothing can be done about a closed pipe.
            let _ = error.print();
            ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
        }
    }
}
