//! The funding ledger (*sổ vốn*): where every đồng of the national target programmes is, who holds it, and what it is
//! detailed on. It answers `muctieu.funding.v1`.
//!
//! The rules stand in [`domain`], pure. Around it: `request` reads messages, `model` brings the rules to a
//! [`decider::Desk`], `eligibility` reads the classes of households beforehand, `queries` and `answers` tell what is known,
//! `refusals` says no.
//!
//! It feeds and reconciles; it is no treasury and no budget accounting, and it pays nobody. It deliberately knows no figure
//! of poverty but the class of a household on the day of a decision, and no name of a person. Start with
//! [`domain::decide()`] for the rules and [`FundingLedger::open`] for the service.
//!
//! **Invariant:** balances are guarded by the log. A transfer stands in the stream of the account that it takes from (money
//! from the grantor: of the account that takes it), at the version at which its decision knew that account: what another
//! process took meanwhile makes it stale. Whether an owner held office is judged on what was known at the decision; a
//! successor who is named later, or at the same moment by another process, undoes no transfer.

mod answers;
pub mod domain;
mod eligibility;
mod grpc;
mod lists;
mod model;
mod queries;
mod questions;
mod reference_lists;
mod refusals;
mod request;

pub use grpc::FundingLedger;

use decider::{Desk, DeskOptions};
use event_log::EventLog;
use kernel::SharedClock;
use model::FundingModel;
use poverty_view::PovertyView;
use reference::Reference;
use service::config::Limits;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// The context's name in consistency tokens, checkpoints and on the bus.
pub const CONTEXT: &str = "funding";

/// What the ledger is made of, in either edition.
#[derive(Clone, Debug)]
pub struct Parts {
    /// Its own log.
    pub log: EventLog,
    /// What the poverty registry's events say of households.
    pub poverty: PovertyView,
    /// Areas, programmes, sources and windows.
    pub reference: Arc<Reference>,
    /// The one clock.
    pub clock: SharedClock,
    /// Bounds of batches, pages and waits.
    pub limits: Limits,
}

impl FundingLedger {
    /// Folds the log and offers the service over it, to be wrapped in the generated `FundingLedgerServer`. The future beside
    /// it does the work: it ends when `stop` is cancelled, or with the error after which nothing can be decided.
    pub async fn open(
        parts: Parts,
        stop: CancellationToken,
    ) -> Result<(Self, impl Future<Output = Result<(), decider::Error>> + Send + 'static), decider::Error>
    {
        let Parts { log, poverty, reference, clock, limits } = parts;
        let model = FundingModel::new(reference.clone());
        let (desk, work) = Desk::open(log, model, clock.clone(), DeskOptions::default(), stop).await?;
        Ok((Self::of(desk, poverty, reference, clock, limits), work))
    }
}
