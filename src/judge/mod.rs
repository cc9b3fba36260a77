//! One lab in one account, from graph to report. [`judge`] is where a reader begins.

mod advice;
mod assemble;
mod causes;
mod check;
mod choice;
mod elsewhere;
pub mod evidence;
mod find;
mod foresight;
mod graph;
mod judged;
mod judging;
mod lab_run;
mod observer;
mod options;
mod outcome;
mod probe;
mod proof;
mod search;
mod signs;
mod standing;
mod verdict;

pub use assemble::unsent;
pub use evidence::{Evidence, Tape};
pub use graph::{before_probe, probed_resources, validate};
pub use judged::{Judged, indeterminate_report};
pub use judging::{JudgeError, judge, judge_on, rejudge};
pub use observer::{Event, MayCome, Observer};
pub use options::{NOT_SENT, Options};
pub use outcome::Outcome;
pub use probe::{CleanupAction, CleanupRecord, clean_up_record};
pub use search::reads_descriptions;
pub use signs::{Signs, signs};
pub use standing::{Standing, Standings, standing};
pub use verdict::NOT_SHOWN;

use crate::course::Vocabulary;
use crate::expr::Shape;
use crate::report::Status;
use crate::{discover, inventory, probe as verbs};

/// The kinds and verbs that a course may use, what its advice can know of an error, and what a solution may make.
pub fn vocabulary() -> Vocabulary {
    Vocabulary {
        kinds: discover::kinds().map(|k| (k.spec)()).collect(),
        verbs: verbs::VERBS.iter().map(verbs::Verb::spec).collect(),
        error: verbs::ErrorFacts::shape(),
        status: Shape::OneOf(Status::ALL.map(|status| status.word().to_owned()).to_vec()),
        charged: inventory::template_types().collect(),
    }
}
