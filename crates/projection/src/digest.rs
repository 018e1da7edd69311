//! A digest of a read model's rows, by which a rebuilt model is compared with the live one.

use crate::{Error, Query, Transaction};
use kernel::text::hexadecimal;
use sha2::{Digest as _, Sha256};

/// What the tables of a read model hold. Equal digests of one database mean equal rows; times of setting aside and the
/// name of the generation are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    /// Every table by name, `checkpoint` and `set_aside` included.
    pub tables: Vec<TableDigest>,
}

/// What one table holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableDigest {
    /// The table's name.
    pub table: String,
    /// Its number of rows.
    pub rows: u64,
    /// Lower-case hexadecimal SHA-256 over its rows, ordered by all columns.
    pub sha256: String,
}

pub(crate) async fn of(mut snapshot: Transaction) -> Result<Digest, Error> {
    let tables = Query::each(
        "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name",
        "select table_name::text as name from information_schema.tables
         where table_schema = current_schema() order by 1",
    );
    if snapshot.is_postgres() {
        // Whole tables are read here, and nothing else.
        snapshot.execute(Query::new("set local enable_seqscan = on")).await?;
    }
    let mut digests = Vec::new();
    for row in snapshot.fetch_all(tables).await? {
        digests.push(of_table(&mut snapshot, row.get("name")?).await?);
    }
    Ok(Digest { tables: digests })
}

async fn of_table(snapshot: &mut Transaction, table: String) -> Result<TableDigest, Error> {
    let columns = Query::each(
        "select name from pragma_table_info($1) order by name",
        "select column_name::text as name from information_schema.columns
         where table_schema = current_schema() and table_name = $1 order by 1",
    );
    let mut names = Vec::new();
    for row in snapshot.fetch_all(columns.bind(table.as_str())).await? {
        let name: String = row.get("name")?;
        if (table.as_str(), name.as_str()) != ("set_aside", "set_aside_at") {
            names.push(name);
        }
    }
    let mut hash = Sha256::new();
    let mut rows = 0;
    snapshot
        .for_each(ordered_rows(&table, &names), |row| {
            rows += 1;
            for at in 0..names.len() {
                let text: Option<String> = row.get(at)?;
                let length = text.as_ref().map_or(u64::MAX, |text| text.len() as u64);
                hash.update(length.to_be_bytes());
                hash.update(text.unwrap_or_default());
            }
            Ok(())
        })
        .await?;
    Ok(TableDigest { table, rows, sha256: hexadecimal(&hash.finalize()) })
}

fn ordered_rows(table: &str, columns: &[String]) -> Query {
    let select = |render: fn(&str) -> String| {
        let rendered: Vec<String> = columns.iter().map(|column| render(column)).collect();
        let order: Vec<String> = (1..=columns.len()).map(|place| place.to_string()).collect();
        format!("select {} from \"{table}\" order by {}", rendered.join(", "), order.join(", "))
    };
    Query::each(
        select(|column| format!("quote(\"{column}\")")),
        select(|column| format!("\"{column}\"::text")),
    )
}
