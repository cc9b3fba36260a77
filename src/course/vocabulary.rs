//! What a course may ask for: the kinds of resource and the verbs of a probe, described without doing anything.

use super::name::UnknownName;
use crate::expr::Shape;
use serde_json::Value;

/// The kinds and verbs that exist, and what is known of an error and of a check.
#[derive(Debug, Default)]
pub struct Vocabulary {
    /// The kinds of resource.
    pub kinds: Vec<KindSpec>,
    /// The verbs of a probe.
    pub verbs: Vec<VerbSpec>,
    /// The facts of an error that evidence shows, which advice decides by.
    pub error: Shape,
    /// What may become of a check.
    pub status: Shape,
    /// CloudFormation's names of the types of resource of which it is known what they cost while nobody uses them.
    pub charged: Vec<&'static str>,
}

/// One kind of resource.
#[derive(Debug, Clone)]
pub struct KindSpec {
    /// Its name, `service.thing`.
    pub name: &'static str,
    /// In words, for a message: "data stream".
    pub noun: &'static str,
    /// The fields of its documents, with AWS's own names.
    pub shape: Shape,
    /// The fields that its list does not have: they cost one call more for each candidate.
    pub described: &'static [&'static str],
    /// What `with` takes.
    pub args: &'static [ArgSpec],
    /// The field that holds its ARN, where the list does not give it.
    pub arn: Option<&'static str>,
    /// Whether every account has one, so that no check need say that it is there.
    pub always: bool,
    /// Where its documents hold what only its owner may read, as names with dots: every value there is hidden in reports
    /// and evidence, unless the lab reads it by its name.
    pub secret: &'static [&'static str],
    /// Fields, wherever they stand in a document, that differ although nobody has changed anything: AWS reports there what
    /// events have done.
    pub changing: &'static [&'static str],
}

/// One argument of a kind or verb.
#[derive(Debug, Clone, Copy)]
pub struct ArgSpec {
    /// Its name.
    pub name: &'static str,
    /// Whether it must be given.
    pub required: bool,
}

impl KindSpec {
    /// A kind whose list has every field, that takes no argument, and whose list gives each ARN. `shape` is a document
    /// with all fields; see [`Shape::of`].
    pub fn new(name: &'static str, noun: &'static str, shape: &Value) -> Self {
        Self {
            name,
            noun,
            shape: Shape::of(shape),
            described: &[],
            args: &[],
            arn: None,
            always: false,
            secret: &[],
            changing: &[],
        }
    }

    /// With these [`KindSpec::described`].
    pub fn described(self, described: &'static [&'static str]) -> Self {
        Self { described, ..self }
    }

    /// With these [`KindSpec::args`].
    pub fn args(self, args: &'static [ArgSpec]) -> Self {
        Self { args, ..self }
    }

    /// With this [`KindSpec::arn`].
    pub fn arn(self, field: &'static str) -> Self {
        Self {
            arn: Some(field),
            ..self
        }
    }

    /// One that is [`KindSpec::always`] there.
    pub fn always(self) -> Self {
        Self { always: true, ..self }
    }

    /// With these [`KindSpec::changing`].
    pub fn changing(self, changing: &'static [&'static str]) -> Self {
        Self { changing, ..self }
    }

    /// With this [`KindSpec::secret`].
    pub fn secret(self, secret: &'static [&'static str]) -> Self {
        Self { secret, ..self }
    }
}

impl ArgSpec {
    /// One that must be given.
    pub const fn required(name: &'static str) -> Self {
        Self { name, required: true }
    }

    /// One that may be left out.
    pub const fn optional(name: &'static str) -> Self {
        Self { name, required: false }
    }
}

/// What a verb is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerbRole {
    /// Puts the event in.
    Send,
    /// Looks for it further down.
    Await,
    /// Looks why a hop failed.
    Evidence,
    /// Takes away what the probe made.
    Remove,
}

/// One verb.
#[derive(Debug, Clone)]
pub struct VerbSpec {
    /// Its name, `service.thing`.
    pub name: &'static str,
    /// What it is for.
    pub role: VerbRole,
    /// The fields of what it brings back.
    pub shape: Shape,
    /// What `with` takes.
    pub args: &'static [ArgSpec],
}

impl Vocabulary {
    /// The kind called `name`.
    ///
    /// # Errors
    /// When there is none.
    pub fn kind(&self, name: &str) -> Result<&KindSpec, UnknownName> {
        self.kinds
            .iter()
            .find(|k| k.name == name)
            .ok_or_else(|| UnknownName::new("kind of resource", name, self.kinds.iter().map(|k| k.name)))
    }

    /// The verb called `name` that can be used as `role`.
    ///
    /// # Errors
    /// When there is none.
    pub fn verb(&self, name: &str, role: VerbRole) -> Result<&VerbSpec, UnknownName> {
        let mut of_role = self.verbs.iter().filter(|v| v.role == role);
        of_role.clone().find(|v| v.name == name).ok_or_else(|| {
            let what = match role {
                VerbRole::Send => "verb to send with",
                VerbRole::Await => "verb to await with",
                VerbRole::Evidence => "evidence",
                VerbRole::Remove => "verb to remove with",
            };
            UnknownName::new(what, name, of_role.by_ref().map(|v| v.name))
        })
    }
}
