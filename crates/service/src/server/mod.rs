//! The server around the gRPC services: health, reflection, gRPC-Web, limits, observation and a graceful end.
//!
//! A service is added with its wire limits, then the server is started on a listener that is bound already:
//!
//! ```no_run
//! use api::progress::progress_server::{Progress, ProgressServer};
//! use service::{Settings, server::{self, Options, Services}, with_wire_limits};
//!
//! async fn serve(progress: impl Progress, settings: Settings) -> Result<(), Box<dyn std::error::Error>> {
//!     let options = Options::from(&settings);
//!     let progress = with_wire_limits!(ProgressServer::new(progress), options.message_bytes_max);
//!     let services = Services::new(api::FILE_DESCRIPTOR_SET).with(progress);
//!     let listener = tokio::net::TcpListener::bind(settings.listen).await?;
//!     let shutdown = service::shutdown::on_signal()?;
//!     let running = server::start(listener, services, &options, &shutdown).await?;
//!     Ok(running.finished().await?)
//! }
//! ```

mod bare_status;
mod body;
mod call;
mod front;
mod gate;
mod origin;
mod services;
mod start;

pub use gate::{Admitted, Gate};
pub use services::Services;
pub use start::{DemoToday, Error, Options, RunningServer, start};
pub use tonic::codec::CompressionEncoding;

use tonic::Code;

/// The metadata in which a teller of a synthetic history names the day: `2021-01-11`, or `now` for the machine's time.
pub const DEMO_TODAY_METADATA: &str = "x-muctieu-demo-today";

/// Sets the largest message that a generated server reads, and gzip in both directions. A macro because generated servers
/// have these methods without a trait.
#[macro_export]
macro_rules! with_wire_limits {
    ($server:expr, $message_bytes_max:expr) => {
        $server
            .max_decoding_message_size($message_bytes_max)
            .accept_compressed($crate::server::CompressionEncoding::Gzip)
            .send_compressed($crate::server::CompressionEncoding::Gzip)
    };
}

/// The code as the gRPC specification writes it: `INVALID_ARGUMENT`.
pub(crate) fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}
