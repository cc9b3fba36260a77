//! How results stand in the evidence: `{"answer": …}` or `{"error": …}`, an observation under its own name.

use crate::account::CallError;
use crate::probe::Observation;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;

/// Results by name.
type Answers<T> = BTreeMap<String, Result<T, CallError>>;

/// One result, where there is one.
type RecordedAnswer<T> = Option<Result<T, CallError>>;

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

pub fn write_answers<T: Serialize, S: Serializer>(answers: &Answers<T>, to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(
        answers
            .iter()
            .map(|(name, answer)| (name, Stored::from(answer.as_ref()))),
    )
}

pub fn read_answers<'d, T: Deserialize<'d>, D: Deserializer<'d>>(from: D) -> Result<Answers<T>, D::Error> {
    let stored = BTreeMap::<String, Stored<T, CallError>>::deserialize(from)?;
    Ok(stored.into_iter().map(|(name, stored)| (name, stored.into())).collect())
}

pub fn write_answer<T: Serialize, S: Serializer>(answer: &RecordedAnswer<T>, to: S) -> Result<S::Ok, S::Error> {
    let stored = answer.as_ref().map(|answer| Stored::from(answer.as_ref()));
    stored.serialize(to)
}

pub fn read_answer<'d, T: Deserialize<'d>, D: Deserializer<'d>>(from: D) -> Result<RecordedAnswer<T>, D::Error> {
    Ok(Option::<Stored<T, CallError>>::deserialize(from)?.map(Result::from))
}

/// What a look at a hop showed, or `{"error": …}` where the look failed.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Looked<O, E> {
    Failed(Failed<E>),
    Observed(O),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Failed<E> {
    error: E,
}

pub fn write_observation<S: Serializer>(looked: &RecordedAnswer<Observation>, to: S) -> Result<S::Ok, S::Error> {
    let looked = looked.as_ref().map(|looked| match looked {
        Ok(observation) => Looked::Observed(observation),
        Err(error) => Looked::Failed(Failed { error }),
    });
    looked.serialize(to)
}

pub fn read_observation<'d, D: Deserializer<'d>>(from: D) -> Result<RecordedAnswer<Observation>, D::Error> {
    let looked = Option::<Looked<Observation, CallError>>::deserialize(from)?;
    Ok(looked.map(|looked| match looked {
        Looked::Observed(observation) => Ok(observation),
        Looked::Failed(Failed { error }) => Err(error),
    }))
}
