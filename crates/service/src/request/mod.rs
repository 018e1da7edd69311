//! What requests of every service carry: request ids, etags, pages, consistency tokens and who asks.

mod command;
mod consistency;
pub mod fields;
mod page;
mod token;

pub use command::{ACTOR_METADATA, Etag, actor, fingerprint, request_id};
pub use consistency::{ConsistencyToken, not_caught_up, receipt};
pub use page::{Page, PageSizes, QueryHash};
