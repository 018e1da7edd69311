//! Observations: recorded as they were counted, corrected with both kept, listed newest first.

use crate::{
    messages::{COMMUNE_SET, MUONG_MIT, PHUC_THAN, list, observation, share},
    office::{Office, refused},
};
use api::rural::{
    BySex, Fraction, ListCriteriaSetsRequest, ListObservationsRequest, Part, Parts, observed_value::Value,
    rural_criteria_server::RuralCriteria as _,
};
use std::time::Duration;
use tonic::Request;

#[tokio::test]
async fn each_kind_of_value_comes_back_as_it_was_sent() {
    let office = Office::on_sqlite().await;
    let fraction = |numerator, denominator| Some(Fraction { numerator, denominator });
    let part = |name: &str, n| Part { part: name.to_owned(), share: fraction(n, 412) };
    let values = [
        ("4.1", Value::JudgedMet(false)),
        ("5", share(62, 100)),
        ("6.3", Value::ReportedPercent("87.50".into())),
        ("12.1", Value::BySex(BySex { men: fraction(80, 100), women: fraction(69, 100) })),
        ("17.1", Value::Parts(Parts { parts: vec![part("centralised", 40), part("total", 301)] })),
        ("10", Value::Mean(Fraction { numerator: 140_000_000_000, denominator: 4_321 })),
        ("9.1", Value::Count(7)),
        ("13.4", Value::NotApplicable("xã không có làng nghề".into())),
    ];
    for (indicator, value) in &values {
        let written = office.observe(observation(indicator, "2022-12-01", value.clone())).await;
        let observation = written.observation.unwrap();
        assert_eq!(observation.value.unwrap().value.as_ref(), Some(value), "{indicator}");
        assert!(written.receipt.unwrap().consistency_token.len() > 4);
    }
    let listed = office.list(list(PHUC_THAN)).await.observations;
    let shown: Vec<_> = listed.iter().rev().map(|it| it.value.clone().unwrap().value.unwrap()).collect();
    assert_eq!(shown, values.map(|(_, value)| value));
    let newest = &listed[0];
    assert_eq!((newest.set.as_str(), newest.indicator.as_str()), (COMMUNE_SET, "13.4"));
    assert_eq!((newest.source.as_str(), newest.document.as_str()), ("UBND xã", "Báo cáo 12/BC-UBND"));
    assert_eq!((newest.observed_on.as_str(), newest.actor.as_str()), ("2022-12-01", "anonymous"));
    assert_eq!(newest.area.as_ref().unwrap().display_name, "Xã Phúc Than");
    assert!(!newest.derived);
}

#[tokio::test]
async fn a_correction_names_what_it_corrects_and_both_stay() {
    let office = Office::on_sqlite().await;
    let wrong = office.observe(observation("5", "2022-12-01", share(26, 100))).await.observation.unwrap();
    let mut correction = observation("5", "2022-12-01", share(62, 100));
    correction.corrects.clone_from(&wrong.name);
    let right = office.observe(correction.clone()).await.observation.unwrap();
    assert_eq!(right.corrects, wrong.name);
    let listed = office.list(list(PHUC_THAN)).await.observations;
    assert_eq!(listed.len(), 2);
    assert_eq!((&listed[1].name, &listed[1].corrected_by), (&wrong.name, &right.name));

    correction.header = crate::messages::header();
    let again = refused(office.criteria.record_observation(Request::new(correction)).await);
    assert_eq!(again.reason, "OBSERVATION_CORRECTED");
    assert_eq!(again.metadata["corrected_by"], right.name, "it says by which");
}

#[tokio::test]
async fn pages_go_on_where_the_last_one_ended_while_new_observations_come() {
    let office = Office::on_sqlite().await;
    for n in 0..25 {
        let indicator = if n % 5 == 0 { "6.3" } else { "5" };
        office.observe(observation(indicator, "2022-12-01", share(n, 100))).await;
    }
    let mut elsewhere = observation("5", "2022-12-01", share(1, 100));
    elsewhere.area = MUONG_MIT.into();
    office.observe(elsewhere).await;
    let query = ListObservationsRequest { indicator: "5".into(), page_size: 8, ..list(PHUC_THAN) };
    let mut numbers = Vec::new();
    let mut token = String::new();
    loop {
        let page = office.list(ListObservationsRequest { page_token: token, ..query.clone() }).await;
        for observation in page.observations {
            let Some(Value::Share(share)) = observation.value.unwrap().value else { panic!("a share") };
            numbers.push(share.numerator);
        }
        office.observe(observation("5", "2022-12-02", share(99, 100))).await;
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    let expected: Vec<i64> = (0..25).rev().filter(|n| n % 5 != 0).collect();
    assert_eq!(numbers, expected);
    let page = office.list(query.clone()).await;
    let other =
        ListObservationsRequest { indicator: "6.3".into(), page_token: page.next_page_token, ..query };
    let refused = refused(office.criteria.list_observations(Request::new(other)).await);
    assert_eq!(refused.reason, "PAGE_TOKEN_INVALID");
    assert!(office.list(list("areas/03628@0001-01-01")).await.observations.is_empty());
}

#[tokio::test]
async fn a_read_waits_for_what_the_token_asks_and_says_when_it_cannot() {
    let office = Office::on_sqlite().await;
    let written = office.observe(observation("5", "2022-12-01", share(1, 2))).await.receipt.unwrap();
    let query = ListObservationsRequest { consistency_token: written.consistency_token, ..list(PHUC_THAN) };
    let fresh = office.another().await;
    let listed = fresh.list_observations(Request::new(query.clone())).await.unwrap().into_inner();
    assert_eq!(listed.observations.len(), 1);
    let ahead = service::request::ConsistencyToken::of("rural", 9).to_string();
    let impatient = office.that_waits(Duration::from_millis(10)).await;
    let query = ListObservationsRequest { consistency_token: ahead, ..query };
    let late = refused(impatient.list_observations(Request::new(query)).await);
    assert_eq!(
        (late.reason.as_str(), late.fields.as_slice()),
        ("NOT_CAUGHT_UP", &["consistency_token".into()][..])
    );
}

#[tokio::test]
async fn criteria_sets_are_shown_with_levels_in_words_and_why_they_are_provisional() {
    let office = Office::on_sqlite().await;
    let get = |id: &str| {
        office.criteria.list_criteria_sets(Request::new(ListCriteriaSetsRequest { id: id.into() }))
    };
    let all = get("").await.unwrap().into_inner().sets;
    assert!(all.len() >= 10);
    let sets = get(COMMUNE_SET).await.unwrap().into_inner().sets;
    let [set] = &sets[..] else { panic!("one set") };
    assert_eq!((set.tier.as_str(), set.criteria.len()), ("commune", 19));
    assert_eq!(set.criteria.iter().map(|criterion| criterion.indicators.len()).sum::<usize>(), 57);
    assert!(!set.provisional.is_empty(), "names and levels are not verified");
    let indicator = |criterion: usize, index: usize| &set.criteria[criterion - 1].indicators[index];
    assert_eq!(indicator(5, 0).levels, ["≥ 70 % (northern_midlands_mountains) [unverified]"]);
    assert_eq!(indicator(10, 0).levels.len(), 5);
    assert!(
        indicator(10, 0).levels[1]
            .starts_with("≥ 39000000 đồng/người/năm (northern_midlands_mountains, 2022)")
    );
    assert!(indicator(11, 0).derived && set.criteria[9].key);
    assert!(indicator(2, 0).levels.is_empty(), "left to the province");
    let refused = refused(get("x").await);
    assert_eq!(
        (refused.reason.as_str(), refused.fields.as_slice()),
        ("UNKNOWN_CRITERIA_SET", &["id".into()][..])
    );
}
