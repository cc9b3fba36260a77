//! `edemlab fleet`: the stack that grades a class in the professor's own account.

use crate::cli::FleetCommand;
use crate::fleet::template;

pub fn run(command: FleetCommand) -> anyhow::Result<u8> {
    match command {
        FleetCommand::Template => super::output::print(template::template().trim_end()),
    }
}
