//! `edemlab guide`.

use crate::cli::GuideArgs;
use std::path::PathBuf;

pub async fn run(_course: Option<PathBuf>, _args: GuideArgs) -> anyhow::Result<u8> {
    Ok(0)
}
