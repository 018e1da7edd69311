//! Every figure explains itself, down to its events.

use crate::{
    province::{Province, reason, view},
    tales::{NEW_MAP, OLD_MAP, Tier, What, any_day, assessed, tales, told},
};
use api::progress as proto;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Reads all pages; their facts must be as many as said and add up to the sum, and come in the order of the log.
async fn explained(
    province: &Province,
    name: &str,
    page_size: i32,
) -> (proto::ExplainFigureResponse, Vec<proto::Fact>) {
    let (mut token, mut facts) = (String::new(), Vec::new());
    loop {
        let page = province.explain(name, page_size, &token).await.unwrap();
        assert!(page.facts.len() <= usize::try_from(page_size).unwrap());
        facts.extend(page.facts.clone());
        token.clone_from(&page.next_page_token);
        if token.is_empty() {
            assert_eq!(i64::try_from(facts.len()).unwrap(), page.fact_count, "{name}");
            assert!(facts.windows(2).all(|pair| pair[0].position < pair[1].position), "{name}");
            return (page, facts);
        }
    }
}

/// Counts that rest on the packs alone, or on what was not recorded.
fn rests_on_no_event(name: &str) -> bool {
    ["communes", "villages", "undetermined", "villages-of-difficult-communes"]
        .iter()
        .any(|word| name.starts_with(&format!("figures/criteria/{word}/")))
}

/// Follows the figure and what it is made of down to its facts.
async fn check(province: &Province, figure: &proto::Figure, page_size: i32, seen: &mut BTreeSet<String>) {
    if !seen.insert(figure.name.clone()) {
        return;
    }
    let (page, facts) = explained(province, &figure.name, page_size).await;
    assert!(!page.formula.is_empty());
    let sum = facts.iter().map(|fact| fact.amount).sum::<i64>();
    match (figure.value, page.sum) {
        (Some(value), Some(told)) => assert_eq!((value, sum), (told, told), "{}", figure.name),
        (Some(_), None) => {
            let by_packs = page.formula.contains("rest on the reference packs");
            assert!(by_packs || rests_on_no_event(&figure.name), "{}: {}", figure.name, page.formula);
        }
        (None, told) => assert_eq!(told, None, "{}", figure.name),
    }
    for fact in &facts {
        assert_eq!((&*fact.source, &*fact.actor), ("rural", "officer.1"));
        assert!(!fact.document.is_empty() && !fact.subject.is_empty() && fact.area.is_some());
    }
    for input in &page.inputs {
        Box::pin(check(province, input, page_size, seen)).await;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn the_facts_of_every_figure_add_up_to_it(
        log in tales(), as_at in any_day(), known in any_day(), page_size in 1..6_i32,
    ) {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let province = Province::told(&log).await;
            let mut seen = BTreeSet::new();
            for map in [OLD_MAP, NEW_MAP] {
                let ask = || view(&as_at.to_string(), &known.to_string(), map);
                let shown = province.criteria("12", ask()).await.unwrap();
                let summary = shown.summary.unwrap();
                let mut figures: Vec<proto::Figure> = [
                    summary.communes, summary.recognised, summary.advanced, summary.model, summary.derived,
                    summary.undetermined, summary.assessed, summary.villages_recognised,
                ].into_iter().flatten().collect();
                for band in summary.bands {
                    figures.extend(band.official);
                    figures.extend(band.strict);
                }
                for mean in [summary.mean_official, summary.mean_strict].into_iter().flatten() {
                    let page = province.explain(&mean.name, 0, "").await.unwrap();
                    let values: Vec<_> = page.inputs.iter().map(|input| input.value).collect();
                    assert_eq!(values, [mean.numerator, mean.denominator], "{}", mean.name);
                    figures.extend(page.inputs);
                }
                for row in shown.communes.iter().filter(|row| !row.set.is_empty() || row.origin != 0) {
                    figures.extend(province.explain(&row.figure, 0, "").await.unwrap().inputs);
                }
                for row in province.targets(ask(), &["T03", "T04", "T05", "T06", "T07", "T08", "T12", "T13", "T19"]).await {
                    let page = province.explain(&row.figure, 0, "").await.unwrap();
                    assert_eq!(page.formula, row.formula);
                    figures.extend(page.inputs);
                }
                for figure in &figures {
                    check(&province, figure, page_size, &mut seen).await;
                }
            }
            province.end().await;
        });
    }
}

#[tokio::test]
async fn a_derived_title_shows_the_decisions_on_all_parts_and_counts_once() {
    let log = [
        told("03618@0001-01-01", "2022-03-01", What::Recognised(Tier::Commune)),
        told("03618@0001-01-01", "2024-03-01", What::Recognised(Tier::Advanced)),
        told("03625@0001-01-01", "2023-03-01", What::Recognised(Tier::Commune)),
    ];
    let province = Province::told(&log).await;
    let shown = province.criteria("03618", view("2025-07-01", "2025-07-01", NEW_MAP)).await.unwrap();
    let derived = shown.summary.unwrap().derived.unwrap();
    assert_eq!(derived.value, Some(1));
    let (page, facts) = explained(&province, &derived.name, 10).await;
    assert_eq!((page.sum, page.fact_count), (Some(1), 2));
    let told: Vec<_> = facts.iter().map(|fact| (fact.amount, &*fact.subject, &*fact.document)).collect();
    // 03625 holds the lowest title: it decides.
    assert_eq!(
        told,
        [(0, "areas/03618@0001-01-01", "2/QĐ-UBND"), (1, "areas/03625@0001-01-01", "3/QĐ-UBND")]
    );
    province.end().await;
}

#[tokio::test]
async fn an_assessment_is_explained_by_its_event_and_document() {
    let province = Province::told(&[told("03451@0001-01-01", "2023-05-01", assessed(12, Some(14)))]).await;
    let shown = province.criteria("03451", view("2024-01-01", "", OLD_MAP)).await.unwrap();
    let mean = shown.summary.unwrap().mean_official.unwrap();
    let met = province.explain(&mean.name, 0, "").await.unwrap().inputs.remove(0);
    let (page, facts) = explained(&province, &met.name, 10).await;
    assert_eq!((page.sum, met.value, &*met.unit), (Some(14), Some(14), "criterion"));
    let fact = &facts[0];
    assert_eq!((fact.amount, &*fact.event_type), (14, "rural.area_assessed.v1"));
    assert_eq!(
        (&*fact.subject, &*fact.document),
        ("assessments/00000000-0000-0000-0000-000000000001", "Báo cáo 1/BC")
    );
    assert_eq!((&*fact.effective_date, &*fact.recorded_at), ("2023-05-01", "2023-05-01T05:00:00.000000Z"));
    province.end().await;
}

#[tokio::test]
async fn names_of_other_areas_maps_and_targets_are_unknown() {
    let province = Province::told(&[]).await;
    let scope = "as-at/2025-07-01/known-on/2025-07-01/map";
    for name in [
        format!("figures/criteria/recognised/areas/99@0001-01-01/{scope}/2025-07-01"),
        format!("figures/criteria/recognised/areas/106@0001-01-01/{scope}/2025-07-01"),
        format!("figures/criteria/reported/T99/numerator/areas/12@0001-01-01/{scope}/2025-07-01"),
        format!("figures/criteria/beloved/areas/12@0001-01-01/{scope}/2025-07-01"),
    ] {
        let refused = province.explain(&name, 0, "").await.unwrap_err();
        assert_eq!(reason(&refused), "FIGURE_UNKNOWN", "{name}");
    }
    province.end().await;
}
