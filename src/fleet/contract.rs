//! What this computer, the state machine and the function say to each other, and where things lie in the bucket.

use crate::class::folder::file_name;
use crate::class::premises::Premises;
use crate::judge::Evidence;
use crate::report::Report;
use serde::{Deserialize, Serialize};

/// The name and version of what the function stores.
pub const SCHEMA: &str = "edemlab/fleet-report/1";

/// One run: the input of the state machine's execution.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// Its name, and that of its execution.
    pub run: String,
    /// The key of its list of students.
    pub roster: String,
    /// Below which the map writes what became of its children.
    pub map: String,
    /// Students at once.
    pub at_once: u16,
    /// The version of edemlab that asks: the function must be the same.
    pub tool: String,
    /// The course by its digest: the function must hold the same.
    pub course: String,
    /// Seconds that an account may take.
    pub limit: u64,
    /// Send nothing through what the students built.
    pub no_probe: bool,
    /// The region of students whose line names none; else it is found.
    pub region: Option<String>,
}

/// One student: a line of the list. Empty is what is not said.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct StudentItem {
    /// The LMS's identifier.
    pub student: String,
    /// The role in their account.
    pub role_arn: String,
    /// What its trust policy asks for.
    pub external_id: String,
    /// Where they work.
    pub region: String,
    /// Where they work on single labs: `LAB=REGION`, separated by spaces.
    #[serde(default)]
    pub regions: String,
    /// Which resources are theirs: `NAME=RESOURCE`, separated by spaces.
    #[serde(default)]
    pub uses: String,
    /// Which steps are left out, separated by spaces.
    #[serde(default)]
    pub skip: String,
    /// The account that the roster promises.
    pub account: String,
    /// The labs to grade, separated by spaces.
    pub labs: String,
}

/// What the function is asked.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
#[serde(untagged, deny_unknown_fields)]
pub enum Ask {
    /// Whether it can do a run.
    Ready {
        /// The run.
        ready: Run,
    },
    /// To grade one student.
    Grade {
        /// The run.
        run: Run,
        /// The student.
        item: Box<StudentItem>,
    },
}

/// What the function answers: where the reports are. A report itself may be larger than what a state can hold; see
/// <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>.
#[derive(Debug, Clone, Default, Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Done {
    /// Their keys in the bucket.
    pub reports: Vec<String>,
}

/// A report in the bucket, with what it was judged from.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct FleetReport {
    /// Always `edemlab/fleet-report/1`.
    pub schema: String,
    /// Whose.
    pub student: String,
    /// The report.
    pub report: Report,
    /// What it was judged from.
    pub evidence: Evidence,
    /// What it rests on.
    #[serde(default)]
    pub premises: Option<Premises>,
}

/// Where the list of a run's students is.
pub fn roster_key(run: &str) -> String {
    format!("runs/{run}/roster.csv")
}

/// Below which the map of a run writes.
pub fn map_prefix(run: &str) -> String {
    format!("runs/{run}/map")
}

/// Below which all reports of a run are.
pub fn reports_prefix(run: &str) -> String {
    format!("runs/{run}/reports/")
}

/// Where the report of a student in a lab is.
pub fn report_key(run: &str, student: &str, lab: &str) -> String {
    format!("{}{}/{lab}.json", reports_prefix(run), file_name(student))
}

/// Below which is noted what probes of a lab may have left in the account of a role; the account can be read off it. It
/// outlives the run: the next one, of whatever class, takes that away.
pub fn loose_prefix(role_arn: &str, lab: &str) -> String {
    use sha2::{Digest, Sha256};
    let hash = Sha256::digest(role_arn.as_bytes());
    let role: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let account = role_arn.split(':').nth(4).unwrap_or_default();
    format!("loose/{account}-{role}/{lab}/")
}
