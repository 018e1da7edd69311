//! All transfers in memory, in the order of the log: what every figure about money is summed from.

use super::{
    FUNDING_SOURCE, FundingModel, STAGES, Symbols, kind_of,
    symbols::Chunked,
    tables::{CellKey, CellRow, cells_after},
};
use events::funding::Kind;
use kernel::Timestamp;
use poverty_view::domain::{AreaNumber, Day};
use projection::{Error, Query, ReadModel as _, Row, Transaction};
use std::sync::{Arc, Mutex, PoisonError};

/// One combination of all dimensions but stage and item.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    /// Among [`Journal::programmes`].
    pub(crate) programme: u32,
    pub(crate) kind: Kind,
    /// Among [`Journal::sources`].
    pub(crate) source: u32,
    pub(crate) vintage: i16,
    pub(crate) executing_year: i16,
    pub(crate) area: AreaNumber,
    /// Among [`Journal::owners`].
    pub(crate) owner: u32,
}

/// One end of a transfer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leg {
    /// Among [`Journal::cells`].
    pub(crate) cell: u32,
    /// Among [`STAGES`].
    pub(crate) stage: u8,
}

/// One transfer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) position: u64,
    /// Stands for all transfers up to this one.
    history: i64,
    /// Above zero.
    pub(crate) amount: i64,
    pub(crate) effective: Day,
    pub(crate) known: Day,
    pub(crate) from: Leg,
    pub(crate) to: Leg,
}

/// Transfers from the first on. Copies share their memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Journal {
    pub(crate) cells: Chunked<Cell>,
    pub(crate) entries: Chunked<Entry>,
    pub(crate) programmes: Arc<Symbols>,
    pub(crate) sources: Arc<Symbols>,
    pub(crate) owners: Arc<Symbols>,
}

/// A place in the order of transfers: the position and what stands for all up to it. Two tables that agree in it hold the
/// same transfers so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    position: u64,
    history: i64,
}

/// The journal as far as one snapshot knows it.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) journal: Journal,
    /// Number of transfers that the snapshot knows.
    count: usize,
}

impl Seen {
    /// The transfers, in runs that lie together in memory.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.journal.entries.first(self.count).flatten()
    }
}

/// Where readers find the journal. It is read from the tables as far as it is needed, once for all readers.
#[derive(Debug, Default)]
pub(crate) struct Shelf(Mutex<Journal>);

impl Shelf {
    /// The journal as the snapshot knows it. What is on the shelf is used where the snapshot holds the same transfers up to
    /// its end; after a rebuild from another log it is read anew.
    pub(crate) async fn read(&self, snapshot: &mut Transaction) -> Result<Seen, Error> {
        let mut journal = self.take();
        let Some(end) = last_mark(snapshot).await? else {
            return Ok(Seen { journal, count: 0 });
        };
        if let Some(count) = journal.count_up_to(end) {
            return Ok(Seen { journal, count });
        }
        if !journal.is_known_to(snapshot).await? {
            journal = Journal::default();
        }
        journal.read_cells(snapshot).await?;
        while journal.mark() != Some(end) {
            journal.read_entries(snapshot).await?;
        }
        self.put(&journal);
        let count = journal.entries.len();
        Ok(Seen { journal, count })
    }

    fn take(&self) -> Journal {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts it where the next reader finds it, unless a longer one is there.
    fn put(&self, journal: &Journal) {
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_prefix = journal.mark().is_some_and(|end| shelf.count_up_to(end).is_some());
        if !is_prefix {
            *shelf = journal.clone();
        }
    }
}

async fn last_mark(snapshot: &mut Transaction) -> Result<Option<Mark>, Error> {
    let last = Query::new("select position, history from transfer order by position desc limit 1");
    snapshot.fetch_optional(last).await?.map(|row| mark(&row)).transpose()
}

fn mark(row: &Row) -> Result<Mark, Error> {
    Ok(Mark { position: row.get_u64("position")?, history: row.get("history")? })
}

/// Transfers that are read at once.
const ENTRIES_AT_ONCE: i64 = 20_000;

impl Journal {
    fn mark(&self) -> Option<Mark> {
        self.entries.last().map(|entry| Mark { position: entry.position, history: entry.history })
    }

    /// How many transfers it has up to the mark; `None` where it does not hold the mark.
    fn count_up_to(&self, end: Mark) -> Option<usize> {
        let (mut low, mut high) = (0, self.entries.len());
        while low < high {
            let middle = low.midpoint(high);
            if self.entries.get(middle)?.position < end.position { low = middle + 1 } else { high = middle }
        }
        let found = self.entries.get(low)?;
        (found.position == end.position && found.history == end.history).then_some(low + 1)
    }

    /// Whether the snapshot holds the same transfers up to the last one.
    async fn is_known_to(&self, snapshot: &mut Transaction) -> Result<bool, Error> {
        let Some(own) = self.mark() else { return Ok(true) };
        let there = Query::new("select position, history from transfer where position = $1");
        let there = snapshot.fetch_optional(there.bind(own.position)).await?;
        Ok(there.map(|row| mark(&row)).transpose()? == Some(own))
    }

    async fn read_cells(&mut self, snapshot: &mut Transaction) -> Result<(), Error> {
        loop {
            let rows = cells_after(snapshot, self.cells.len()).await?;
            if rows.is_empty() {
                return Ok(());
            }
            for row in rows {
                self.add_cell(CellRow::read(&row)?)?;
            }
        }
    }

    fn add_cell(&mut self, CellRow { number, key }: CellRow) -> Result<(), Error> {
        let CellKey { programme, kind, source, vintage, executing_year, area, owner } = key;
        let wrong = || Error::Negative(number);
        self.cells.push(Cell {
            programme: number_of(&mut self.programmes, programme),
            kind: kind_of(kind).ok_or_else(wrong)?,
            source: number_of(&mut self.sources, source),
            vintage,
            executing_year,
            area: AreaNumber::from_number(area).map_err(|_| wrong())?,
            owner: number_of(&mut self.owners, owner),
        });
        Ok(())
    }

    /// The next transfers. There are some, for the snapshot's last one is not reached.
    async fn read_entries(&mut self, snapshot: &mut Transaction) -> Result<(), Error> {
        let after = self.mark().map_or(0, |mark| mark.position);
        let page = Query::new(
            "select position, history, amount, effective, recorded_at, from_cell, from_stage, to_cell, to_stage
             from transfer where position > $1 order by position limit $2",
        );
        let rows = snapshot.fetch_all(page.bind(after).bind(ENTRIES_AT_ONCE)).await?;
        if rows.is_empty() {
            let (model, source_name) = (FundingModel::NAME, FUNDING_SOURCE.to_owned());
            return Err(Error::OtherHistory { model, source_name, position: after });
        }
        for row in rows {
            let entry = self.entry(&row)?;
            self.entries.push(entry);
        }
        Ok(())
    }

    fn entry(&self, row: &Row) -> Result<Entry, Error> {
        let effective: i64 = row.get(3)?;
        let recorded_at: i64 = row.get(4)?;
        let day = i32::try_from(effective).ok().and_then(|day| Day::from_number(day).ok());
        let recorded_at = Timestamp::from_micros(recorded_at).map_err(|_| Error::Negative(recorded_at))?;
        Ok(Entry {
            position: row.get_u64(0)?,
            history: row.get(1)?,
            amount: row.get(2)?,
            effective: day.ok_or(Error::Negative(effective))?,
            known: recorded_at.day().into(),
            from: self.leg(row.get(5)?, row.get(6)?)?,
            to: self.leg(row.get(7)?, row.get(8)?)?,
        })
    }

    /// Cells are numbered from 1 in the table.
    fn leg(&self, cell: i64, stage: i64) -> Result<Leg, Error> {
        let wrong = || Error::Negative(cell);
        let at = usize::try_from(cell - 1).ok().filter(|at| *at < self.cells.len()).ok_or_else(wrong)?;
        let stage = u8::try_from(stage).ok().filter(|stage| usize::from(*stage) < STAGES.len());
        Ok(Leg { cell: u32::try_from(at).map_err(|_| wrong())?, stage: stage.ok_or_else(wrong)? })
    }
}

/// Copied only where the text is new and readers hold the symbols.
fn number_of(symbols: &mut Arc<Symbols>, text: String) -> u32 {
    match symbols.find(&text) {
        Some(number) => number,
        None => Arc::make_mut(symbols).add(text),
    }
}
