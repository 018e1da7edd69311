//! Names of those who hold money.

use super::super::point::PointOfView;
use poverty_view::domain::Day;
use projection::{Error, Query, Transaction};
use std::collections::HashMap;

/// The names of the owners by code, with who had taken over by the view's day where somebody had.
pub(super) async fn names(
    snapshot: &mut Transaction,
    codes: Vec<&str>,
    view: PointOfView,
) -> Result<HashMap<String, String>, Error> {
    if codes.is_empty() {
        return Ok(HashMap::new());
    }
    let query = Query::new(
        "select owner.code, owner.name, succession.effective,
                coalesce(successor.name, succession.successor) as successor
         from owner
         left join succession on succession.owner = owner.code
           and succession.effective <= $2 and succession.known <= $3
         left join owner as successor on successor.code = succession.successor
         where is_one_of(owner.code, $1, text)",
    )
    .bind_rows(&codes)?
    .bind(Day::from(view.as_at).number())
    .bind(Day::from(view.known_on).number());
    let mut names = HashMap::new();
    for row in snapshot.fetch_all(query).await? {
        let name: String = row.get("name")?;
        let since: Option<i64> = row.get("effective")?;
        let since = since.and_then(|day| i32::try_from(day).ok()).and_then(|day| Day::from_number(day).ok());
        let successor: Option<String> = row.get("successor")?;
        let shown = match (since, successor) {
            (Some(since), Some(successor)) => format!("{name} (từ {since}: {successor})"),
            _ => name,
        };
        names.insert(row.get("code")?, shown);
    }
    Ok(names)
}
