//! How results stand in the evidence: `{"answer": …}` or `{"error": …}`, an observation under its own name.

use crate::account::CallError;
use crate::probe::Observation;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Stored<T, E> {
    Answer(T),
    Error(E),
}

impl<T, E> From<Result<T, E>> for Stored<T, E> {
    fn from(result: Result<T, E>) -> Self {
        match result {
            Ok(answer) => Self::Answer(answer),
            Err(error) => Self::Error(error),
        }
    }
}

impl<T, E> From<Stored<T, E>> for Result<T, E> {
    fn from(stored: Stored<T, E>) -> Self {
        match stored {
            Stored::Answer(answer) => Ok(answer),
            Stored::Error(error) => Err(error),
        }
    }
}

/// Results by name.
pub mod answers {
    use super::*;

    type Answers<T> = BTreeMap<String, Result<T, CallError>>;

    pub fn serialize<T: Serialize, S: serde::Serializer>(answers: &Answers<T>, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(
            answers
                .iter()
                .map(|(name, answer)| (name, Stored::from(answer.as_ref()))),
        )
    }

    pub fn deserialize<'d, T: Deserialize<'d>, D: serde::Deserializer<'d>>(from: D) -> Result<Answers<T>, D::Error> {
        let stored = BTreeMap::<String, Stored<T, CallError>>::deserialize(from)?;
        Ok(stored.into_iter().map(|(name, stored)| (name, stored.into())).collect())
    }
}

/// One result, where there is one.
pub mod answer {
    use super::*;

    type Answer<T> = Option<Result<T, CallError>>;

    pub fn serialize<T: Serialize, S: serde::Serializer>(answer: &Answer<T>, to: S) -> Result<S::Ok, S::Error> {
        answer
            .as_ref()
            .map(|answer| Stored::from(answer.as_ref()))
            .serialize(to)
    }

    pub fn deserialize<'d, T: Deserialize<'d>, D: serde::Deserializer<'d>>(from: D) -> Result<Answer<T>, D::Error> {
        Ok(Option::<Stored<T, CallError>>::deserialize(from)?.map(Result::from))
    }
}

/// What a look at a hop showed, or `{"error": …}` where the look failed.
pub mod observation {
    use super::*;

    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Shown<O, E> {
        Failed(Failed<E>),
        Observed(O),
    }

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Failed<E> {
        error: E,
    }

    type Looked = Option<Result<Observation, CallError>>;

    pub fn serialize<S: serde::Serializer>(looked: &Looked, to: S) -> Result<S::Ok, S::Error> {
        let shown = looked.as_ref().map(|looked| match looked {
            Ok(observation) => Shown::Observed(observation),
            Err(error) => Shown::Failed(Failed { error }),
        });
        shown.serialize(to)
    }

    pub fn deserialize<'d, D: serde::Deserializer<'d>>(from: D) -> Result<Looked, D::Error> {
        let shown = Option::<Shown<Observation, CallError>>::deserialize(from)?;
        Ok(shown.map(|shown| match shown {
            Shown::Observed(observation) => Ok(observation),
            Shown::Failed(Failed { error }) => Err(error),
        }))
    }
}
