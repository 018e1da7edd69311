//! Repeats, etags, checks without effect, and writers that meet.

use crate::{
    messages::{PHUC_THAN, SAN_THANG, assessment, change, header, member, registration, relocation},
    office::{Office, refused},
};
use api::poverty::{RegisterHouseholdRequest, poverty_registry_server::PovertyRegistry as _};
use kernel::{Timestamp, date};
use tonic::{Code, Request};
use uuid::Uuid;

const SINCE: &str = "2024-09-01";

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
    a_repeat_gets_the_first_answer_even_where_the_command_would_now_be_refused,
    the_same_id_with_another_content_is_refused,
    a_stale_etag_is_refused_with_the_current_one,
    a_command_that_is_only_validated_is_checked_in_full_and_writes_nothing,
    racing_repeats_write_once_and_get_one_answer,
    writers_that_meet_without_an_etag_are_decided_anew,
    an_id_that_is_taken_is_refused_to_another_request,
    today_is_the_day_in_viet_nam,
];

async fn a_repeat_gets_the_first_answer_even_where_the_command_would_now_be_refused(office: Office) {
    let registration = registration(PHUC_THAN, SINCE);
    let first = office.register(registration.clone()).await;
    let household = first.household.clone().unwrap();
    let move_away = relocation(&household.name, SAN_THANG, "2025-01-01");
    let moved = office.relocate(move_away.clone()).await;
    let mut joined = change(&household.name, "2026-01-01");
    joined.add = vec![member("Lò Văn Thử", "03", false)];
    let joined_first = office.change(joined.clone()).await;
    let written = office.log.head().await.unwrap();

    let again = office.register(registration).await;
    assert_eq!(again.household, first.household, "as it stood right after the registration");
    let receipt = again.receipt.unwrap();
    assert!(receipt.replayed && !first.receipt.as_ref().unwrap().replayed);
    assert_eq!(
        (receipt.position, receipt.recorded_at),
        first.receipt.map(|receipt| (receipt.position, receipt.recorded_at)).unwrap()
    );
    assert_eq!(
        office.relocate(move_away).await.household,
        moved.household,
        "though its day lies before another"
    );
    assert_eq!(office.change(joined).await.household, joined_first.household);
    assert_eq!(office.log.head().await.unwrap(), written, "nothing was written");
}

async fn the_same_id_with_another_content_is_refused(office: Office) {
    let first = registration(PHUC_THAN, SINCE);
    let household = office.register(first.clone()).await.household.unwrap().name;
    let other_place = RegisterHouseholdRequest { commune_code: SAN_THANG.into(), ..first.clone() };
    let mut other_name = first.clone();
    other_name.members[1].full_name = "Giàng A Khác".into();
    for request in [other_place, other_name] {
        let refused = refused(office.registry.register_household(Request::new(request)).await);
        assert_eq!((refused.reason.as_str(), refused.code), ("REQUEST_ID_REUSED", Code::AlreadyExists));
        assert_eq!(refused.fields, ["header.request_id"]);
    }
    let mut other_command = relocation(&household, SAN_THANG, "2025-01-01");
    other_command.header.clone_from(&first.header);
    let refused = refused(office.registry.move_household(Request::new(other_command)).await);
    assert_eq!(refused.reason, "REQUEST_ID_REUSED");
    assert_eq!(office.log.head().await.unwrap(), 1, "nothing was written");
}

async fn a_stale_etag_is_refused_with_the_current_one(office: Office) {
    let seen = office.register(registration(PHUC_THAN, SINCE)).await.household.unwrap();
    let current = office.relocate(relocation(&seen.name, SAN_THANG, "2025-01-01")).await.household.unwrap();
    let mut request = assessment(&seen.name, "2025-01-02", 140, 3);
    request.etag.clone_from(&seen.etag);
    let stale = refused(office.registry.record_assessment(Request::new(request.clone())).await);
    assert_eq!((stale.reason.as_str(), stale.code), ("STALE_ETAG", Code::Aborted));
    assert_eq!(
        (stale.fields.as_slice(), &stale.metadata["current_etag"]),
        (&["etag".to_owned()][..], &current.etag)
    );
    assert_eq!(office.log.head().await.unwrap(), 2, "nothing was written");

    request.header = header();
    request.etag = current.etag.clone();
    let after = office.assess(request).await.household.unwrap();
    assert_ne!(after.etag, current.etag);
    assert_eq!(office.get(&seen.name).await, after, "a reader sees the write");
}

async fn a_command_that_is_only_validated_is_checked_in_full_and_writes_nothing(office: Office) {
    let mut request = registration(PHUC_THAN, SINCE);
    request.header.as_mut().unwrap().validate_only = true;
    let answer = office.register(request.clone()).await;
    assert_eq!(answer.receipt, None);
    assert_eq!(answer.household.unwrap().members[0].full_name, "Lò Thị Thử");
    assert_eq!(office.log.head().await.unwrap(), 0);

    let mut wrong = request.clone();
    wrong.members[1].head = true;
    let refused = refused(office.registry.register_household(Request::new(wrong)).await);
    assert_eq!(refused.reason, "TWO_HEADS");

    request.header.as_mut().unwrap().validate_only = false;
    let recorded = office.register(request.clone()).await.receipt.unwrap();
    assert!(!recorded.replayed, "the same request then takes effect");

    request.header.as_mut().unwrap().validate_only = true;
    let known = office.register(request).await.receipt.unwrap();
    assert_eq!(
        (known.replayed, known.position),
        (true, recorded.position),
        "what is recorded has its answer"
    );
}

async fn racing_repeats_write_once_and_get_one_answer(office: Office) {
    // Many rounds, because the repeats meet at another point in each.
    for round in 1..=40 {
        let request = registration(PHUC_THAN, SINCE);
        let repeats = (0..16).map(|_| office.register(request.clone()));
        let answers = futures::future::join_all(repeats).await;
        assert_eq!(office.log.head().await.unwrap(), round);
        let fresh = answers.iter().filter(|answer| !answer.receipt.as_ref().unwrap().replayed).count();
        assert_eq!(fresh, 1);
        assert!(answers.iter().all(|answer| answer.household == answers[0].household));
    }
}

async fn writers_that_meet_without_an_etag_are_decided_anew(office: Office) {
    let household = office.register(registration(PHUC_THAN, SINCE)).await.household.unwrap().name;
    let joins = (0..24).map(|_| {
        let mut joined = change(&household, "2025-01-01");
        joined.add = vec![member("Lò Văn Thử", "03", false)];
        office.change(joined)
    });
    futures::future::join_all(joins).await;
    assert_eq!(office.get(&household).await.member_count, 26);
}

async fn an_id_that_is_taken_is_refused_to_another_request(office: Office) {
    let id = Uuid::new_v4().to_string();
    let with_id = || RegisterHouseholdRequest { household_id: id.clone(), ..registration(PHUC_THAN, SINCE) };
    let registered = office.register(with_id()).await.household.unwrap();
    assert_eq!(registered.name, format!("households/{id}"));
    let refused = refused(office.registry.register_household(Request::new(with_id())).await);
    assert_eq!((refused.reason.as_str(), refused.code), ("HOUSEHOLD_EXISTS", Code::AlreadyExists));
    assert_eq!(refused.fields, ["household_id"]);
}

async fn today_is_the_day_in_viet_nam(office: Office) {
    let request = registration(PHUC_THAN, "2026-11-24");
    let early = refused(office.registry.register_household(Request::new(request.clone())).await);
    assert_eq!(early.reason, "FUTURE_DATE");
    office.clock.set(Timestamp::start_of(date(2026, 11, 24)));
    office.register(request).await;
}
