//! As much of HTTP/1.1 as a browser on this computer needs: one request a connection, without a body.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Who has not asked by then is not answered.
const PATIENCE: Duration = Duration::from_secs(10);

/// A longer head is none of a browser's.
const LONGEST: usize = 16 * 1024;

/// A request's first line and headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    pub method: String,
    /// The path with its query.
    pub target: String,
    headers: Vec<(String, String)>,
}

impl Request {
    /// Reads one; nothing when what comes is none, or comes too slowly.
    pub fn read(stream: &mut TcpStream) -> io::Result<Option<Self>> {
        let began = Instant::now();
        let mut head = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            let left = PATIENCE.saturating_sub(began.elapsed());
            if left.is_zero() || head.len() > LONGEST {
                return Ok(None);
            }
            stream.set_read_timeout(Some(left))?;
            match stream.read(&mut buffer)? {
                0 => return Ok(None),
                n => head.extend_from_slice(&buffer[..n]),
            }
            let mut fields = [httparse::EMPTY_HEADER; 64];
            let mut parsed = httparse::Request::new(&mut fields);
            match parsed.parse(&head) {
                Ok(httparse::Status::Complete(_)) => return Ok(Some(Self::of(&parsed))),
                Ok(httparse::Status::Partial) => {}
                Err(_) => return Ok(None),
            }
        }
    }

    fn of(parsed: &httparse::Request) -> Self {
        let headers = parsed.headers.iter().map(|header| {
            let value = String::from_utf8_lossy(header.value);
            (header.name.to_ascii_lowercase(), value.trim().to_ascii_lowercase())
        });
        Self {
            method: parsed.method.unwrap_or_default().to_owned(),
            target: parsed.path.unwrap_or_default().to_owned(),
            headers: headers.collect(),
        }
    }

    /// A header's value in small letters, by its name in small letters. One that is there twice is none that we know.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(of, _)| of == name);
        let (_, value) = values.next()?;
        Some(if values.next().is_some() { "" } else { value })
    }
}

/// Writes the head of an answer. `length` is that of its body; of a stream nobody knows it.
pub(super) fn head(
    stream: &mut TcpStream,
    status: u16,
    headers: &[(&str, &str)],
    length: Option<usize>,
) -> io::Result<()> {
    stream.set_write_timeout(Some(PATIENCE * 3))?;
    let reason = match status {
        200 => "OK",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        _ => "Service Unavailable",
    };
    let mut text = format!("HTTP/1.1 {status} {reason}\r\nConnection: close\r\n");
    headers
        .iter()
        .for_each(|(name, value)| text.push_str(&format!("{name}: {value}\r\n")));
    if let Some(length) = length {
        text.push_str(&format!("Content-Length: {length}\r\n"));
    }
    text.push_str("\r\n");
    stream.write_all(text.as_bytes())
}
