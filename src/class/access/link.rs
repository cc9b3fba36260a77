//! What each student needs to let their account be checked: a link to the console, or a command.

use super::template::{PARAMETER, STACK};
use crate::account::partition::{Partition, is_aws_host};
use crate::class::roster::{Access, Entry};
use crate::report::text::visible;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt::Write;

/// Where the template lies.
#[derive(Debug, Clone)]
pub enum TemplateSource {
    /// In S3, as an `https` address.
    Url(String),
    /// In a file of this name, which the student gets.
    File(String),
}

/// An address that CloudFormation takes no template from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "CloudFormation takes templates from S3 only: --template-url must look like https://BUCKET.s3.eu-central-1.amazonaws.com/KEY, not {0}"
)]
pub struct NotInS3(String);

impl TemplateSource {
    /// An address in S3.
    ///
    /// # Errors
    /// When it is another.
    pub fn url(text: &str) -> Result<Self, NotInS3> {
        let host = text
            .strip_prefix("https://")
            .and_then(|rest| rest.split_once('/'))
            .map(|(host, _)| host);
        let in_s3 = host.is_some_and(|host| {
            is_aws_host(host) && host.split('.').any(|part| part == "s3" || part.starts_with("s3-"))
        });
        let plain = text.bytes().all(|b| b.is_ascii_graphic() && !b"\"'`<>\\".contains(&b));
        if in_s3 && plain && text.len() <= 1024 {
            Ok(Self::Url(text.to_owned()))
        } else {
            Err(NotInS3(visible(&text.chars().take(100).collect::<String>())))
        }
    }
}

/// What a student is sent.
#[derive(Debug, Clone)]
pub struct Invitation<'a> {
    /// Who.
    pub entry: &'a Entry,
    /// Their external ID.
    pub external_id: String,
    /// The region of the stack. The role holds in all.
    pub region: String,
    source: &'a TemplateSource,
}

/// All but what RFC 3986 leaves alone.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl<'a> Invitation<'a> {
    /// The invitation of a student whose role the professor assumes, or who has given nothing yet; `None` for others.
    pub fn new(entry: &'a Entry, external_id: String, region: &str, source: &'a TemplateSource) -> Option<Self> {
        matches!(entry.access, Access::Role { .. } | Access::Nothing).then(|| Self {
            entry,
            external_id,
            region: entry.region.clone().unwrap_or_else(|| region.to_owned()),
            source,
        })
    }

    /// The [quick-create link](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-console-create-stacks-quick-create-links.html)
    /// where the template is in S3, else the command of the AWS CLI.
    pub fn way(&self) -> String {
        let (region, id) = (&self.region, &self.external_id);
        match self.source {
            TemplateSource::Url(url) => {
                let domain = Partition::of_region(region).console;
                let url = utf8_percent_encode(url, QUERY);
                format!(
                    "https://{region}.{domain}/cloudformation/home?region={region}#/stacks/create/review\
                     ?templateURL={url}&stackName={STACK}&param_{PARAMETER}={id}"
                )
            }
            TemplateSource::File(name) => format!(
                "aws cloudformation deploy --region {region} --template-file {name} --stack-name {STACK} \
                 --capabilities CAPABILITY_NAMED_IAM --parameter-overrides {PARAMETER}={id}"
            ),
        }
    }

    /// A message to the student, ready to be sent.
    pub fn message(&self) -> String {
        let account = match &self.entry.account {
            Some(account) => format!("AWS account {account}"),
            None => "AWS account".to_owned(),
        };
        let mut text = format!("For {}: let your labs be checked\n\n", self.called());
        let _ = writeln!(text, "Do this once, in your {account}. It takes two minutes.\n");
        if self.entry.student.group.is_some() {
            let _ = writeln!(text, "You work in a group: one of you does this, for all of you.\n");
        }
        match self.source {
            TemplateSource::Url(_) => {
                let _ = write!(
                    text,
                    "1. Sign in to the AWS console.\n\
                     2. Open this link:\n\n   {}\n\n\
                     3. Tick \"I acknowledge that AWS CloudFormation might create IAM resources with custom names\".\n\
                     4. Choose Create stack, and wait until its status is CREATE_COMPLETE.\n",
                    self.way()
                );
            }
            TemplateSource::File(name) => {
                let _ = write!(
                    text,
                    "1. Sign in to the AWS console and open CloudShell (the symbol >_ at the top).\n\
                     2. Actions → Upload file: the file {name} that came with this message.\n\
                     3. Run this command:\n\n   {}\n\n\
                     4. It ends with \"Successfully created/updated stack - {STACK}\".\n",
                    self.way()
                );
            }
        }
        let _ = write!(
            text,
            "\nIt makes one role, with which your labs can be checked and nothing else. The identifier in it is yours \
             alone: do not pass it on.\nTo take the role back, delete the stack {STACK}.\n"
        );
        text
    }

    /// Their name and identifier.
    pub fn called(&self) -> String {
        called(self.entry)
    }
}

/// A student's name and identifier.
pub(crate) fn called(entry: &Entry) -> String {
    let (id, name) = (&entry.student.id, &entry.student.name);
    let short = |text: &str| visible(&text.chars().take(100).collect::<String>());
    if name.is_empty() {
        short(id)
    } else {
        format!("{} ({})", short(name), short(id))
    }
}
