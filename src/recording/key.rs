//! What a request asks for, as a replay compares it: its words, without times.

use super::body::DEPTH;
use super::exchange::{Exchange, Request};
use super::form::{is_id, is_mail, is_pseudonym, is_v4, is_v6};
use super::http::WEB;
use super::pieces::{Piece, Reader, digits};
use super::vocabulary::{Vocabulary, words};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// Stands for any time.
const TIME: &str = "(time)";

/// Seconds since 1970 that are a time in a request.
const TIMES: std::ops::Range<f64> = 1.0e9..2.5e9;

/// The words of a request, in order.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(Vec<String>);

impl Key {
    /// Of a request to a service in a region.
    pub fn of(vocabulary: &Vocabulary, exchange: &Exchange) -> Self {
        let mut collector = Collector {
            vocabulary,
            words: vec![exchange.service.clone(), exchange.region.clone().unwrap_or_default()],
        };
        let request = Request {
            body: sorted(&exchange.request.body, DEPTH),
            ..in_path(exchange)
        };
        collector.words.push(request.method.clone());
        request.read(&mut collector);
        Self(collector.words)
    }

    /// Whether this, of a recording, is what `asked` asks for. A word that is no pseudonym and that no recording keeps comes from
    /// the course or is drawn at random: the recording has a pseudonym in its place.
    pub fn stands_for(&self, asked: &Self, vocabulary: &Vocabulary) -> bool {
        let is_known = |word: &str| is_of_form(word) || word == TIME || words(word).all(|word| vocabulary.has(word));
        let is_same = |(recorded, asked): (&String, &String)| {
            recorded == asked || (is_of_form(recorded) && !is_known(asked) && !vocabulary.has(recorded))
        };
        self.0.len() == asked.0.len() && self.0.iter().zip(&asked.0).all(is_same)
    }
}

/// A request without the host of a service: that is another one where an endpoint is set or chosen. A bucket may stand in the
/// host or in the path.
fn in_path(exchange: &Exchange) -> Request {
    let mut request = exchange.request.clone();
    if exchange.service == WEB {
        return request;
    }
    let host = std::mem::take(&mut request.host);
    if exchange.service == "s3"
        && let Some((bucket, _)) = host.rsplit_once(".s3.")
    {
        request.path = format!("/{bucket}{}", request.path);
    }
    request
}

/// JSON with the members of its objects in order, also where it is packed into a text: maps have none.
fn sorted(text: &str, depth: usize) -> String {
    let Some(deeper) = depth.checked_sub(1) else {
        return text.to_owned();
    };
    let is_json = |text: &str| text.trim_start().starts_with(['{', '[']);
    if is_json(text) {
        let read = serde_json::from_str(text);
        return read.map_or_else(|_| text.to_owned(), |value| in_order(value, deeper).to_string());
    }
    let unpacked = STANDARD
        .decode(text)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    match unpacked.filter(|unpacked| is_json(unpacked)) {
        Some(unpacked) => STANDARD.encode(sorted(&unpacked, deeper)),
        None => text.to_owned(),
    }
}

fn in_order(value: Value, depth: usize) -> Value {
    match value {
        Value::String(text) => sorted(&text, depth).into(),
        Value::Array(items) => items.into_iter().map(|item| in_order(item, depth)).collect(),
        Value::Object(fields) => {
            let mut fields: Vec<(String, Value)> = fields.into_iter().collect();
            fields.sort_by(|(a, _), (b, _)| a.cmp(b));
            let fields = fields.into_iter().map(|(name, value)| (name, in_order(value, depth)));
            fields.collect::<serde_json::Map<_, _>>().into()
        }
        other => other,
    }
}

/// Whether a piece has the form of what stands in the place of another.
pub fn is_of_form(piece: &str) -> bool {
    is_pseudonym(piece)
        || is_id(piece)
        || is_mail(piece)
        || is_v4(piece)
        || is_v6(piece)
        || is_pseudonym(&digits(piece))
}

struct Collector<'v> {
    vocabulary: &'v Vocabulary,
    words: Vec<String>,
}

impl Collector<'_> {
    fn add(&mut self, word: &str) {
        let is_number = |seconds: f64| TIMES.contains(&seconds) || TIMES.contains(&(seconds / 1000.0));
        let is_date =
            || word.len() >= 10 && word.as_bytes()[4] == b'-' && word[..4].bytes().all(|b| b.is_ascii_digit());
        let is_time = word.parse().is_ok_and(is_number) || is_date();
        self.words.push(if is_time { TIME.to_owned() } else { word.to_owned() });
    }
}

impl Reader for Collector<'_> {
    fn vocabulary(&self) -> &Vocabulary {
        self.vocabulary
    }

    fn piece(&mut self, piece: Piece<'_>) -> String {
        let (Piece::Word(text)
        | Piece::Id(text)
        | Piece::V4(text)
        | Piece::V6(text)
        | Piece::Groups(text)
        | Piece::Mail(text)) = piece;
        self.add(text);
        text.to_owned()
    }

    fn stays(&mut self, word: &str) {
        self.add(word);
    }
}
