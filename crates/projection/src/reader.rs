//! The answer of a statement together with how far the model had come.

use crate::{Error, Query, ReadDatabase, Row, Transaction};

/// How far a state of the model has come with a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached {
    /// The last position that is applied; 0 before the first.
    pub position: u64,
    /// How many of its events were set aside. While any are, no view of the model is complete.
    pub set_aside: u64,
}

/// What can be asked: a snapshot, to ask more one after another, or the database itself, which answers each question from
/// a state of its own.
pub trait Reader: Send {
    /// All rows of the statement's answer, in no order, and how far the model had come with the source in the state that
    /// they were read from. The statement bounds their number. Three columns follow its own: `is_answer`,
    /// `reached_position` and `reached_set_aside`.
    fn read(
        self,
        source: &str,
        query: Query,
    ) -> impl Future<Output = Result<(Reached, Vec<Row>), Error>> + Send;
}

impl Reader for &mut Transaction {
    async fn read(self, source: &str, query: Query) -> Result<(Reached, Vec<Row>), Error> {
        split(self.fetch_all(with_reached(source, query)).await?)
    }
}

impl Reader for &ReadDatabase {
    async fn read(self, source: &str, query: Query) -> Result<(Reached, Vec<Row>), Error> {
        split(self.fetch_all(with_reached(source, query)).await?)
    }
}

/// The statement with three columns more. Where it has no rows, one comes without an answer.
fn with_reached(source: &str, query: Query) -> Query {
    let place = query.values.len() + 1;
    let extend = |text: &str| {
        format!(
            "select answer.*, reached.position as reached_position, reached.set_aside as reached_set_aside
             from (select coalesce((select position from checkpoint where source = ${place}), 0) as position,
                          (select count(*) from set_aside where source = ${place}) as set_aside) as reached
             left join (select asked.*, cast(1 as bigint) as is_answer from ({text}) as asked) as answer on true"
        )
    };
    let (sqlite, postgres) = (extend(&query.sqlite).into(), extend(&query.postgres).into());
    Query { sqlite, postgres, values: query.values }.bind(source)
}

fn split(mut rows: Vec<Row>) -> Result<(Reached, Vec<Row>), Error> {
    let first = rows.first().ok_or(Error::Database(sqlx::Error::RowNotFound))?;
    let reached = Reached {
        position: first.get_u64("reached_position")?,
        set_aside: first.get_u64("reached_set_aside")?,
    };
    if first.get::<Option<i64>>("is_answer")?.is_none() {
        rows.clear();
    }
    Ok((reached, rows))
}
