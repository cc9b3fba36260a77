//! The program `bootstrap`: `edemlab grade` for one student at a time, as a Lambda function.

use super::failure;
use crate::account::Connection;
use crate::course::{self, CourseFiles, Part};
use crate::fleet::bucket::Bucket;
use crate::fleet::contract::Ask;
use crate::fleet::function::{FunctionError, Grader};
use crate::judge;
use anyhow::Context;
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The variable that names the bucket.
const BUCKET: &str = "EDEMLAB_BUCKET";

/// The folder beside the program that holds another course than the one that is built in.
const COURSE: &str = "course";

/// Runs until Lambda ends it.
pub fn run() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let ended = match runtime {
        Ok(runtime) => runtime.block_on(serve()),
        Err(error) => Err(error.into()),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            super::output::note(&failure::text(&error));
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> anyhow::Result<()> {
    let name = std::env::var(BUCKET).with_context(|| format!("the function has no variable {BUCKET}"))?;
    let account = Connection::default().open().await?;
    let grader = Grader {
        course: course()?,
        bucket: Bucket::new(&account, &name),
    };
    let grader = &grader;
    let answer = |event: LambdaEvent<Ask>| async move {
        let answer = grader.answer(event.payload, left(event.context.deadline)).await;
        answer.map_err(|error: FunctionError| Diagnostic {
            error_type: error.name().to_owned(),
            error_message: error.to_string(),
        })
    };
    let served = lambda_runtime::run(service_fn(answer)).await;
    served.map_err(|error| anyhow::anyhow!("{error}"))
}

/// The course in the folder beside the program, else the one that is built in.
fn course() -> anyhow::Result<course::Course> {
    let task = std::env::var("LAMBDA_TASK_ROOT").unwrap_or_default();
    let folder = Path::new(&task).join(COURSE);
    let files = match !task.is_empty() && folder.is_dir() {
        true => CourseFiles::read(&folder)?,
        false => CourseFiles::embedded(),
    };
    course::load(files, &judge::vocabulary(), Part::Checks).map_err(|diagnostics| {
        super::output::note_lines(&diagnostics.render(false, 120));
        failure::BrokenCourse(diagnostics).into()
    })
}

/// What is left until Lambda ends this invocation, `deadline` milliseconds after 1970.
fn left(deadline: u64) -> Duration {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Duration::from_millis(deadline).saturating_sub(now)
}
