//! The function: one student of a run, graded as `edemlab grade` grades one, and stored in the bucket.

use super::bucket::Bucket;
use super::contract::{Ask, Done, FleetReport, Run, SCHEMA, StudentItem, loose_prefix, report_key};
use crate::account::{ConnectError, Connection, ErrorKind};
use crate::class::Student;
use crate::class::access::{ExternalIds, StudentAccess, opened};
use crate::class::folder::file_name;
use crate::class::grade::{Closed, GradeEvent, Limit, Plan, RunStore, StoreError, Task, Work, grade};
use crate::class::premises::{LabRules, Premises};
use crate::class::roster::{Access, Entry};
use crate::class::underway::PendingCleanup;
use crate::course::{Course, Lab};
use crate::judge::{Judged, Options};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::watch;

/// The function with all that outlives one invocation.
pub struct Grader {
    /// The course.
    pub course: Course,
    /// Where reports go.
    pub bucket: Bucket,
}

/// Why the function gives no reports. Its name is the error's name in Step Functions.
#[derive(Debug, thiserror::Error)]
pub enum FunctionError {
    /// Another version.
    #[error(
        "the function is edemlab {mine}, and {asked} asks: put the function's code of {asked} into the stack (CodeKey), or use \
         edemlab {mine}"
    )]
    OtherVersion {
        /// The function's.
        mine: String,
        /// The professor's.
        asked: String,
    },
    /// Another course.
    #[error(
        "the function holds another course than yours: build it again with the same labs/ and checks/, and deploy that"
    )]
    OtherCourse,
    /// A lab that is not there.
    #[error("there is no lab `{0}`")]
    NoLab(String),
    /// Not opened at all.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// A report that is not in the bucket.
    #[error("{0}")]
    NotStored(String),
}

impl FunctionError {
    /// Its name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::OtherVersion { .. } => "OtherVersion",
            Self::OtherCourse => "OtherCourse",
            Self::NoLab(_) => "NoLab",
            Self::Connect(_) => "NoCredentials",
            Self::NotStored(_) => "NotStored",
        }
    }
}

impl Grader {
    /// Does what is asked, in the time that is `left` before the function is killed.
    ///
    /// # Errors
    /// When there is no report to be had, or one could not be stored.
    pub async fn answer(&self, ask: Ask, left: Duration) -> Result<Done, FunctionError> {
        match ask {
            Ask::Ready { ready } => self.fits(&ready).map(|()| Done::default()),
            Ask::Grade { run, item } => {
                self.fits(&run)?;
                self.student(&run, &item, left).await
            }
        }
    }

    fn fits(&self, run: &Run) -> Result<(), FunctionError> {
        let mine = env!("CARGO_PKG_VERSION");
        if run.tool != mine {
            return Err(FunctionError::OtherVersion {
                mine: mine.to_owned(),
                asked: run.tool.clone(),
            });
        }
        match self.course.files.digest() == run.course {
            true => Ok(()),
            false => Err(FunctionError::OtherCourse),
        }
    }

    async fn student(&self, run: &Run, item: &StudentItem, left: Duration) -> Result<Done, FunctionError> {
        let lab = |id: &str| {
            self.course
                .labs
                .get(id)
                .ok_or_else(|| FunctionError::NoLab(id.to_owned()))
        };
        let labs: Vec<&Lab> = item.labs.split_whitespace().map(lab).collect::<Result<_, _>>()?;
        let entry = entry(item);
        let student_access =
            StudentAccess::new(Connection::default(), ExternalIds::One(item.external_id.clone())).await?;
        let keep = InBucket {
            bucket: &self.bucket,
            run: &run.run,
            role_arn: &item.role_arn,
        };
        let options = Options {
            no_probe: run.no_probe,
            ..Options::default()
        };
        let task = |lab: &&'_ Lab| Task {
            lab: self.course.labs.get(&lab.id).expect("it was just found"),
            premises: Premises::of(
                &entry,
                lab,
                LabRules::now(&self.course.files, &lab.id),
                run.region.as_deref(),
                entry.options(lab, &options),
            ),
        };
        let work = Work {
            student: &entry.student,
            tasks: labs.iter().map(task).collect(),
        };
        let plan = Plan {
            keep: &keep,
            at_once: 1,
            limit: Limit::within(Duration::from_secs(run.limit), left),
            asks_trail: true,
            work: vec![work],
        };
        let open = async |_: &Student, labs: &[&Lab]| {
            let admitted = student_access.admit(&entry, run.region.as_deref(), labs).await;
            admitted.map(opened).map_err(|error| Closed(error.to_string()))
        };
        let not_stored = RefCell::new(None);
        let on = |event: GradeEvent<'_>| {
            if let GradeEvent::NotStored(_, error) = event {
                not_stored.replace(Some(error.to_string()));
            }
        };
        // Nobody stops a function from outside: it ends by its limit.
        let (_keep, stop) = watch::channel(0u8);
        let outcome = grade(&plan, open, &on, stop).await;
        match (outcome.lost, not_stored.take()) {
            (0, _) => Ok(Done {
                reports: labs
                    .iter()
                    .map(|lab| report_key(&run.run, &item.student, &lab.id))
                    .collect(),
            }),
            (_, why) => Err(FunctionError::NotStored(
                why.unwrap_or_else(|| "a report was not stored".to_owned()),
            )),
        }
    }
}

pub(super) fn entry(item: &StudentItem) -> Entry {
    let said = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let pairs = |text: &str| -> BTreeMap<String, String> {
        let pairs = text.split_whitespace().filter_map(|pair| pair.split_once('='));
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    };
    Entry {
        student: Student {
            id: item.student.clone(),
            name: String::new(),
            email: String::new(),
            excused: false,
            not_handed_in: false,
            extension: None,
            group: None,
            labs: None,
        },
        region: said(&item.region),
        regions: pairs(&item.regions),
        uses: pairs(&item.uses),
        skip: item.skip.split_whitespace().map(str::to_owned).collect(),
        account: said(&item.account),
        access: Access::Role {
            arn: item.role_arn.clone(),
        },
        line: 0,
    }
}

/// What one student's grading keeps in the bucket.
struct InBucket<'a> {
    bucket: &'a Bucket,
    run: &'a str,
    role_arn: &'a str,
}

const JSON: &str = "application/json";

impl RunStore for InBucket<'_> {
    type Note = String;

    async fn store(&self, student: &Student, judged: &Judged, premises: &Premises) -> Result<(), StoreError> {
        let key = report_key(self.run, &student.id, &judged.report.lab);
        let stored = FleetReport {
            schema: SCHEMA.to_owned(),
            student: student.id.clone(),
            report: judged.report.clone(),
            evidence: judged.evidence.clone(),
            premises: Some(premises.clone()),
        };
        let content = serde_json::to_vec(&stored).expect("plain data");
        Ok(self.bucket.put(&key, content, JSON).await?)
    }

    async fn loose(&self, _: &Student, lab: &str) -> Result<Vec<(String, PendingCleanup)>, StoreError> {
        let mut found = Vec::new();
        let prefix = loose_prefix(self.role_arn, lab);
        for key in self.bucket.list(&prefix).await? {
            let content = match self.bucket.get(&key).await {
                Ok(Some(content)) => content,
                // Another invocation has taken it away just now.
                Ok(None) => continue,
                // To who may list only below a prefix, what is gone is denied; see
                // <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html>.
                Err(error) if error.kind == ErrorKind::Denied => {
                    match self.bucket.list(&prefix).await?.contains(&key) {
                        true => return Err(error.into()),
                        false => continue,
                    }
                }
                Err(error) => return Err(error.into()),
            };
            let loose = serde_json::from_slice(&content).map_err(|_| StoreError::Content(key.clone()))?;
            found.push((key, loose));
        }
        Ok(found)
    }

    async fn note_loose(&self, _: &Student, lab: &str, loose: &PendingCleanup) -> Result<(), StoreError> {
        let probe = loose.record.correlation_ids.first().map_or("probe", String::as_str);
        let key = format!("{}{}.json", loose_prefix(self.role_arn, lab), file_name(probe));
        let content = serde_json::to_vec(loose).expect("plain data");
        Ok(self.bucket.put(&key, content, JSON).await?)
    }

    async fn forget_loose(&self, key: String) -> Result<(), StoreError> {
        Ok(self.bucket.delete(&key).await?)
    }
}
