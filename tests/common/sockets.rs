//! The connections to a port of this computer, as Linux tells them.

/// How many of them there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Connections {
    /// Both ends are open.
    pub open: usize,
    /// The client has closed it, and the server has not.
    pub half_closed: usize,
}

/// Those to `port`.
pub fn to(port: u16) -> Connections {
    let local = format!(":{port:04X}");
    let table = std::fs::read_to_string("/proc/net/tcp").expect("only Linux has this");
    let mut connections = Connections::default();
    for line in table.lines() {
        // A number, the address here, the one there, the state.
        let fields: Vec<&str> = line.split_whitespace().take(4).collect();
        match fields.as_slice() {
            [_, here, _, "01"] if here.ends_with(&local) => connections.open += 1,
            [_, here, _, "08"] if here.ends_with(&local) => connections.half_closed += 1,
            _ => {}
        }
    }
    connections
}
