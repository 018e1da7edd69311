//! What holds of every tale.

use crate::{
    oracle::{ASKED, Asked, Columns, balances, counts_in, in_rate, table},
    province::{Province, reference, view},
    tales::{NODES, OWNERS, Told, tales},
};
use api::progress as proto;
use events::funding::{Account, Kind, Stage};
use kernel::{Date, date};
use projection::{ProjectorOptions, ReadStore};
use proptest::{
    prelude::*,
    sample,
    strategy::ValueTree,
    test_runner::{TestCaseResult, TestRunner},
};
use std::collections::{BTreeMap, HashMap};
use tempfile::TempDir;
use testing::TestDatabase;

/// One question about money.
#[derive(Clone, Debug)]
struct Question {
    asked: Asked,
    as_at: Date,
    known_on: Date,
    by: Vec<&'static str>,
    only: BTreeMap<&'static str, String>,
    regrouped: bool,
}

const DIMENSIONS: [&str; 8] =
    ["programme_root", "programme", "source", "kind", "vintage", "executing_year", "owner", "area"];

fn questions() -> impl Strategy<Value = Question> {
    let days = || (2022_i16..2029, 1_i8..13, 1_i8..29).prop_map(|(year, month, day)| date(year, month, day));
    let by = sample::subsequence(DIMENSIONS.to_vec(), 0..4).prop_shuffle();
    let years = || prop::option::weighted(0.2, (2022_i16..2027).prop_map(|year| year.to_string()));
    let code =
        |codes: Vec<&'static str>| prop::option::weighted(0.2, sample::select(codes).prop_map(str::to_owned));
    let only = (
        code(NODES.to_vec()),
        code(vec!["CEN", "PRV", "CRE", "ENT"]),
        code(vec!["investment", "recurrent", "loan"]),
        years(),
        years(),
        code(OWNERS.to_vec()),
    );
    (sample::select(ASKED.to_vec()), days(), days(), by, only, prop::bool::weighted(0.3)).prop_map(
        |(asked, as_at, known_on, by, only, regrouped)| {
            let (programme, source, kind, vintage, executing_year, owner) = only;
            let only = [
                ("programme", programme),
                ("source", source),
                ("kind", kind),
                ("vintage", vintage),
                ("executing_year", executing_year),
                ("owner", owner),
            ];
            let only = only.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
            Question { asked, as_at, known_on, by, only, regrouped }
        },
    )
}

impl Question {
    fn request(&self) -> proto::GetFundingRequest {
        let (as_at, known_on) = (self.as_at.to_string(), self.known_on.to_string());
        proto::GetFundingRequest {
            area: format!("areas/{}", self.asked.area),
            view: view(&as_at, &known_on, self.asked.map),
            by: self.by.iter().map(|word| (*word).to_owned()).collect(),
            only: self.only.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect(),
            regroup_to: if self.regrouped { "MTQG2635".to_owned() } else { String::new() },
            consistency_token: String::new(),
        }
    }

    /// Where money of the node is shown.
    fn node(&self, account: &Account) -> String {
        let code = account.programme.as_str();
        match code.split('.').next() {
            Some("NTM" | "GNBV") if self.regrouped => "MTQG2635.HP1".to_owned(),
            Some("DTTS") if self.regrouped => "MTQG2635.HP2".to_owned(),
            _ => code.to_owned(),
        }
    }

    fn takes(&self, account: &Account) -> bool {
        let node = self.node(account);
        self.only.iter().all(|(key, value)| match *key {
            "programme" => node == *value || node.starts_with(&format!("{value}.")),
            "source" => account.source == *value,
            "kind" => kind(account) == *value,
            "vintage" => account.vintage.to_string() == *value,
            "executing_year" => account.executing_year.to_string() == *value,
            _ => account.owner == *value,
        })
    }

    fn is_here(&self, account: &Account) -> bool {
        counts_in(&account.area.to_string()).contains(&self.asked.area)
    }

    /// The part of the asked area in which the account's area is, or the asked area itself.
    fn part(&self, account: &Account) -> String {
        let areas = &reference().areas;
        let parts = areas.children(&self.asked.area.parse().unwrap(), crate::tales::day(self.asked.map));
        let holding = counts_in(&account.area.to_string());
        let part =
            parts.iter().map(|part| part.key.to_string()).find(|part| holding.contains(&part.as_str()));
        format!("areas/{}", part.unwrap_or_else(|| self.asked.area.to_owned()))
    }

    /// The values along the dimensions asked for.
    fn key(&self, account: &Account) -> Vec<(String, String)> {
        let value = |word: &str| match word {
            "programme_root" => self.node(account).split('.').next().unwrap().to_owned(),
            "programme" => self.node(account),
            "source" => account.source.clone(),
            "kind" => kind(account).to_owned(),
            "vintage" => account.vintage.to_string(),
            "executing_year" => account.executing_year.to_string(),
            "owner" => account.owner.clone(),
            _ => self.part(account),
        };
        let mut key: Vec<_> = self.by.iter().map(|word| ((*word).to_owned(), value(word))).collect();
        key.sort();
        key
    }
}

fn kind(account: &Account) -> &'static str {
    match account.kind {
        Kind::Investment => "investment",
        Kind::Recurrent => "recurrent",
        Kind::Loan => "loan",
        Kind::InKind => "in_kind",
    }
}

/// The columns of a row; `None` where it has no data.
fn columns(row: &proto::FundingRow) -> Option<Columns> {
    let value = |figure: &Option<proto::Figure>| figure.as_ref().unwrap().value;
    Some(Columns {
        plan: value(&row.plan)?,
        unallocated: value(&row.unallocated)?,
        allocated: value(&row.allocated)?,
        committed: value(&row.committed)?,
        advanced: value(&row.advanced)?,
        paid: value(&row.paid)?,
        settled: value(&row.settled)?,
        returned: value(&row.returned)?,
        disbursed: value(&row.disbursed)?,
        remaining: value(&row.remaining)?,
    })
}

fn sorted(key: &HashMap<String, String>) -> Vec<(String, String)> {
    let mut key: Vec<_> = key.iter().map(|(word, value)| (word.clone(), value.clone())).collect();
    key.sort();
    key
}

fn rows(rows: &[proto::FundingRow]) -> BTreeMap<Vec<(String, String)>, Columns> {
    let table: BTreeMap<_, _> = rows.iter().map(|row| (sorted(&row.key), columns(row).unwrap())).collect();
    assert_eq!(table.len(), rows.len(), "no two rows have one key");
    table
}

/// The view is what the oracle finds.
fn holds(view: &proto::FundingView, question: &Question, log: &[Told]) -> TestCaseResult {
    let found = balances(log, question.as_at, question.known_on);
    let here = |account: &&Account| question.is_here(account) && question.takes(account);
    let total = table(&found, |account| (here(&account) && in_rate(account)).then_some(())).remove(&());
    prop_assert_eq!(columns(view.total.as_ref().unwrap()), total);
    let by = table(&found, |account| (here(&account) && in_rate(account)).then(|| question.key(account)));
    let by = if question.by.is_empty() { BTreeMap::new() } else { by };
    prop_assert_eq!(rows(&view.rows), by);
    let outside = table(&found, |account| {
        let key = || {
            let mut key = vec![
                ("source".to_owned(), account.source.clone()),
                ("kind".to_owned(), kind(account).to_owned()),
            ];
            key.sort();
            key
        };
        (here(&account) && !in_rate(account)).then(key)
    });
    prop_assert_eq!(rows(&view.outside), outside);
    let elsewhere =
        |account: &Account| question.asked.not_placed.contains(&account.area.to_string().as_str());
    let not_placed = table(&found, |account| {
        (elsewhere(account) && question.takes(account) && in_rate(account)).then_some(())
    });
    let plan = not_placed.get(&()).map(|columns| columns.plan);
    prop_assert_eq!(
        view.not_placed.as_ref().unwrap().value.filter(|plan| *plan != 0),
        plan.filter(|plan| *plan != 0)
    );
    let missing = question.asked.missing;
    let is_missing = found.keys().any(|account| missing.contains(&account.area.to_string().as_str()));
    let status = match (total.is_some(), is_missing) {
        (false, _) => proto::DataStatus::NoData,
        (true, true) => proto::DataStatus::Incomplete,
        (true, false) => proto::DataStatus::Complete,
    };
    prop_assert_eq!(view.total.as_ref().unwrap().plan.as_ref().unwrap().status(), status);
    Ok(())
}

/// A total is the sum of its rows, and each row of its stages.
fn adds_up(view: &proto::FundingView) -> TestCaseResult {
    let total = columns(view.total.as_ref().unwrap()).unwrap_or_default();
    if !view.rows.is_empty() {
        let sum = |column: fn(&Columns) -> i64| {
            view.rows.iter().filter_map(columns).map(|row| column(&row)).sum::<i64>()
        };
        prop_assert_eq!(sum(|row| row.plan), total.plan);
        prop_assert_eq!(sum(|row| row.disbursed), total.disbursed);
        prop_assert_eq!(sum(|row| row.returned), total.returned);
        prop_assert_eq!(sum(|row| row.unallocated), total.unallocated);
    }
    for row in view.rows.iter().chain(&view.outside).chain(&view.total).filter_map(columns) {
        prop_assert_eq!(row.plan, row.unallocated + row.allocated);
        prop_assert_eq!(row.plan, row.disbursed + row.remaining);
        prop_assert_eq!(row.disbursed, row.advanced + row.paid + row.settled);
    }
    Ok(())
}

/// Every figure is the sum of its facts, and a rate of its two amounts.
async fn explains(province: &Province, view: &proto::FundingView, page_size: i32) -> TestCaseResult {
    let rows: Vec<_> = view.rows.iter().chain(&view.outside).chain(&view.total).collect();
    let figures = rows.iter().flat_map(|row| [&row.plan, &row.disbursed, &row.returned, &row.remaining]);
    for figure in figures.chain([&view.not_placed]).map(|figure| figure.as_ref().unwrap()) {
        let (sum, facts) = province.facts(&figure.name, page_size).await;
        prop_assert_eq!(sum, figure.value, "{}", figure.name);
        let of_facts: i64 = facts.iter().map(|fact| fact.amount).sum();
        prop_assert_eq!(of_facts, figure.value.unwrap_or(0), "{}", figure.name);
        let places: Vec<_> = facts.iter().map(|fact| fact.position).collect();
        prop_assert!(places.is_sorted(), "{}", figure.name);
    }
    for rate in rows.iter().flat_map(|row| [&row.rate_of_plan, &row.rate_of_allocated]) {
        let rate = rate.as_ref().unwrap();
        let inputs = province.explain(&rate.name, 0, "").await.unwrap().inputs;
        let [numerator, denominator] = inputs.try_into().unwrap();
        if rate.status() == proto::DataStatus::NoData {
            prop_assert_eq!(denominator.value.unwrap_or(0).max(0), 0);
        } else {
            prop_assert_eq!((rate.numerator, rate.denominator), (numerator.value, denominator.value));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 200, ..Default::default() })]

    #[test]
    fn every_view_of_money_is_what_the_oracle_finds_and_adds_up_to_its_facts(
        log in tales(),
        asked in prop::collection::vec(questions(), 8),
        page_size in 1_i32..8,
    ) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let province = Province::told(&[]).await;
            // Readers come while the log grows: what they were given before is part of what they are given now.
            let (early, late) = log.split_at(log.len() / 2);
            let mut told = Vec::new();
            for part in [early, late] {
                province.tell(part).await;
                told.extend_from_slice(part);
                for question in &asked {
                    let view = province.funding(question.request()).await.unwrap();
                    holds(&view, question, &told)?;
                    adds_up(&view)?;
                }
            }
            for question in asked.iter().take(2) {
                let view = province.funding(question.request()).await.unwrap();
                explains(&province, &view, page_size).await?;
            }
            province.end().await;
            TestCaseResult::Ok(())
        })?;
    }

    #[test]
    fn what_came_in_is_what_is_there_and_what_went_back(log in tales()) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let province = Province::told(&log).await;
            let request = proto::GetFundingRequest {
                area: "12".to_owned(),
                view: view("2028-01-01", "2028-06-01", "2025-07-01"),
                ..Default::default()
            };
            let view = province.funding(request).await.unwrap();
            let everything = view.outside.iter().chain(&view.total).filter_map(columns);
            let there: i64 = everything.map(|row| row.plan + row.returned).sum();
            let outside = |account: &Account| account.stage == Stage::Grantor;
            let came_in: i64 = (log.iter().filter_map(Told::transferred))
                .map(|moved| match (outside(&moved.from), outside(&moved.to)) {
                    (true, false) => moved.amount.dong(),
                    (false, true) => -moved.amount.dong(),
                    _ => 0,
                })
                .sum();
            prop_assert_eq!(there, came_in);
            province.end().await;
            Ok(())
        })?;
    }

    #[test]
    fn a_rebuilt_model_equals_the_live_one_wherever_batches_begin(
        log in tales(),
        live in 1_usize..9,
        rebuilt in 1_usize..50,
    ) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let folder = TempDir::new().unwrap();
            let store = ReadStore::Sqlite(folder.path().to_owned());
            let options = ProjectorOptions { batch_events_max: live, ..Default::default() };
            let province = Province::on(store, folder, options).await;
            province.tell(&log).await;
            let before = province.digest().await;
            province.rebuild(rebuilt).await;
            prop_assert_eq!(province.digest().await, before);
            province.end().await;
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn postgresql_shows_what_sqlite_shows_and_a_rebuilt_model_equals_the_live_one() {
    let mut runner = TestRunner::deterministic();
    let log: Vec<_> = tales().new_tree(&mut runner).unwrap().current();
    let asked = prop::collection::vec(questions(), 30).new_tree(&mut runner).unwrap().current();
    let database = TestDatabase::create().await;
    let store = ReadStore::Postgres(database.url().to_owned());
    let options = ProjectorOptions { batch_events_max: 3, ..Default::default() };
    let postgres = Province::on(store, TempDir::new().unwrap(), options).await;
    postgres.tell(&log).await;
    let live = postgres.digest().await;
    postgres.rebuild(7).await;
    assert_eq!(postgres.digest().await, live);

    let sqlite = Province::told(&log).await;
    for question in &asked {
        let ask = || question.request();
        assert_eq!(postgres.funding(ask()).await.unwrap(), sqlite.funding(ask()).await.unwrap());
    }
    let view = postgres.funding(asked[0].request()).await.unwrap();
    explains(&postgres, &view, 3).await.unwrap();
    sqlite.end().await;
    postgres.end().await;
}

#[tokio::test]
async fn after_a_rebuild_from_another_log_nothing_of_the_first_is_shown() {
    let mut runner = TestRunner::deterministic();
    let mut tale = || -> Vec<Told> { tales().new_tree(&mut runner).unwrap().current() };
    let (first, second) = (tale(), tale());
    let question = Question {
        asked: ASKED[1],
        as_at: date(2028, 1, 1),
        known_on: date(2028, 1, 1),
        by: vec!["programme", "source"],
        only: BTreeMap::new(),
        regrouped: false,
    };
    let province = Province::told(&first).await;
    holds(&province.funding(question.request()).await.unwrap(), &question, &first).unwrap();
    // Also where the other log begins alike, or is the first one cut short.
    let half = first.len() / 2;
    let alike: Vec<Told> = first.iter().take(half).chain(&second).cloned().collect();
    for (history, alike) in [(&second, 0), (&alike, half), (&first[..half].to_vec(), half), (&first, half)] {
        province.live_another_history(history, alike).await;
        holds(&province.funding(question.request()).await.unwrap(), &question, history).unwrap();
    }
    province.end().await;
}

#[tokio::test]
async fn long_tales_are_read_whole() {
    let mut runner = TestRunner::deterministic();
    let mut log = Vec::new();
    while log.len() < 5_000 {
        log.extend(tales().new_tree(&mut runner).unwrap().current());
    }
    let province = Province::told(&log).await;
    for (asked, by) in [(ASKED[1], "area"), (ASKED[0], "programme"), (ASKED[7], "owner")] {
        let question = Question {
            asked,
            as_at: date(2024, 12, 31),
            known_on: date(2025, 6, 30),
            by: vec![by],
            only: BTreeMap::new(),
            regrouped: false,
        };
        holds(&province.funding(question.request()).await.unwrap(), &question, &log).unwrap();
    }
    province.end().await;
}
