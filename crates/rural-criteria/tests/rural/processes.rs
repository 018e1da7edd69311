//! Two processes on one log: neither decides on what the other has overtaken.

use crate::{
    messages::{MUONG_MIT, MUONG_THAN, acknowledgement, header, list, observation, recognition, share},
    office::{Office, accepted, refused},
};
use api::rural::{
    RecogniseTitleRequest, RecordObservationRequest, Tier, TitleOrigin,
    rural_criteria_server::RuralCriteria as _,
};
use futures::future::join_all;
use tonic::Request;

#[tokio::test]
async fn of_two_processes_one_recognises_a_status() {
    let office = Office::on_postgres().await;
    let other = office.another().await;
    for round in 0..10 {
        let effective = format!("2023-02-{:02}", round + 1);
        let area = format!(
            "areas/{}@0001-01-01",
            ["03618", "03625", "03628", "03634", "03637", "03638", "03640", "03643", "03607", "03616"][round]
        );
        let of = |header| RecogniseTitleRequest { header, area: area.clone(), ..recognition(&effective) };
        let (here, there) = tokio::join!(
            office.criteria.recognise_title(Request::new(of(header()))),
            other.recognise_title(Request::new(of(header())))
        );
        let (won, lost) = if here.is_ok() { (here, there) } else { (there, here) };
        accepted(won);
        assert_eq!(refused(lost).reason, "TITLE_HELD");
    }
    assert_eq!(office.log.head().await.unwrap(), 10);
}

#[tokio::test]
async fn observations_from_two_processes_are_all_kept_in_one_order() {
    let office = Office::on_postgres().await;
    let other = office.another().await;
    let write = |service: rural_criteria::RuralCriteria, n: i64| async move {
        service.record_observation(Request::new(observation("5", "2022-06-01", share(n, 100)))).await
    };
    let writes = (0..60).map(|n| write(if n % 2 == 0 { office.criteria.clone() } else { other.clone() }, n));
    for answer in join_all(writes).await {
        accepted(answer);
    }
    assert_eq!(office.log.head().await.unwrap(), 60);
    let token = service::request::ConsistencyToken::of("rural", 60).to_string();
    let query =
        api::rural::ListObservationsRequest { consistency_token: token, ..list(crate::messages::PHUC_THAN) };
    let here = office.list(query.clone()).await.observations;
    let there = accepted(other.list_observations(Request::new(query)).await).observations;
    assert_eq!((here.len(), &here), (60, &there));
}

#[tokio::test]
async fn a_correction_is_made_once_by_either_process() {
    let office = Office::on_postgres().await;
    let other = office.another().await;
    for _ in 0..10 {
        let wrong = office.observe(observation("5", "2022-06-01", share(1, 2))).await.observation.unwrap();
        let correction = || RecordObservationRequest {
            corrects: wrong.name.clone(),
            ..observation("5", "2022-06-01", share(1, 3))
        };
        let (here, there) = tokio::join!(
            office.criteria.record_observation(Request::new(correction())),
            other.record_observation(Request::new(correction()))
        );
        let (won, lost) = if here.is_ok() { (here, there) } else { (there, here) };
        accepted(won);
        assert_eq!(refused(lost).reason, "OBSERVATION_CORRECTED");
    }
}

#[tokio::test]
async fn an_acknowledgement_rests_on_the_parts_as_they_are_when_it_is_recorded() {
    let office = Office::on_postgres().await;
    let other = office.another().await;
    office.recognise(recognition("2023-02-01")).await;
    let late = RecogniseTitleRequest { area: MUONG_MIT.into(), ..recognition("2024-02-01") };
    let (acknowledged, recognised) = tokio::join!(
        other.acknowledge_title(Request::new(acknowledgement(Tier::CommuneTitle, "2025-09-01"))),
        office.criteria.recognise_title(Request::new(late))
    );
    let acknowledged = accepted(acknowledged);
    let late_position = accepted(recognised).receipt.unwrap().position;
    let came_first = late_position < acknowledged.receipt.as_ref().unwrap().position;
    // Whichever was recorded first, the acknowledgement tells the parts as they were before it.
    assert_eq!(acknowledged.differences.is_empty(), came_first);
    let mut query = crate::messages::standing(MUONG_THAN);
    query.consistency_token = service::request::ConsistencyToken::of("rural", 3).to_string();
    let shown = accepted(other.get_standing(Request::new(query)).await);
    assert_eq!(shown.titles[0].origin(), TitleOrigin::Acknowledged);
}
