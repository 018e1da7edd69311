//! Rural criteria (*tiêu chí nông thôn mới*): records what units observe of indicators, holds units against versions of
//! criteria sets, and keeps the titles that are recognised, acknowledged after a merger or revoked. It answers
//! `muctieu.rural.v1`.
//!
//! The rules stand in [`domain`], pure. Around it: `request` reads messages, [`RuralModel`] gives the rules to the one desk
//! at which commands are decided, `poverty` asks the view of the poverty registry's events, `standing` and `lists` answer
//! questions from the state in memory, `answers` writes messages, `refusals` says no.
//!
//! It deliberately knows no household, no target and no money: whoever is poor comes as numbers from the poverty registry's
//! events, and figures for committees follow from this service's events, in `progress`. Strict results of the written rule
//! and official ones stand side by side; neither overwrites the other. Start with [`domain::decide()`] for the rules and
//! [`RuralCriteria::open`] for the service.

mod answers;
pub mod domain;
mod grpc;
mod lists;
mod model;
mod poverty;
mod refusals;
mod request;
mod sets;
mod standing;
mod title_answers;

pub use grpc::{CONTEXT, RuralCriteria};
pub use model::RuralModel;

use decider::{Desk, DeskOptions};
use event_log::EventLog;
use kernel::SharedClock;
use poverty_view::PovertyView;
use reference::Reference;
use service::config::Limits;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// What the service is made of, in either edition.
#[derive(Clone, Debug)]
pub struct Parts {
    /// Its own log.
    pub log: EventLog,
    /// What the poverty registry's events say; a projector carries it on elsewhere.
    pub poverty: PovertyView,
    /// Areas and criteria sets.
    pub reference: Arc<Reference>,
    /// The one clock.
    pub clock: SharedClock,
    /// Bounds of batches, pages and waits.
    pub limits: Limits,
}

impl RuralCriteria {
    /// The service over these parts, to be wrapped in the generated `RuralCriteriaServer`, once the log is folded. The
    /// future beside it decides the commands: it ends when `stop` is cancelled, or with the error after which nothing can
    /// be decided any more.
    pub async fn open(
        parts: Parts,
        stop: CancellationToken,
    ) -> Result<(Self, impl Future<Output = Result<(), decider::Error>> + Send + 'static), decider::Error>
    {
        let Parts { log, poverty, reference, clock, limits } = parts;
        let model = RuralModel::new(Arc::clone(&reference));
        let (desk, work) = Desk::open(log, model, Arc::clone(&clock), DeskOptions::default(), stop).await?;
        Ok((Self::of(desk, poverty, reference, clock, &limits), work))
    }
}
