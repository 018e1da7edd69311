//! Why the ledger says no.

use super::movements::{kind_name, movement_name, stage_name};
use events::funding::{Kind, Movement, Stage};
use kernel::{AreaKey, CaseId, Date, HouseholdId, ItemId, Money, TransferId};
use reference::AreaVersions;

/// A rejection and the field of the command that must be mended, for example `transfers[2].to.item`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Path of the field.
    pub field: String,
    /// What is wrong with it.
    pub rejection: Rejection,
}

impl Fault {
    pub(super) fn at(field: impl Into<String>, rejection: Rejection) -> Self {
        Self { field: field.into(), rejection }
    }
}

/// What is wrong with a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// An amount is a positive number of đồng.
    #[error("amount {0} is not above zero")]
    AmountNotPositive(Money),
    /// No amount of the programmes is as large.
    #[error("amount {amount} is above {max}")]
    AmountTooLarge {
        /// What was asked.
        amount: Money,
        /// What is taken at most.
        max: Money,
    },
    /// The table has no such movement.
    #[error("{} does not move {} money at {}", movement_name(*.movement), kind_name(*.kind), stage_name(*.stage))]
    MovementNotAllowed {
        /// What was asked.
        movement: Movement,
        /// Where the money stands.
        stage: Stage,
        /// Its kind.
        kind: Kind,
        /// What may be done with it.
        possible: Vec<Movement>,
    },
    /// The movement leads elsewhere.
    #[error("{} leads to {}, not {}", movement_name(*.movement), stage_name(*.target), stage_name(*.given))]
    StageMismatch {
        /// What was asked.
        movement: Movement,
        /// Where the money would go by the request.
        given: Stage,
        /// Where the movement takes it.
        target: Stage,
    },
    /// The movement keeps this dimension.
    #[error("{} keeps the {dimension}: {from}, not {to}", movement_name(*.movement))]
    DimensionChanged {
        /// What was asked.
        movement: Movement,
        /// Which dimension.
        dimension: &'static str,
        /// Of the account that gives.
        from: String,
        /// Of the account that takes.
        to: String,
    },
    /// A carry-over goes into the next year.
    #[error("a carry-over from {from} goes to {next}, not {to}")]
    NotTheNextYear {
        /// Executing year of the account that gives.
        from: i16,
        /// Of the account that takes.
        to: i16,
        /// What it must be.
        next: i16,
    },
    /// Nothing would move.
    #[error("the account gives to itself")]
    SameAccount,
    /// No node has the code.
    #[error("no node of the programme tree has the code {0}")]
    UnknownProgramme(String),
    /// The node is for other years.
    #[error("{programme} is for {first} to {last}, not {vintage}")]
    NodeNotInYears {
        /// The node.
        programme: String,
        /// The vintage that was asked for.
        vintage: i16,
        /// Its first year.
        first: i16,
        /// Its last.
        last: i16,
    },
    /// Detailed allocation goes down the tree.
    #[error("{programme} does not lie within {above}")]
    NodeNotWithin {
        /// Where the money would go.
        programme: String,
        /// Where it is.
        above: String,
    },
    /// No source has the code.
    #[error("no source has the code {0}")]
    UnknownSource(String),
    /// Books never mix.
    #[error("source {source_code} stands in the book {book}, which has no {} money", kind_name(*.kind))]
    SourceMismatch {
        /// The source.
        source_code: String,
        /// Its book.
        book: &'static str,
        /// The kind that was asked for.
        kind: Kind,
        /// The kinds that its book has.
        kinds: &'static [Kind],
    },
    /// The source had ended.
    #[error("no money of source {source_code} comes in on {day}, the last day was {last}")]
    SourceEnded {
        /// The source.
        source_code: String,
        /// When.
        day: Date,
        /// Its last day.
        last: Date,
    },
    /// The movement is for other sources.
    #[error("{} does not bring in money of source {source_code}", movement_name(*.movement))]
    SourceNotTaken {
        /// The source.
        source_code: String,
        /// What was asked.
        movement: Movement,
        /// The sources for which it is.
        taken: String,
    },
    /// No area has the key.
    #[error("area {0} is not known")]
    UnknownArea(AreaKey),
    /// The area did not exist on that day.
    #[error("area {area} was not in force on {day}: {history}")]
    AreaNotInForce {
        /// The area.
        area: AreaKey,
        /// When.
        day: Date,
        /// What its code named, and when.
        history: AreaVersions,
    },
    /// Accounts are kept for provinces, districts and communes.
    #[error("area {area} ({name}) keeps no account")]
    AreaKeepsNoAccount {
        /// The area.
        area: AreaKey,
        /// Its name.
        name: String,
    },
    /// No owner has the code.
    #[error("owner {0} is not registered")]
    UnknownOwner(String),
    /// The owner had not begun, or had ended.
    #[error("owner {owner} does not hold money on {day}")]
    OwnerNotInOffice {
        /// The owner.
        owner: String,
        /// Its name.
        name: String,
        /// When.
        day: Date,
        /// Its first day.
        from: Date,
        /// Its last day.
        to: Option<Date>,
        /// Who took over.
        successor: Option<String>,
    },
    /// The code is taken.
    #[error("owner {0} is registered already")]
    OwnerExists(String),
    /// There is one successor.
    #[error("the successor of owner {owner} from {from} on is {successor}")]
    SuccessorNamed {
        /// Who ends.
        owner: String,
        /// Who takes over.
        successor: String,
        /// From which day.
        from: Date,
    },
    /// Nobody takes over.
    #[error("owner {0} has no successor")]
    NoSuccessor(String),
    /// An owner does not follow itself.
    #[error("owner {0} cannot be its own successor")]
    SuccessorIsOwner(String),
    /// Somebody who never began cannot end.
    #[error("owner {owner} begins on {begins}, a successor cannot take over on {day}")]
    SuccessorTooEarly {
        /// Who ends.
        owner: String,
        /// Its first day.
        begins: Date,
        /// When somebody would take over.
        day: Date,
    },
    /// Nothing to hand over.
    #[error("owner {owner} has no open balance on {day}")]
    NothingToHandOver {
        /// Who ended.
        owner: String,
        /// When.
        day: Date,
    },
    /// Money is not used before the year it is for.
    #[error("executing year {executing_year} is before the vintage {vintage}")]
    ExecutingYearTooEarly {
        /// Plan year of use.
        executing_year: i16,
        /// Year of the first assignment.
        vintage: i16,
    },
    /// What has not happened is not entered.
    #[error("{day} is after today, {today}")]
    FutureDate {
        /// When.
        day: Date,
        /// The present day.
        today: Date,
    },
    /// The money did not exist yet.
    #[error("{} on {day} is before {earliest}, too early for money of {vintage}", movement_name(*.movement))]
    BeforeVintage {
        /// What was asked.
        movement: Movement,
        /// When.
        day: Date,
        /// Year of the first assignment.
        vintage: i16,
        /// The first day.
        earliest: Date,
    },
    /// The payment window had closed.
    #[error("{day} is after the window of {executing_year}, which closed on {last}")]
    AfterWindow {
        /// When.
        day: Date,
        /// Plan year of use.
        executing_year: i16,
        /// The last day without an extension.
        last: Date,
        /// The last day with one.
        extension_last: Date,
        /// Where the rule was read.
        basis: String,
        /// Whether that was held against the instrument.
        verified: bool,
    },
    /// Extensions end too.
    #[error("{day} is after {last}, the last day that an extension reaches")]
    AfterExtension {
        /// When.
        day: Date,
        /// Plan year of use.
        executing_year: i16,
        /// The last day with an extension.
        last: Date,
        /// Where the rule was read.
        basis: String,
        /// Whether that was held against the instrument.
        verified: bool,
    },
    /// At that stage money stands on an item.
    #[error("money at {} stands on an item", stage_name(*.0))]
    ItemMissing(Stage),
    /// Before detailed allocation there is no item.
    #[error("money at {} stands on no item yet", stage_name(*.0))]
    ItemTooEarly(Stage),
    /// No item has the id.
    #[error("item {0} is not registered")]
    UnknownItem(ItemId),
    /// The id is taken.
    #[error("item {0} is registered already")]
    ItemExists(ItemId),
    /// No support is of that kind.
    #[error("no kind of support has the code {0}")]
    UnknownSupportKind(String),
    /// A number that must be above zero.
    #[error("{0} is not above zero")]
    NotPositive(String),
    /// A contribution in kind is valued.
    #[error("a contribution in kind has no valuation")]
    ValuationMissing,
    /// Money needs no valuation.
    #[error("only a contribution in kind is valued")]
    ValuationNotTaken,
    /// Quantity times price is the amount.
    #[error("{quantity} at {unit_price} is {product} đồng, not {amount}")]
    ValuationMismatch {
        /// How much.
        quantity: String,
        /// Of one unit.
        unit_price: Money,
        /// Rounded to whole đồng.
        product: String,
        /// What was asked.
        amount: Money,
    },
    /// All transfers together would be more than can be counted.
    #[error("{asked} beside {recorded} in all transfers, {max} at most")]
    TooMuchInAll {
        /// All transfers so far.
        recorded: Money,
        /// What the request adds.
        asked: Money,
        /// What all may be together.
        max: Money,
    },
    /// An account would go below zero.
    #[error("{} money of {owner} under {programme}: {available} are there, {asked} are asked, short on {day}", stage_name(*.stage))]
    Overdrawn {
        /// Where the money stands.
        stage: Stage,
        /// Who holds it.
        owner: String,
        /// The node.
        programme: String,
        /// What can be taken from the day of effect on.
        available: Money,
        /// What was asked.
        asked: Money,
        /// The first day on which the account would be below zero.
        day: Date,
    },
    /// No transfer has the id.
    #[error("transfer {0} does not exist")]
    UnknownTransfer(TransferId),
    /// What was undone is recorded again, not undone again.
    #[error("transfer {transfer} is itself the reversal of {reversal_of}")]
    ReversalOfReversal {
        /// What was to be undone.
        transfer: TransferId,
        /// What it undid.
        reversal_of: TransferId,
    },
    /// A transfer is not undone before it took effect.
    #[error("{day} is before {transferred}, the day of the transfer")]
    ReversalTooEarly {
        /// When.
        day: Date,
        /// The day of the transfer.
        transferred: Date,
    },
    /// No case has the id.
    #[error("case {0} does not exist")]
    UnknownCase(CaseId),
    /// A case ends once.
    #[error("case {case} was settled on {on} by {by}")]
    CaseSettled {
        /// Which.
        case: CaseId,
        /// When.
        on: Date,
        /// By whom.
        by: String,
    },
    /// The caller saw an older state.
    #[error("the case is at version {current}")]
    StaleCase {
        /// Its version.
        current: u64,
    },
    /// A case is not settled before it was opened.
    #[error("{day} is before {opened}, the day on which the case was opened")]
    SettledTooEarly {
        /// When.
        day: Date,
        /// When it was opened.
        opened: Date,
    },
    /// The household's class was not read before the command was decided: the item became known only just now.
    #[error("the class of household {0} was not read")]
    ClassNotRead(HouseholdId),
}
