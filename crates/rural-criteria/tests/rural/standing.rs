//! How a unit stands: as at a day, as known on another.

use crate::{
    messages::{PHUC_THAN, assessment, header, observation, official, recognition, region, share, standing},
    office::{Office, refused},
};
use api::rural::{
    AssessAreaRequest, GetStandingRequest, RecordObservationRequest, ResultState,
    rural_criteria_server::RuralCriteria as _,
};
use kernel::date;
use tonic::Request;

#[tokio::test]
async fn what_the_observations_would_give_now_stands_beside_what_was_pinned() {
    let office = Office::on_sqlite().await;
    office.observe(observation("5", "2022-06-01", share(62, 100))).await;
    let request = AssessAreaRequest {
        official: vec![official("criteria/5", ResultState::NotMet)],
        ..assessment("2022-12-15", 2022)
    };
    let pinned = office.assess(request).await.assessment.unwrap();
    office.observe(observation("5", "2023-06-01", share(71, 100))).await;
    let shown = office.standing(standing(PHUC_THAN)).await;
    assert_eq!(shown.assessment, Some(pinned.clone()));
    let now = shown.now.unwrap();
    assert_eq!((now.name.as_str(), now.assessed_on.as_str(), now.assessed_year), ("", "2026-11-23", 2022));
    assert_eq!(now.criteria[4].strict(), ResultState::Met);
    assert_eq!(now.criteria[4].official(), ResultState::NotMet, "nobody judged anew");
    assert_eq!((now.strict_met, pinned.strict_met), (1, 0));
    assert_eq!(
        (shown.as_at.as_str(), shown.known_on.as_str(), shown.position),
        ("2026-11-23", "2026-11-23", 3)
    );

    let early = GetStandingRequest { as_at: "2023-01-01".into(), ..standing(PHUC_THAN) };
    let early = office.standing(early).await;
    assert_eq!(early.now.unwrap().criteria[4].strict(), ResultState::NotMet);
    let before = GetStandingRequest { as_at: "2022-12-14".into(), ..standing(PHUC_THAN) };
    let before = office.standing(before).await;
    assert_eq!((before.assessment, before.now), (None, None));
}

#[tokio::test]
async fn a_meeting_sees_again_what_it_was_shown() {
    let office = Office::on_sqlite().await;
    office.set_today(date(2023, 1, 10));
    let wrong = office.observe(observation("5", "2022-06-01", share(62, 100))).await.observation.unwrap();
    office.assess(assessment("2022-12-15", 2022)).await;
    let at_the_meeting = GetStandingRequest { as_at: "2022-12-31".into(), ..standing(PHUC_THAN) };
    let mut shown = office.standing(at_the_meeting.clone()).await;
    office.set_today(date(2024, 5, 1));
    let correction =
        RecordObservationRequest { corrects: wrong.name, ..observation("5", "2022-06-01", share(72, 100)) };
    office.observe(correction).await;
    office.recognise(recognition("2022-12-20")).await;
    office.decide_listing(region(PHUC_THAN, "III", "2021-06-04")).await;
    let again = GetStandingRequest { known_on: "2023-01-10".into(), ..at_the_meeting.clone() };
    let again = office.standing(again).await;
    shown.position = again.position;
    assert_eq!(again, shown);
    let as_known_today = office.standing(at_the_meeting).await;
    assert_eq!(as_known_today.now.unwrap().criteria[4].strict(), ResultState::Met);
    assert_eq!((as_known_today.titles.len(), as_known_today.listings.len()), (1, 1));
}

#[tokio::test]
async fn the_watch_tells_the_range_of_failing_criteria_of_the_title_held() {
    let office = Office::on_sqlite().await;
    let judged = |states: &[(u16, ResultState)]| AssessAreaRequest {
        official: states
            .iter()
            .map(|(number, state)| official(&format!("criteria/{number}"), *state))
            .collect(),
        ..assessment("2023-12-15", 2022)
    };
    let of_all = |number: u16| match number {
        1..=12 => ResultState::Met,
        13..=18 => ResultState::BasicallyMet,
        _ => ResultState::NotMet,
    };
    let states: Vec<_> = (1..=19).map(|number| (number, of_all(number))).collect();
    office.assess(judged(&states)).await;
    assert_eq!(office.standing(standing(PHUC_THAN)).await.watch, "", "no title, no watch");
    office.recognise(recognition("2023-02-01")).await;
    let watch = office.standing(standing(PHUC_THAN)).await.watch;
    assert!(
        watch.starts_with(
            "Số tiêu chí không đạt trên 19: chắc chắn 1, có tiêu chí then chốt; kể cả cơ bản đạt 7"
        ),
        "{watch}"
    );
    assert!(watch.contains("có thể có căn cứ nếu tính cả cơ bản đạt"), "{watch}");
}

#[tokio::test]
async fn standings_are_asked_of_known_units_sets_and_days() {
    let office = Office::on_sqlite().await;
    let faults: [(&str, &str, GetStandingRequest); 7] = [
        ("FIELD_MISSING", "area", standing("")),
        ("FIELD_INVALID", "area", standing("03618")),
        ("UNKNOWN_AREA", "area", standing("areas/03619@2025-07-01")),
        ("UNKNOWN_CRITERIA_SET", "set", GetStandingRequest { set: "x".into(), ..standing(PHUC_THAN) }),
        ("INVALID_DATE", "as_at", GetStandingRequest { as_at: "x".into(), ..standing(PHUC_THAN) }),
        ("INVALID_DATE", "known_on", GetStandingRequest { known_on: "x".into(), ..standing(PHUC_THAN) }),
        (
            "CONSISTENCY_TOKEN_INVALID",
            "consistency_token",
            GetStandingRequest { consistency_token: "?".into(), ..standing(PHUC_THAN) },
        ),
    ];
    for (reason, field, request) in faults {
        let refused = refused(office.criteria.get_standing(Request::new(request)).await);
        assert_eq!((refused.reason.as_str(), refused.fields.as_slice()), (reason, &[field.to_owned()][..]));
    }
    assert!(header().is_some());
}
