//! Every figure explains itself, down to its events.

use crate::{
    common::tales::{Found, Home, any_day, tales},
    province::{Province, assessed, day, figures_of_form, key, reason, registered, view},
};
use api::progress as proto;
use progress::ProgressOptions;
use projection::{ProjectorOptions, ReadStore};
use proptest::prelude::*;
use tempfile::TempDir;

const NEW_MAP: &str = "2025-07-01";
const PHUC_THAN: Home = Home { commune: "03618@0001-01-01", village: None };
const BAN: Home = Home { commune: "03625@0001-01-01", village: Some("03625-001") };

fn figures_of(counts: &Option<proto::Counts>) -> Vec<proto::Figure> {
    let counts = counts.clone().unwrap();
    let all = [counts.total, counts.poor, counts.near_poor, counts.not_poor, counts.not_reviewed];
    all.into_iter().flatten().collect()
}

/// Reads all pages; their facts must be as many as said and add up to the sum.
async fn sum_of_all_pages(province: &Province, name: &str, page_size: i32) -> Option<i64> {
    let (mut token, mut facts) = (String::new(), Vec::new());
    loop {
        let page = province.explain(name, page_size, &token).await.unwrap();
        assert!(page.facts.len() <= usize::try_from(page_size).unwrap());
        facts.extend(page.facts);
        token = page.next_page_token;
        if token.is_empty() {
            assert_eq!(i64::try_from(facts.len()).unwrap(), page.fact_count, "{name}");
            assert!(facts.iter().all(|fact| fact.amount != 0));
            let sum = facts.iter().map(|fact| fact.amount).sum::<i64>();
            assert_eq!(page.sum.unwrap_or(sum), sum, "{name}");
            return page.sum;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn the_facts_of_every_figure_add_up_to_it(
        log in tales(), as_at in any_day(), known in any_day(), year in 2021..2028_i32, page_size in 1..6_i32,
    ) {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let province = Province::told(&log).await;
            let request = proto::GetPovertyRequest {
                area: "12".to_owned(),
                view: view(&as_at.to_string(), &known.to_string(), ""),
                parts: true,
                by_ethnicity: true,
                ..Default::default()
            };
            let commune = proto::GetPovertyRequest { area: "03618".to_owned(), view: view(&as_at.to_string(), &known.to_string(), NEW_MAP), ..request.clone() };
            let commune = province.poverty(commune).await.unwrap();
            let shown = province.poverty(request).await.unwrap();
            let rows = shown.parts.iter().filter(|row| row.coverage.unwrap().areas_with_data > 0);
            let rows = rows.chain(&shown.area).chain(&shown.outside_parts).chain(&commune.outside_parts);
            let mut figures = Vec::new();
            for row in rows {
                figures.extend(figures_of(&row.households));
                figures.extend(figures_of(&row.persons));
                for group in &row.by_ethnicity {
                    figures.extend(figures_of(&group.households));
                    figures.extend(figures_of(&group.persons));
                }
            }
            let request = proto::GetMovementsRequest {
                area: "12".to_owned(), year, known_on: known.to_string(), ..Default::default()
            };
            let commune = proto::GetMovementsRequest {
                area: "03618".to_owned(), map: NEW_MAP.to_owned(), parts: true, ..request.clone()
            };
            let forms = province.movements(request).await.unwrap().area;
            for forms in forms.into_iter().chain(province.movements(commune).await.unwrap().outside_parts) {
                for form in [&forms.poor_households, &forms.poor_persons, &forms.near_poor_households, &forms.near_poor_persons] {
                    figures.extend(figures_of_form(form));
                }
            }
            for figure in figures {
                prop_assert_eq!(sum_of_all_pages(&province, &figure.name, page_size).await, figure.value, "{}", figure.name);
            }
            province.end().await;
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn a_fact_names_its_event_its_document_and_who_recorded_it_when() {
    let log = [registered(0, "2024-01-01", BAN, 4), assessed(0, "2024-11-30", Found::Poor)];
    let province = Province::told(&log).await;
    let name = "figures/persons/poor/areas/03618@2025-07-01/as-at/2025-12-31/known-on/2026-01-15/map/2025-07-01/ethnicity/-";
    let explained = province.explain(name, 0, "").await.unwrap();
    assert_eq!((explained.sum, explained.fact_count, explained.next_page_token.as_str()), (Some(4), 1, ""));
    assert_eq!(
        explained.formula,
        "persons poor under ND07-2021 in Xã Mường Than on 2025-12-31: sum of all changes effective up to 2025-12-31 and recorded by 2026-01-15"
    );
    let fact = &explained.facts[0];
    assert_eq!(fact.amount, 4);
    assert_eq!(key(fact.area.as_ref()), "03625-001@0001-01-01");
    assert_eq!((&*fact.effective_date, &*fact.recorded_at), ("2024-11-30", "2024-11-30T05:00:00.000000Z"));
    assert_eq!(
        (&*fact.event_type, fact.position, &*fact.source),
        ("poverty.household_assessed.v1", 2, "poverty")
    );
    assert_eq!((&*fact.document, &*fact.actor), ("Quyết định 2/QĐ-UBND", "officer.1"));
    assert_eq!(fact.subject, "households/00000000-0000-0000-0000-0000a0000000");
    assert!(fact.event_id.parse::<uuid::Uuid>().is_ok());
    province.end().await;
}

#[tokio::test]
async fn a_share_is_explained_by_its_two_counts() {
    let log = [
        registered(0, "2024-01-01", PHUC_THAN, 4),
        registered(1, "2024-01-01", PHUC_THAN, 3),
        assessed(0, "2024-11-30", Found::Poor),
    ];
    let province = Province::told(&log).await;
    let request = proto::GetPovertyRequest {
        area: "03618".to_owned(),
        view: view("2024-12-31", "2024-12-31", ""),
        ..Default::default()
    };
    let rate = province.poverty(request).await.unwrap().area.unwrap().poor_rate.unwrap();
    assert_eq!(rate.percent, "50.00");
    let explained = province.explain(&rate.name, 0, "").await.unwrap();
    assert_eq!((explained.sum, explained.fact_count), (None, 0));
    let inputs: Vec<_> = explained.inputs.iter().map(|input| input.value).collect();
    assert_eq!(inputs, [rate.numerator, rate.denominator]);
    for input in &explained.inputs {
        assert_eq!(sum_of_all_pages(&province, &input.name, 10).await, input.value);
    }
    province.end().await;
}

#[tokio::test]
async fn other_names_and_tokens_of_other_figures_are_refused() {
    let log = [registered(0, "2024-01-01", PHUC_THAN, 1), registered(1, "2024-01-01", PHUC_THAN, 1)];
    let province = Province::told(&log).await;
    let name = |class: &str, area: &str| {
        let on = day("2024-12-31");
        format!("figures/households/{class}/areas/{area}/as-at/{on}/known-on/{on}/map/2025-06-30/ethnicity/-")
    };
    for unknown in [
        "",
        "figures/households/poor",
        &name("rich", "03618@0001-01-01"),
        &name("poor", "03618@2025-07-01"),
        &name("poor", "03618@0001-01-01").replace("ethnicity/-", "ethnicity/99"),
        &name("poor", "03625-001@0001-01-01/outside-parts"),
        "figures/targets/T99/as-at/2024-12-31/known-on/2024-12-31/map/2025-06-30",
    ] {
        assert_eq!(
            reason(&province.explain(unknown, 0, "").await.unwrap_err()),
            "FIGURE_UNKNOWN",
            "'{unknown}'"
        );
    }
    let first = province.explain(&name("registered", "03618@0001-01-01"), 1, "").await.unwrap();
    let other = name("registered", "110@0001-01-01");
    assert_eq!(
        reason(&province.explain(&other, 1, &first.next_page_token).await.unwrap_err()),
        "PAGE_TOKEN_INVALID"
    );
    province.end().await;
}

#[tokio::test]
async fn a_page_of_facts_is_as_long_as_the_operator_allows() {
    let folder = TempDir::new().unwrap();
    let store = ReadStore::Sqlite(folder.path().to_owned());
    let options = ProgressOptions { page_size_max: 2, ..Default::default() };
    let province = Province::on(store, folder, options, ProjectorOptions::default()).await;
    let log: Vec<_> = (0..3).map(|number| registered(number, "2024-01-01", PHUC_THAN, 1)).collect();
    province.tell(&log).await;
    let name = "figures/households/registered/areas/03618@0001-01-01/as-at/2024-12-31/known-on/2024-12-31/map/2025-06-30/ethnicity/-";
    for wish in [0, 3, 1_000] {
        let page = province.explain(name, wish, "").await.unwrap();
        assert_eq!((page.facts.len(), page.fact_count), (2, 3));
        assert!(!page.next_page_token.is_empty());
    }
    province.end().await;
}
