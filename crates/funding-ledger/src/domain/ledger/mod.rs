//! What is known: the fold of the facts of the log.

mod accounts;
mod cases;
mod parties;
mod pool;
mod transfers;

pub use accounts::{
    AccountBook, AccountId, Accounts, DayChange, Entry, Shortfall, change_day, shortfall_of_nothing,
};
pub use cases::{Case, Cases, Settled};
pub use parties::{Owner, Parties, Support};
pub use transfers::{Details, TransferRecord, Transfers};

use super::{Stream, guards_giver};
use events::funding::{FundingEvent, Transferred};
use kernel::{Date, Timestamp};

/// Everything that the log told, up to a position.
#[derive(Debug, Default, PartialEq)]
pub struct Ledger {
    accounts: Accounts,
    transfers: Transfers,
    parties: Parties,
    cases: Cases,
}

/// What stands beside a fact in the log.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// Where it stands.
    pub position: u64,
    /// The day from which it counts.
    pub effective: Date,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The deciding document.
    pub document: Option<&'a str>,
    /// Who asked.
    pub actor: &'a str,
}

/// The day at whose end a balance is asked for, and up to which day what was recorded counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Horizon {
    /// As at the end of this day.
    pub as_at: Date,
    /// As known at the end of this day; `None` where everything that is recorded counts.
    pub known_on: Option<Date>,
}

/// A fact that cannot follow what is known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Disorder(pub String);

impl Ledger {
    /// The accounts.
    pub const fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// The transfers.
    pub const fn transfers(&self) -> &Transfers {
        &self.transfers
    }

    /// Owners, items and supports.
    pub const fn parties(&self) -> &Parties {
        &self.parties
    }

    /// The cases.
    pub const fn cases(&self) -> &Cases {
        &self.cases
    }

    /// Adds a fact of the stream. What cannot follow is refused, and nothing is changed.
    pub fn apply(&mut self, stream: &str, event: &FundingEvent, about: About<'_>) -> Result<(), Disorder> {
        self.may_follow(stream, event)?;
        match event {
            FundingEvent::OwnerRegistered(event) => self.parties.register_owner(event, about.effective),
            FundingEvent::SuccessorNamed(event) => {
                self.parties.set_successor(&event.owner, Some((event.successor.clone(), about.effective)));
            }
            FundingEvent::ItemRegistered(event) => self.parties.register_item(event.item, &event.what),
            FundingEvent::SupportDetailed(event) => self.parties.detail_support(event),
            FundingEvent::Transferred(event) => self.transfer(event, about),
            FundingEvent::CaseOpened(event) => self.cases.open(event, about),
            FundingEvent::CaseSettled(event) => self.cases.settle(event, about),
        }
        Ok(())
    }

    /// Takes back the fact that was added last.
    ///
    /// **Invariant:** the ledger then equals what it was before the fact.
    pub fn undo(&mut self, event: &FundingEvent) {
        match event {
            FundingEvent::OwnerRegistered(event) => self.parties.forget_owner(&event.owner),
            FundingEvent::SuccessorNamed(event) => self.parties.set_successor(&event.owner, None),
            FundingEvent::ItemRegistered(event) => self.parties.forget_item(event.item),
            FundingEvent::SupportDetailed(event) => self.parties.forget_support(event.household),
            FundingEvent::Transferred(event) => self.take_transfer_back(event),
            FundingEvent::CaseOpened(_) => self.cases.forget_last(),
            FundingEvent::CaseSettled(event) => self.cases.reopen(event.case),
        }
    }

    fn transfer(&mut self, event: &Transferred, about: About<'_>) {
        let transfer = self.transfers.next_number();
        let recorded = about.recorded_at.day();
        let entry = |change| Entry { effective: about.effective, recorded, transfer, change };
        let from = self.accounts.post(&event.from, entry(-event.amount.dong()));
        let to = self.accounts.post(&event.to, entry(event.amount.dong()));
        self.accounts.advance(if guards_giver(event) { from } else { to });
        self.transfers.add(event, from, to, about);
    }

    fn take_transfer_back(&mut self, event: &Transferred) {
        let Some((from, to)) = self.transfers.take_back() else { return };
        self.accounts.step_back(if guards_giver(event) { from } else { to });
        self.accounts.take_back(to);
        self.accounts.take_back(from);
    }

    fn may_follow(&self, stream: &str, event: &FundingEvent) -> Result<(), Disorder> {
        let disorder = |text: String| Err(Disorder(text));
        let home = match event {
            FundingEvent::OwnerRegistered(event) => {
                if self.parties.owner(&event.owner).is_some() {
                    return disorder(format!("owner {} is registered twice", event.owner));
                }
                Stream::Owner(event.owner.clone())
            }
            FundingEvent::SuccessorNamed(event) => {
                if self.parties.owner(&event.owner).is_none_or(|owner| owner.successor.is_some()) {
                    return disorder(format!("owner {} takes no successor", event.owner));
                }
                Stream::Owner(event.owner.clone())
            }
            FundingEvent::ItemRegistered(event) => {
                if self.parties.item(event.item).is_some() {
                    return disorder(format!("item {} is registered twice", event.item));
                }
                Stream::Item(event.item)
            }
            FundingEvent::SupportDetailed(event) => Stream::Household(event.household),
            FundingEvent::Transferred(event) => self.transfer_may_follow(event)?,
            FundingEvent::CaseOpened(event) => {
                if self.cases.find(event.case).is_some() {
                    return disorder(format!("case {} is opened twice", event.case));
                }
                Stream::Case(event.case)
            }
            FundingEvent::CaseSettled(event) => {
                if self.cases.find(event.case).is_none_or(|case| case.settled.is_some()) {
                    return disorder(format!("case {} is not open", event.case));
                }
                Stream::Case(event.case)
            }
        };
        if home.is(stream) { Ok(()) } else { disorder(format!("a fact of {home} stands in {stream}")) }
    }

    fn transfer_may_follow(&self, event: &Transferred) -> Result<Stream, Disorder> {
        let Transferred { transfer, from, to, amount, reversal_of, .. } = event;
        if self.transfers.find(*transfer).is_some() {
            return Err(Disorder(format!("transfer {transfer} is recorded twice")));
        }
        if amount.dong() <= 0 || from == to {
            return Err(Disorder(format!("transfer {transfer} moves nothing")));
        }
        if let Some(reversed) = reversal_of {
            let open = self.transfers.find(*reversed).map(|number| self.transfers.get(number));
            if open.is_none_or(|reversed| reversed.reversed_by.is_some()) {
                return Err(Disorder(format!(
                    "transfer {transfer} undoes {reversed}, which is not there to be undone"
                )));
            }
        }
        let account = if guards_giver(event) { from } else { to };
        let known = self.accounts.find(account).map(|id| self.accounts.get(id).key);
        Ok(Stream::Account(known.unwrap_or_else(|| super::account_key(account))))
    }
}
