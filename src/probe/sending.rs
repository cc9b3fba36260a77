//! What may be asked for twice: every call of a probe that changes something.
//!
//! A call whose answer is lost may have done its work. Asked again, some calls do it twice.

/// One call that changes something.
#[derive(Debug)]
pub struct Sending {
    /// Its verb.
    pub verb: &'static str,
    /// What happens when it is made twice.
    pub twice: Twice,
}

/// What happens when a call is made twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Twice {
    /// Nothing that matters, for this reason.
    Harmless(&'static str),
    /// It acts twice, for this reason: it is made once, and what a lost answer may have done is looked for.
    Acts(&'static str),
}

/// Every call of a probe that changes something.
pub const SENDINGS: &[Sending] = &[
    Sending {
        verb: "kinesis.put_record",
        twice: Twice::Harmless("each record has the run's own id: both become one item, which is removed"),
    },
    Sending {
        verb: "kinesis.put_records",
        twice: Twice::Harmless("as of a single record: each has an id of this run"),
    },
    Sending {
        verb: "apigateway.post",
        twice: Twice::Harmless("each request carries the run's own id: every execution with it is stopped"),
    },
    Sending {
        verb: "lambda.invoke",
        twice: Twice::Acts("the function runs again, and a task token that it has returned is no longer valid"),
    },
    Sending {
        verb: "dynamodb.item",
        twice: Twice::Harmless("what is deleted already is not there"),
    },
    Sending {
        verb: "states.executions",
        twice: Twice::Harmless("what is stopped already does not run"),
    },
];

fn sending(verb: &str) -> Option<&'static Sending> {
    SENDINGS.iter().find(|sending| sending.verb == verb)
}

/// Whether `verb` acts again each time that it is asked for.
pub fn acts_each_time(verb: &str) -> bool {
    sending(verb).is_none_or(|s| matches!(s.twice, Twice::Acts(_)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::{VERBS, VerbFn};

    #[test]
    fn every_verb_that_changes_something_is_listed_once() {
        let changes = VERBS
            .iter()
            .filter(|v| matches!(v.run, VerbFn::Send(_) | VerbFn::Remove { .. }));
        let mut changes: Vec<&str> = changes.map(|v| v.name).collect();
        let mut listed: Vec<&str> = SENDINGS.iter().map(|s| s.verb).collect();
        changes.sort_unstable();
        listed.sort_unstable();
        assert_eq!(listed, changes);
    }
}
