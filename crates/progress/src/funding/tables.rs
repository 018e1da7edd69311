//! The tables and what is written to them.

use super::{batch::Remembered, codes::kind_of};
use crate::funding::kind_word;
use kernel::TransferId;
use poverty_view::domain::{AreaNumber, Day};
use projection::{Error, Insert, Query, Row, Transaction, Value};
use uuid::Uuid;

/// Days are yyyymmdd, areas their numbers, stages 0 (grantor) to 7 (returned), times microseconds since 1970.
pub(super) fn create_statements() -> Vec<Query> {
    vec![
        Query::new(
            "create table cell (
                number bigint primary key, programme text not null, kind text not null, source text not null,
                vintage bigint not null, executing_year bigint not null, area bigint not null,
                owner text not null)",
        ),
        Query::new(
            "create table transfer (
                position bigint primary key, event_id text not null, transfer text not null,
                from_cell bigint not null, from_stage bigint not null,
                to_cell bigint not null, to_stage bigint not null, amount bigint not null,
                effective bigint not null, recorded_at bigint not null,
                document text not null, actor text not null, history bigint not null)",
        ),
        Query::new("create table owner (code text primary key, name text not null)"),
        Query::new(
            "create table succession (
                owner text primary key, successor text not null,
                effective bigint not null, known bigint not null)",
        ),
        Query::new("create table item (id text primary key, works text, kind text not null)"),
        Query::new(
            "create table case_opened (
                case_id text primary key, position bigint not null, event_id text not null,
                rule text not null, lines text not null, inputs text not null, provisional bigint not null,
                area bigint not null, effective bigint not null, known bigint not null,
                recorded_at bigint not null, document text, actor text not null)",
        ),
        Query::new("create unique index case_opened_at on case_opened (position)"),
        Query::new(
            "create table case_settled (
                case_id text primary key, position bigint not null,
                outcome text not null, explanation text not null,
                effective bigint not null, known bigint not null, document text, actor text not null)",
        ),
    ]
}

/// What a batch writes.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) cells: Vec<CellRow>,
    pub(super) transfers: Vec<TransferRow>,
    pub(super) owners: Vec<OwnerRow>,
    pub(super) successions: Vec<SuccessionRow>,
    pub(super) items: Vec<ItemRow>,
    pub(super) cases_opened: Vec<CaseOpenedRow>,
    pub(super) cases_settled: Vec<CaseSettledRow>,
}

/// All dimensions of an account but stage and item.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct CellKey {
    pub(super) programme: String,
    pub(super) kind: &'static str,
    pub(super) source: String,
    pub(super) vintage: i16,
    pub(super) executing_year: i16,
    pub(super) area: i64,
    pub(super) owner: String,
}

#[derive(Debug)]
pub(super) struct CellRow {
    pub(super) number: i64,
    pub(super) key: CellKey,
}

#[derive(Debug)]
pub(super) struct TransferRow {
    pub(super) position: u64,
    pub(super) event_id: Uuid,
    pub(super) transfer: TransferId,
    pub(super) from_cell: i64,
    pub(super) from_stage: u8,
    pub(super) to_cell: i64,
    pub(super) to_stage: u8,
    pub(super) amount: i64,
    pub(super) effective: Day,
    pub(super) recorded_at: i64,
    /// Number of the decision.
    pub(super) document: String,
    pub(super) actor: String,
    /// Stands for all transfers up to this one.
    pub(super) history: i64,
}

#[derive(Debug)]
pub(super) struct OwnerRow {
    pub(super) code: String,
    pub(super) name: String,
}

#[derive(Debug)]
pub(super) struct SuccessionRow {
    pub(super) owner: String,
    pub(super) successor: String,
    pub(super) effective: Day,
    pub(super) known: Day,
}

#[derive(Debug)]
pub(super) struct ItemRow {
    pub(super) id: String,
    /// Name of works; `None` of a support.
    pub(super) works: Option<String>,
    /// Type of works or kind of support.
    pub(super) kind: String,
}

#[derive(Debug)]
pub(super) struct CaseOpenedRow {
    pub(super) case_id: String,
    pub(super) position: u64,
    pub(super) event_id: String,
    pub(super) rule: String,
    /// A JSON array of texts.
    pub(super) lines: String,
    /// A JSON object of texts.
    pub(super) inputs: String,
    pub(super) provisional: bool,
    pub(super) area: AreaNumber,
    pub(super) effective: Day,
    pub(super) known: Day,
    pub(super) recorded_at: i64,
    pub(super) document: Option<String>,
    pub(super) actor: String,
}

#[derive(Debug)]
pub(super) struct CaseSettledRow {
    pub(super) case_id: String,
    pub(super) position: u64,
    pub(super) outcome: &'static str,
    pub(super) explanation: String,
    pub(super) effective: Day,
    pub(super) known: Day,
    pub(super) document: Option<String>,
    pub(super) actor: String,
}

/// Cells that are read at once.
const CELLS_AT_ONCE: usize = 10_000;

/// What the tables hold of all that was written before.
pub(super) async fn remembered(transaction: &mut Transaction) -> Result<Remembered, Error> {
    let mut remembered = Remembered::default();
    loop {
        let rows = cells_after(transaction, remembered.cells.len()).await?;
        let last_page = rows.len() < CELLS_AT_ONCE;
        for row in rows {
            let CellRow { number, key } = CellRow::read(&row)?;
            remembered.cells.insert(key, number);
        }
        if last_page {
            break;
        }
    }
    let all = Query::new("select cast(coalesce(sum(amount), 0) as bigint) as volume from transfer");
    remembered.volume = transaction.fetch_one(all).await?.get("volume")?;
    let last = Query::new("select history from transfer order by position desc limit 1");
    if let Some(row) = transaction.fetch_optional(last).await? {
        remembered.history = row.get("history")?;
    }
    Ok(remembered)
}

/// Cells that follow the first `known` ones, in the order of their numbers, `CELLS_AT_ONCE` of them where there are as many.
pub(super) async fn cells_after(transaction: &mut Transaction, known: usize) -> Result<Vec<Row>, Error> {
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let page = Query::new(
        "select number, programme, kind, source, vintage, executing_year, area, owner from cell
         where number > $1 order by number limit $2",
    );
    transaction.fetch_all(page.bind(count(known)).bind(count(CELLS_AT_ONCE))).await
}

impl CellRow {
    /// Reads a row of [`cells_after`].
    pub(super) fn read(row: &Row) -> Result<Self, Error> {
        let number: i64 = row.get(0)?;
        let year = |column: usize| -> Result<i16, Error> {
            let year: i64 = row.get(column)?;
            i16::try_from(year).map_err(|_| Error::Negative(year))
        };
        let kind: String = row.get(2)?;
        let key = CellKey {
            programme: row.get(1)?,
            // Invariant: only words of kinds are written.
            kind: kind_of(&kind).map(kind_word).ok_or(Error::Negative(number))?,
            source: row.get(3)?,
            vintage: year(4)?,
            executing_year: year(5)?,
            area: row.get(6)?,
            owner: row.get(7)?,
        };
        Ok(Self { number, key })
    }
}

/// Writes the batch.
pub(super) async fn write(transaction: &mut Transaction, rows: Rows) -> Result<(), Error> {
    let cells = Insert {
        table: "cell",
        columns: ["number", "programme", "kind", "source", "vintage", "executing_year", "area", "owner"],
        on_conflict: "",
    };
    cells.run(transaction, rows.cells, CellRow::into_values).await?;
    let transfers = Insert {
        table: "transfer",
        columns: [
            "position",
            "event_id",
            "transfer",
            "from_cell",
            "from_stage",
            "to_cell",
            "to_stage",
            "amount",
            "effective",
            "recorded_at",
            "document",
            "actor",
            "history",
        ],
        on_conflict: "",
    };
    transfers.run(transaction, rows.transfers, TransferRow::into_values).await?;
    write_names(transaction, rows.owners, rows.successions, rows.items).await?;
    write_cases(transaction, rows.cases_opened, rows.cases_settled).await
}

async fn write_names(
    transaction: &mut Transaction,
    owners: Vec<OwnerRow>,
    successions: Vec<SuccessionRow>,
    items: Vec<ItemRow>,
) -> Result<(), Error> {
    let owner = Insert {
        table: "owner",
        columns: ["code", "name"],
        on_conflict: "on conflict (code) do update set name = excluded.name",
    };
    owner.run(transaction, owners, |row| [row.code.into(), row.name.into()]).await?;
    let succession = Insert {
        table: "succession",
        columns: ["owner", "successor", "effective", "known"],
        on_conflict: "on conflict (owner) do update
             set successor = excluded.successor, effective = excluded.effective, known = excluded.known",
    };
    let values = |row: SuccessionRow| {
        let (effective, known) = (row.effective.number(), row.known.number());
        [row.owner.into(), row.successor.into(), effective.into(), known.into()]
    };
    succession.run(transaction, successions, values).await?;
    let item = Insert {
        table: "item",
        columns: ["id", "works", "kind"],
        on_conflict: "on conflict (id) do update set works = excluded.works, kind = excluded.kind",
    };
    item.run(transaction, items, |row| [row.id.into(), row.works.into(), row.kind.into()]).await
}

async fn write_cases(
    transaction: &mut Transaction,
    opened: Vec<CaseOpenedRow>,
    settled: Vec<CaseSettledRow>,
) -> Result<(), Error> {
    let case_opened = Insert {
        table: "case_opened",
        columns: [
            "case_id",
            "position",
            "event_id",
            "rule",
            "lines",
            "inputs",
            "provisional",
            "area",
            "effective",
            "known",
            "recorded_at",
            "document",
            "actor",
        ],
        on_conflict: "on conflict (case_id) do nothing",
    };
    case_opened.run(transaction, opened, CaseOpenedRow::into_values).await?;
    let case_settled = Insert {
        table: "case_settled",
        columns: ["case_id", "position", "outcome", "explanation", "effective", "known", "document", "actor"],
        on_conflict: "on conflict (case_id) do nothing",
    };
    case_settled.run(transaction, settled, CaseSettledRow::into_values).await
}

impl CellRow {
    fn into_values(self) -> [Value; 8] {
        let CellKey { programme, kind, source, vintage, executing_year, area, owner } = self.key;
        [
            self.number.into(),
            programme.into(),
            kind.into(),
            source.into(),
            i32::from(vintage).into(),
            i32::from(executing_year).into(),
            area.into(),
            owner.into(),
        ]
    }
}

impl TransferRow {
    fn into_values(self) -> [Value; 13] {
        [
            self.position.into(),
            self.event_id.to_string().into(),
            self.transfer.to_string().into(),
            self.from_cell.into(),
            u32::from(self.from_stage).into(),
            self.to_cell.into(),
            u32::from(self.to_stage).into(),
            self.amount.into(),
            self.effective.number().into(),
            self.recorded_at.into(),
            self.document.into(),
            self.actor.into(),
            self.history.into(),
        ]
    }
}

impl CaseOpenedRow {
    fn into_values(self) -> [Value; 13] {
        [
            self.case_id.into(),
            self.position.into(),
            self.event_id.into(),
            self.rule.into(),
            self.lines.into(),
            self.inputs.into(),
            self.provisional.into(),
            self.area.number().into(),
            self.effective.number().into(),
            self.known.number().into(),
            self.recorded_at.into(),
            self.document.into(),
            self.actor.into(),
        ]
    }
}

impl CaseSettledRow {
    fn into_values(self) -> [Value; 8] {
        [
            self.case_id.into(),
            self.position.into(),
            self.outcome.into(),
            self.explanation.into(),
            self.effective.number().into(),
            self.known.number().into(),
            self.document.into(),
            self.actor.into(),
        ]
    }
}
