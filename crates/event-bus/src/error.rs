//! What can go wrong on the bus.

/// Why events could not be carried to the bus.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The servers' addresses or the credentials cannot be used.
    #[error("bus at {servers} cannot be used: {reason}")]
    Connect {
        /// The addresses.
        servers: String,
        /// What the client said.
        reason: String,
    },
    /// The log could not be read.
    #[error("log of {context} cannot be read: {reason}")]
    Log {
        /// Whose log.
        context: String,
        /// What its store said.
        reason: String,
    },
    /// The stream could not be made, looked up or read.
    #[error("stream {stream}: {reason}")]
    Stream {
        /// The stream.
        stream: String,
        /// What the server said.
        reason: String,
    },
    /// The server reserves a stream's whole size when it is made, and has less left.
    #[error(
        "stream {stream} may grow to {bytes_max} bytes, which nats-server has not left: lower nats.stream_bytes_max, or raise max_file_store in its configuration"
    )]
    NoRoom {
        /// The stream.
        stream: String,
        /// The size asked for.
        bytes_max: i64,
    },
    /// A stream of that name carries other subjects: it belongs to somebody else.
    #[error("stream {stream} carries {found:?} instead of {expected}")]
    ForeignStream {
        /// The stream.
        stream: String,
        /// The one subject pattern that it must carry.
        expected: String,
        /// What it carries.
        found: Vec<String>,
    },
    /// The stream holds more than the log: the log was restored from an older backup, or the stream is another log's copy.
    /// Restore the right log, or delete the stream and rebuild every read model.
    #[error(
        "stream {stream} ends at {last_sequence}, the log ends at {head}: was it restored from an older backup?"
    )]
    AheadOfLog {
        /// The stream.
        stream: String,
        /// The stream's last sequence.
        last_sequence: u64,
        /// The log's last position.
        head: u64,
    },
    /// The stream's last message is not the log's event of that position: the log was restored from an older backup and has
    /// grown since, or somebody else wrote to the stream. Delete the stream, rebuild every read model, and start again.
    #[error(
        "stream {stream} holds at {sequence} another event than the log: was the log restored from an older backup, or did somebody else write to the stream?"
    )]
    OtherHistory {
        /// The stream.
        stream: String,
        /// The stream's last sequence.
        sequence: u64,
    },
    /// The server did not take an event.
    #[error("event {position} was not taken: {reason}")]
    Publish {
        /// The event's position.
        position: u64,
        /// What the server or the client said.
        reason: String,
    },
    /// The stream does not end where this relay left it: another relay works on it, or it lost its end.
    #[error("stream does not end at {expected}: {reason}")]
    WrongLastSequence {
        /// Where this relay left it.
        expected: u64,
        /// What the server said; it names the stream's last sequence.
        reason: String,
    },
}
