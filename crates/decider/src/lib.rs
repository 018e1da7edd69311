//! Commands of a service whose whole state fits in memory: the state is folded from the service's own log, commands are
//! decided one after another on it, and their events are appended as one chain.
//!
//! It knows logs, batches and repeats; it deliberately does not know what any command or event means. A service writes its
//! state once as a [`Model`] and reaches it through one [`Desk`]: [`Desk::execute`] for commands, [`Desk::read`] for
//! questions.
//!
//! **Invariant:** what readers see is the fold of the log up to [`View::position`], nothing more. Decisions of one batch
//! build on each other, and the first are on their way to the log while the rest is decided; but what they would write is
//! taken back from the model before anybody reads it, and applied again only as the log recorded it.
//!
//! Several processes may decide on one log. Each command names the version of every stream that it wrote on; the log
//! refuses what another process overtook with all that was decided on it (`EventLog::chain`), and the desk then
//! reads what came and decides anew. So a decision may rest only on streams that it writes to or names as conditions, and
//! on facts that later events can only make truer.

mod desk;
mod error;
mod model;
mod worker;

pub use desk::{Accepted, Answer, Desk, DeskOptions, View};
pub use error::Error;
pub use model::{Decision, Disorder, Fact, Intent, Model, StreamFacts};
