//! Reads households: one from the log, so that a writer reads its own writes; lists and searches from the read model, each
//! row read from the log at the version that the read model has seen.

use crate::{
    CONTEXT,
    domain::{Household, Person},
    history::{History, Until, stream_of},
    keys::KeyStore,
    read_model::{NameToken, household_id, tokens},
    refusals,
};
use event_log::EventLog;
use kernel::{AreaKey, HouseholdId, MemberId, text};
use projection::{Query, ReadDatabase, Row, WaitError};
use serde::{Deserialize, Serialize};
use service::{
    Refusal, reason,
    request::{Page, fields, not_caught_up},
};
use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

/// Letters that a search needs at least.
pub(crate) const QUERY_LETTERS_MIN: usize = 2;
/// Characters that a search takes at most; no name is longer.
pub(crate) const QUERY_CHARACTERS_MAX: usize = 120;
/// Rows that one search looks at for each row of its page. A page may come out short and still have a next one.
const LOOKED_AT_PER_HIT: usize = 4;
/// Above every text that begins with a prefix.
const LAST_CHARACTER: char = '\u{10FFFF}';

/// Reads households.
#[derive(Clone, Debug)]
pub(crate) struct Queries {
    pub(crate) log: EventLog,
    pub(crate) keys: KeyStore,
    pub(crate) read: ReadDatabase,
    pub(crate) consistency_wait_max: Duration,
}

/// A household as a reader sees it.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) household: Household,
    pub(crate) version: u64,
    pub(crate) people: HashMap<MemberId, Person>,
}

/// The last row of a page of a list: the household's number.
pub(crate) type ListKey = u64;

/// The last row of a page of a search.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct SearchKey {
    /// False for names that agree with their marks: they come first.
    suggestion: bool,
    bare: String,
    folded: String,
    number: u64,
}

impl SearchKey {
    /// Tokens are not signed; no row has hidden characters, which PostgreSQL does not take either.
    pub(crate) fn may_be_of_a_row(&self) -> bool {
        text::is_readable(&self.bare) && text::is_readable(&self.folded)
    }
}

/// What is searched for.
#[derive(Clone, Debug)]
pub(crate) struct NameQuery {
    folded: String,
    bare: String,
}

/// A household found by a name.
#[derive(Clone, Debug)]
pub(crate) struct Hit {
    pub(crate) shown: Shown,
    /// The names agree only without marks.
    pub(crate) suggestion: bool,
}

/// Rows and the key of the last one where there may be more.
#[derive(Debug)]
pub(crate) struct Found<Item, Key> {
    pub(crate) items: Vec<Item>,
    pub(crate) next: Option<Key>,
}

impl NameQuery {
    /// A name or its beginning, with at least two letters.
    pub(crate) fn parse(query: &str) -> Result<Self, Refusal> {
        let folded = text::fold(query);
        if !text::is_readable(&folded) {
            return Err(Refusal::new(&reason::NAME_UNREADABLE).at("query"));
        }
        if folded.chars().filter(|character| character.is_alphabetic()).count() < QUERY_LETTERS_MIN {
            return Err(Refusal::new(&reason::QUERY_TOO_SHORT).with("min", QUERY_LETTERS_MIN).at("query"));
        }
        let length = folded.chars().count();
        if length > QUERY_CHARACTERS_MAX {
            // Its length alone: a query is a name.
            let told = |characters| format!("{characters} ký tự / characters");
            let expected = format!("≤ {}", told(QUERY_CHARACTERS_MAX));
            return Err(fields::invalid("query", &told(length), &expected));
        }
        Ok(Self { bare: text::strip_marks(&folded), folded })
    }

    fn finds(&self, token: &NameToken) -> bool {
        token.bare.starts_with(&self.bare)
    }

    fn suggests(&self, token: &NameToken) -> bool {
        !token.folded.starts_with(&self.folded)
    }
}

impl Queries {
    /// The household as it stands in the log now.
    pub(crate) async fn get(&self, household: HouseholdId) -> Result<Shown, Refusal> {
        let shown = self.show(&[(household, Until::End)]).await?.pop().flatten();
        shown.ok_or_else(|| refusals::not_found(household))
    }

    /// Waits until the read model has applied the position.
    pub(crate) async fn caught_up(&self, required: Option<u64>) -> Result<(), Refusal> {
        let Some(required) = required else { return Ok(()) };
        match self.read.wait_for(CONTEXT, required, self.consistency_wait_max).await {
            Ok(()) => Ok(()),
            Err(WaitError::TooLate { wanted, applied, .. }) => Err(not_caught_up(applied, wanted)),
            Err(WaitError::Closed) => Err(Refusal::new(&reason::SHUTTING_DOWN)),
        }
    }

    /// Households of the area in the order of registration.
    pub(crate) async fn list(
        &self,
        area: &AreaKey,
        class: Option<&str>,
        page: &Page<ListKey>,
    ) -> Result<Found<Shown, ListKey>, Refusal> {
        // One row more than the page tells whether there is another page.
        let query = Query::new(
            "select household.number, household.household, household.version
             from placement join household on household.number = placement.number
             where placement.area = $1 and placement.number > $2 and ($3 = '' or household.class = $3)
             order by placement.number limit $4",
        )
        .bind(area.to_string())
        .bind(page.after.unwrap_or(0))
        .bind(class.unwrap_or(""))
        .bind(page.size as u64 + 1);
        let rows = self.read.fetch_all(query).await.map_err(|error| refusals::read_model(&error))?;
        let listed = rows
            .iter()
            .map(Listed::read)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| refusals::read_model(&error))?;
        let (on_page, more) = (&listed[..listed.len().min(page.size)], listed.len() > page.size);
        let items = self.show(&on_page.iter().map(Listed::asked).collect::<Vec<_>>()).await?;
        let next = if more { on_page.last().map(|last| last.number) } else { None };
        Ok(Found { items: items.into_iter().flatten().collect(), next })
    }

    /// Households of which a member's name, or a word of it and what follows, begins with the query: first those that
    /// agree with their marks, then suggestions. Each household comes once.
    pub(crate) async fn search(
        &self,
        name: &NameQuery,
        area: Option<&AreaKey>,
        page: &Page<SearchKey>,
    ) -> Result<Found<Hit, SearchKey>, Refusal> {
        let mut hits = Vec::new();
        let mut after = page.after.clone().unwrap_or(SearchKey {
            suggestion: false,
            bare: String::new(),
            folded: String::new(),
            number: 0,
        });
        let mut looked_at = 0;
        loop {
            // A round reads a whole page, however few rows are still missing: rounds that shrink would be many.
            let rows = self.name_rows(name, area, &after, page.size).await?;
            looked_at += rows.len();
            let phase_ends = rows.len() < page.size;
            let asked: Vec<_> = rows.iter().map(|(_, listed)| listed.asked()).collect();
            let shown = self.show(&asked).await?;
            for ((key, _), shown) in rows.into_iter().zip(shown) {
                if hits.len() == page.size {
                    return Ok(Found { items: hits, next: Some(after) });
                }
                let best = shown.as_ref().and_then(|shown| best_match(name, shown));
                if let Some(shown) = shown
                    && best.is_some_and(|(suggestion, token)| {
                        (suggestion, &token.bare, &token.folded) == (key.suggestion, &key.bare, &key.folded)
                    })
                {
                    hits.push(Hit { shown, suggestion: key.suggestion });
                }
                after = key;
            }
            if phase_ends && after.suggestion {
                return Ok(Found { items: hits, next: None });
            }
            if phase_ends {
                after = SearchKey { suggestion: true, bare: String::new(), folded: String::new(), number: 0 };
            }
            if hits.len() == page.size || looked_at >= page.size * LOOKED_AT_PER_HIT {
                return Ok(Found { items: hits, next: Some(after) });
            }
        }
    }

    /// The next rows of the search's present phase.
    async fn name_rows(
        &self,
        name: &NameQuery,
        area: Option<&AreaKey>,
        after: &SearchKey,
        limit: usize,
    ) -> Result<Vec<(SearchKey, Listed)>, Refusal> {
        let from = name.bare.clone().max(after.bare.clone());
        let query = Query::new(
            "select name_token.bare, name_token.folded, household.number, household.household, household.version
             from name_token join household on household.number = name_token.number
             where name_token.bare >= $1 and name_token.bare < $2
               and (name_token.bare, name_token.folded, name_token.number) > ($3, $4, $5)
               and (case when name_token.folded >= $6 and name_token.folded < $7 then 0 else 1 end) = $8
               and ($9 = '' or exists (
                 select 1 from placement where placement.area = $9 and placement.number = name_token.number))
             order by name_token.bare, name_token.folded, name_token.number limit $10",
        )
        .bind(from)
        .bind(format!("{}{LAST_CHARACTER}", name.bare))
        .bind(after.bare.clone())
        .bind(after.folded.clone())
        .bind(after.number)
        .bind(name.folded.clone())
        .bind(format!("{}{LAST_CHARACTER}", name.folded))
        .bind(after.suggestion)
        .bind(area.map(AreaKey::to_string).unwrap_or_default())
        .bind(limit as u64);
        let rows = self.read.fetch_all(query).await.map_err(|error| refusals::read_model(&error))?;
        let read = |row: &Row| {
            let listed = Listed::read(row)?;
            let (bare, folded) = (row.get("bare")?, row.get("folded")?);
            Ok((SearchKey { suggestion: after.suggestion, bare, folded, number: listed.number }, listed))
        };
        rows.iter().map(read).collect::<Result<_, _>>().map_err(|error| refusals::read_model(&error))
    }

    /// The households as far as asked, in order; `None` where nothing is recorded.
    async fn show(&self, asked: &[(HouseholdId, Until)]) -> Result<Vec<Option<Shown>>, Refusal> {
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let mut distinct = HashSet::new();
        let households: Vec<HouseholdId> = asked
            .iter()
            .map(|(household, _)| *household)
            .filter(|household| distinct.insert(*household))
            .collect();
        let streams: Vec<_> = households.iter().map(|household| stream_of(*household)).collect();
        let (recorded, keys) = futures::join!(self.log.streams(&streams), self.keys.states(&households));
        let (recorded, keys) = (recorded?, keys?);
        let show = |(household, until): &(HouseholdId, Until)| {
            let Some(events) = recorded.get(&stream_of(*household)) else { return Ok(None) };
            let history = History::fold(events, *until)?;
            let people = history.people(keys.get(household));
            let version = history.version;
            Ok(history.household.map(|household| Shown { household, version, people }))
        };
        asked.iter().map(show).collect()
    }
}

/// The token by which the household is found: it comes once, under the first of those that match.
fn best_match(name: &NameQuery, shown: &Shown) -> Option<(bool, NameToken)> {
    let living = |member: &&crate::domain::Member| shown.people.get(&member.id);
    let names = shown.household.members.iter().filter_map(|member| living(&member));
    tokens(names.map(|person| person.full_name.as_str()))
        .into_iter()
        .filter(|token| name.finds(token))
        .map(|token| (name.suggests(&token), token))
        .min()
}

/// A row of the read model: which household, as of which version.
#[derive(Debug)]
struct Listed {
    number: u64,
    household: HouseholdId,
    version: u64,
}

impl Listed {
    fn read(row: &Row) -> Result<Self, projection::Error> {
        Ok(Self {
            number: row.get_u64("number")?,
            household: household_id(&row.get::<String>("household")?)?,
            version: row.get_u64("version")?,
        })
    }

    fn asked(&self) -> (HouseholdId, Until) {
        (self.household, Until::Version(self.version))
    }
}
