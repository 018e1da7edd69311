//! What requests of every service carry: request ids, etags, pages, consistency tokens, signed decisions and who asks.

mod command;
mod consistency;
mod decision;
pub mod fields;
mod page;
mod token;

pub use command::{ACTOR_METADATA, Etag, actor, fingerprint, request_id};
pub use consistency::{ConsistencyToken, not_caught_up, receipt};
pub use decision::{decision, decision_to_proto, optional_decision};
pub use page::{Page, PageSizes, QueryHash};
