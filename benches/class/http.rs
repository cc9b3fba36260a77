//! Requests and answers as bytes: no more of HTTP than the grader and the sandbox speak.

use tokio::io::{AsyncRead, AsyncReadExt};

/// A request or an answer.
pub struct Message {
    /// Its first line.
    pub line: String,
    /// Its headers; names are in small letters.
    pub headers: Vec<(String, String)>,
    /// Its body, whole.
    pub body: Vec<u8>,
    /// The bytes as they came.
    pub raw: Vec<u8>,
}

impl Message {
    /// A header, or an empty text.
    pub fn header(&self, name: &str) -> &str {
        let mut all = self.headers.iter();
        all.find(|(n, _)| n == name).map_or("", |(_, value)| value.as_str())
    }

    /// The method of a request.
    pub fn method(&self) -> &str {
        self.line.split(' ').next().unwrap_or_default()
    }

    /// What a request asks for.
    pub fn path(&self) -> &str {
        self.line.split(' ').nth(1).unwrap_or_default()
    }

    /// The answer again, its body in one piece and of known length. `asked` is the method of its request.
    pub fn whole(&self, asked: &str) -> Vec<u8> {
        let mut out = format!("{}\r\n", self.line);
        let dropped = ["transfer-encoding", "connection", "keep-alive", "content-length"];
        for (name, value) in self.headers.iter().filter(|(n, _)| !dropped.contains(&n.as_str())) {
            out.push_str(&format!("{name}: {value}\r\n"));
        }
        let length = match asked {
            "HEAD" => self.header("content-length").to_owned(),
            _ => self.body.len().to_string(),
        };
        out.push_str(&format!("content-length: {length}\r\n\r\n"));
        let mut out = out.into_bytes();
        out.extend_from_slice(&self.body);
        out
    }
}

/// Reads messages from a connection.
pub struct Reader<R> {
    from: R,
    buffer: Vec<u8>,
}

impl<R: AsyncRead + Unpin> Reader<R> {
    pub fn new(from: R) -> Self {
        Self {
            from,
            buffer: Vec::with_capacity(8192),
        }
    }

    /// The next message; none when the connection has ended. `bodiless`: an answer to a HEAD has no body.
    pub async fn next(&mut self, bodiless: bool) -> Option<Message> {
        let end = loop {
            if let Some(at) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            self.more().await?;
        };
        let head = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
        let mut lines = head.lines();
        let line = lines.next().unwrap_or_default().to_owned();
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let mut message = Message {
            line,
            headers,
            body: Vec::new(),
            raw: Vec::new(),
        };
        let mut at = end;
        if message.header("transfer-encoding") == "chunked" {
            loop {
                let line = self.line(at).await?;
                let length = usize::from_str_radix(self.text(at, line), 16).expect("the length of a chunk");
                self.until(line + 2 + length + 2).await?;
                message
                    .body
                    .extend_from_slice(&self.buffer[line + 2..line + 2 + length]);
                at = line + 2 + length + 2;
                if length == 0 {
                    break;
                }
            }
        } else if !bodiless {
            let length = message.header("content-length").parse().unwrap_or(0);
            self.until(end + length).await?;
            message.body.extend_from_slice(&self.buffer[end..end + length]);
            at = end + length;
        }
        message.raw = self.buffer.drain(..at).collect();
        Some(message)
    }

    async fn more(&mut self) -> Option<()> {
        match self.from.read_buf(&mut self.buffer).await {
            Ok(1..) => Some(()),
            _ => None,
        }
    }

    async fn until(&mut self, length: usize) -> Option<()> {
        while self.buffer.len() < length {
            self.more().await?;
        }
        Some(())
    }

    /// Where the line that begins at `at` ends.
    async fn line(&mut self, at: usize) -> Option<usize> {
        loop {
            if let Some(length) = self.buffer[at..].windows(2).position(|two| two == b"\r\n") {
                return Some(at + length);
            }
            self.more().await?;
        }
    }

    fn text(&self, from: usize, to: usize) -> &str {
        std::str::from_utf8(&self.buffer[from..to]).unwrap_or_default().trim()
    }
}
