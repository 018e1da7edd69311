//! A request takes effect once, however often it is sent, also after a crash.

use crate::{
    messages::{
        MUONG_THAN, PHUC_THAN, assessment, header, observation, recognition, region, revocation, share,
    },
    office::{Office, accepted, refused},
};
use api::rural::{
    AssessAreaRequest, RecogniseTitleRequest, RecordObservationRequest,
    rural_criteria_server::RuralCriteria as _,
};
use kernel::date;
use tonic::{Code, Request};

/// Declares each test once for either store.
macro_rules! on_both_stores {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                super::$name(crate::office::Office::on_sqlite().await).await;
            })+
        }
        mod postgres {
            $(#[tokio::test]
            async fn $name() {
                super::$name(crate::office::Office::on_postgres().await).await;
            })+
        }
    };
}

on_both_stores![
    a_repeat_gets_the_first_answer_and_writes_nothing,
    a_repeat_after_a_crash_gets_the_first_answer,
    the_same_id_with_another_content_is_refused,
    a_command_that_is_only_validated_is_checked_in_full_and_writes_nothing,
    racing_repeats_write_once_and_get_one_answer,
    racing_recognitions_of_one_status_are_accepted_once,
];

async fn a_repeat_gets_the_first_answer_and_writes_nothing(office: Office) {
    let observed = observation("5", "2022-06-01", share(62, 100));
    let assessed = assessment("2022-12-15", 2022);
    let listed = region(PHUC_THAN, "III", "2021-06-04");
    let recognised = recognition("2023-02-01");
    let revoked = revocation("2024-02-01");
    let first = (
        office.observe(observed.clone()).await,
        office.assess(assessed.clone()).await,
        office.decide_listing(listed.clone()).await,
        office.recognise(recognised.clone()).await,
        office.revoke(revoked.clone()).await,
    );
    let written = office.log.head().await.unwrap();
    let again = (
        office.observe(observed).await,
        office.assess(assessed).await,
        office.decide_listing(listed).await,
        office.recognise(recognised).await,
        office.revoke(revoked).await,
    );
    assert_eq!(again.0.observation, first.0.observation);
    assert_eq!(again.1.assessment, first.1.assessment);
    assert_eq!(again.2.listing, first.2.listing);
    assert_eq!(
        (&again.3.title, &again.3.differences, &again.3.left),
        (&first.3.title, &first.3.differences, &first.3.left)
    );
    assert_eq!((&again.4.title, &again.4.differences), (&first.4.title, &first.4.differences));
    let receipts = [again.0.receipt, again.1.receipt, again.2.receipt, again.3.receipt, again.4.receipt];
    assert!(receipts.into_iter().all(|receipt| receipt.unwrap().replayed));
    assert_eq!(office.log.head().await.unwrap(), written, "nothing was written");
}

async fn a_repeat_after_a_crash_gets_the_first_answer(office: Office) {
    office.assess(assessment("2022-12-15", 2022)).await;
    let request = recognition("2023-02-01");
    let first = office.recognise(request.clone()).await;
    office.revoke(revocation("2024-02-01")).await;
    let restarted = office.another().await;
    let again = accepted(restarted.recognise_title(Request::new(request)).await);
    assert_eq!((&again.title, &again.differences), (&first.title, &first.differences));
    assert_eq!(again.receipt.unwrap().position, first.receipt.unwrap().position);
    let held = refused(restarted.revoke_title(Request::new(revocation("2024-03-01"))).await);
    assert_eq!(held.reason, "TITLE_NOT_HELD", "it knows what was recorded before it began");
}

async fn the_same_id_with_another_content_is_refused(office: Office) {
    let first = observation("5", "2022-06-01", share(62, 100));
    office.observe(first.clone()).await;
    let other = RecordObservationRequest { observed_on: "2022-06-02".into(), ..first.clone() };
    let reused = refused(office.criteria.record_observation(Request::new(other)).await);
    assert_eq!((reused.reason.as_str(), reused.code), ("REQUEST_ID_REUSED", Code::AlreadyExists));
    assert_eq!(reused.fields, ["header.request_id"]);
    let other = AssessAreaRequest { header: first.header, ..assessment("2022-12-15", 2022) };
    let reused = refused(office.criteria.assess_area(Request::new(other)).await);
    assert_eq!(reused.reason, "REQUEST_ID_REUSED");
    assert_eq!(office.log.head().await.unwrap(), 1);
}

async fn a_command_that_is_only_validated_is_checked_in_full_and_writes_nothing(office: Office) {
    let mut request = recognition("2023-02-01");
    request.header.as_mut().unwrap().validate_only = true;
    let shown = office.recognise(request.clone()).await;
    assert_eq!((shown.receipt, office.log.head().await.unwrap()), (None, 0));
    assert!(shown.title.unwrap().held && !shown.differences.is_empty());
    let wrong = RecogniseTitleRequest { assessed_year: 2031, ..request.clone() };
    assert_eq!(
        refused(office.criteria.recognise_title(Request::new(wrong)).await).reason,
        "YEAR_OUTSIDE_SET"
    );
    request.header.as_mut().unwrap().validate_only = false;
    let recorded = office.recognise(request.clone()).await.receipt.unwrap();
    assert!(!recorded.replayed, "the same request then takes effect");
    request.header.as_mut().unwrap().validate_only = true;
    let known = office.recognise(request).await.receipt.unwrap();
    assert_eq!((known.replayed, known.position), (true, recorded.position));
}

async fn racing_repeats_write_once_and_get_one_answer(office: Office) {
    for round in 1..=20 {
        let request = observation("5", "2022-06-01", share(62, 100));
        let answers = futures::future::join_all((0..8).map(|_| office.observe(request.clone()))).await;
        assert_eq!(office.log.head().await.unwrap(), round);
        let fresh = answers.iter().filter(|answer| !answer.receipt.as_ref().unwrap().replayed).count();
        assert_eq!(fresh, 1);
        assert!(answers.iter().all(|answer| answer.observation == answers[0].observation));
    }
}

async fn racing_recognitions_of_one_status_are_accepted_once(office: Office) {
    let racing = (1..=9).map(|day| {
        let request = RecogniseTitleRequest { header: header(), ..recognition(&format!("2023-02-0{day}")) };
        office.criteria.recognise_title(Request::new(request))
    });
    let answers = futures::future::join_all(racing).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (1, 8));
    for answer in lost {
        assert_eq!(refused(answer).reason, "TITLE_HELD");
    }
    assert_eq!(office.log.head().await.unwrap(), 1);
}

#[tokio::test]
async fn today_is_the_day_in_viet_nam() {
    let office = Office::on_sqlite().await;
    let observed = observation("5", "2026-11-24", share(1, 2));
    let request = RecordObservationRequest { area: MUONG_THAN.into(), ..observed };
    let early = refused(office.criteria.record_observation(Request::new(request.clone())).await);
    assert_eq!(
        (early.reason.as_str(), early.fields.as_slice()),
        ("FUTURE_DATE", &["observed_on".into()][..])
    );
    office.set_today(date(2026, 11, 24));
    office.observe(request).await;
}
