//! After the course: whether a student's account still opens, and what to ask of the student then.

use super::StudentAccess;
use super::link::called;
use super::template::STACK;
use crate::account::{ConnectError, ErrorKind};
use crate::class::roster::{Access, Entry};
use std::fmt::Write;

/// Whether a student's account still opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StillOpen {
    /// No: AWS refuses the role or the keys, as it does once they are deleted.
    No,
    /// Yes.
    Yes,
    /// It could not be determined, and why.
    Unknown(String),
}

/// Tries whether an account still opens. One call.
pub async fn still_open(student_access: &StudentAccess, entry: &Entry, region: &str) -> StillOpen {
    match student_access.enter(entry, Some(region)).await {
        // That it is another account than the roster says does not make it less open.
        Ok(_) | Err(ConnectError::OtherAccount { .. }) => StillOpen::Yes,
        Err(ConnectError::Call(error))
            if matches!(
                error.kind,
                ErrorKind::RoleRefused(_) | ErrorKind::WrongCredentials | ErrorKind::Expired
            ) =>
        {
            StillOpen::No
        }
        Err(error) => StillOpen::Unknown(error.to_string()),
    }
}

/// What a student is asked to do, ready to be sent; nothing where the way in is the professor's own.
pub fn message(entry: &Entry, region: &str) -> Option<String> {
    let account = match &entry.account {
        Some(account) => format!("AWS account {account}"),
        None => "AWS account".to_owned(),
    };
    let region = entry.region.as_deref().unwrap_or(region);
    let mut text = format!("For {}: take back the access to your account\n\n", called(entry));
    match &entry.access {
        Access::Role { .. } => {
            let _ = write!(
                text,
                "The course is over, and your labs are graded. The role by which they were checked is still in your {account}. \
                 Nobody needs it any more: please delete it. It takes a minute.\n\n\
                 1. Sign in to the AWS console, and choose the region {region}, or the one in which you made the stack.\n\
                 2. CloudFormation → Stacks → {STACK} → Delete.\n\n\
                 Or in CloudShell:\n\n   \
                 aws cloudformation delete-stack --region {region} --stack-name {STACK}\n",
            );
        }
        Access::Keys(_) => {
            let _ = writeln!(
                text,
                "The course is over, and your labs are graded. The AWS credentials that you handed in still open your \
                 {account}. Please delete them: IAM → Users → yours → Security credentials → Access keys → Actions → \
                 Deactivate, then Delete. I have to delete my copy, too."
            );
        }
        Access::Profile(_) | Access::Awaited(_) | Access::Nothing => return None,
    }
    Some(text)
}
